// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.jobs.registry.Registries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train} and {@code score} as jobs: on a cluster, and on directories without one. */
class TableJobITCase {
  private static final int FILES = 3;
  private static final int ROWS = 300;

  @TempDir Path folder;

  private Path table() throws IOException {
    Random random = new Random(5);
    Path table = Files.createDirectories(folder.resolve("table/day"));
    for (int file = 0; file < FILES; file++) {
      StringBuilder csv = new StringBuilder("timestamp,sensor,a,b\n");
      for (int row = 0; row < ROWS; row++) {
        csv.append(
            "%d,s%d,%s,%s%n"
                .formatted(
                    1_767_225_600L + row,
                    row % 2,
                    random.nextGaussian() + (row == 7 ? 40 : 0),
                    row % 9));
      }
      Files.writeString(table.resolve("f" + file + ".csv"), csv);
    }
    Files.writeString(table.resolve("_hidden.csv"), "not read");
    return folder.resolve("table");
  }

  private CommandRun run(String command, Object input, String... more) {
    List<String> args = new ArrayList<>(List.of(command, "--input=" + input, "--name=pump"));
    args.addAll(List.of(more));
    return CommandRun.of((env, spec) -> {}, args.toArray(String[]::new));
  }

  private CommandRun onCluster(int parallelism, String command, Object input, String... more)
      throws Exception {
    try (MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .withRandomPorts()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(parallelism)
                .build())) {
      cluster.start();
      TestStreamEnvironment.setAsContext(cluster, parallelism);
      return run(command, input, more);
    } finally {
      TestStreamEnvironment.unsetAsContext();
    }
  }

  private static ModelMetadata champion(String registry, String name) throws IOException {
    return Registries.open(registry).metadata(name, "champion");
  }

  @Test
  void aFileGivesTheSameModelAndScoresOnAClusterAsWithout() throws Exception {
    Path file = table().resolve("day/f0.csv");
    String here = folder.resolve("here").toString();
    String there = "objects://tables/models";
    assertThat(run("train", file, "--registry=" + here, "--sample-rows=100").status()).isZero();
    CommandRun trained = onCluster(2, "train", file, "--registry=" + there, "--sample-rows=100");
    assertThat(trained.err()).isEmpty();
    assertThat(trained.out()).contains("on 100 of 300 rows", "is champion in " + there);
    assertThat(champion(there, "pump").sha256()).isEqualTo(champion(here, "pump").sha256());

    Path scoredHere = folder.resolve("here.csv");
    Path scoredThere = folder.resolve("there.csv");
    run("score", file, "--registry=" + here, "--output=" + scoredHere);
    CommandRun scored =
        onCluster(2, "score", file, "--registry=" + there, "--output=" + scoredThere);
    assertThat(scored.out()).startsWith("Scored 300 rows\n");
    assertThat(scoredThere).hasSameTextualContentAs(scoredHere);
  }

  @Test
  void aDirectoryGivesTheSameModelsHoweverWideTheJobAndEachFileItsScores() throws Exception {
    Path table = table();
    String here = folder.resolve("here").toString();
    String there = folder.resolve("there").toString();
    CommandRun trained =
        run("train", table, "--registry=" + here, "--sample-rows=200", "--scope=sensor");
    assertThat(trained.out())
        .contains("on 200 of 900 rows", "2 sensors have models of their own, pump.s0 and on");
    onCluster(1, "train", table, "--registry=" + there, "--sample-rows=200", "--scope=sensor");
    for (String name : List.of("pump", "pump.s0", "pump.s1")) {
      assertThat(champion(there, name).sha256()).isEqualTo(champion(here, name).sha256());
    }

    Path output = folder.resolve("scored");
    CommandRun scored = run("score", table, "--registry=" + here, "--output=" + output);
    assertThat(scored.out()).startsWith("Scored 900 rows\n");
    assertThat(scored.err()).contains("100 %  900 rows");
    for (int file = 0; file < FILES; file++) {
      Path alone = folder.resolve("alone.csv");
      String name = "day/f" + file + ".csv";
      run("score", table.resolve(name), "--registry=" + here, "--output=" + alone);
      assertThat(output.resolve(name)).hasSameTextualContentAs(alone);
    }
    try (var written = Files.list(output.resolve("day"))) {
      assertThat(written).hasSize(FILES);
    }
  }

  @Test
  void whatCannotBeDoneIsToldWithTheFileAndNotTriedAgain() throws Exception {
    Path table = table();
    String registry = folder.resolve("r").toString();
    assertThat(run("train", folder.resolve("nothing/"), "--registry=" + registry).status())
        .isEqualTo(2);
    assertThat(run("train", table, "--registry=" + registry, "--features=a").status()).isZero();
    CommandRun inside =
        run("score", table, "--registry=" + registry, "--output=" + table.resolve("out"));
    assertThat(inside.status()).isEqualTo(2);
    assertThat(inside.err()).contains("--output must lie outside");

    Files.writeString(table.resolve("other.csv"), "x,y\n1,2\n");
    CommandRun other =
        run("score", table, "--registry=" + registry, "--output=" + folder.resolve("out"));
    assertThat(other.status()).isEqualTo(1);
    assertThat(other.err()).contains("other.csv must have a column of the model's [a]");

    Files.writeString(table.resolve("more.parquet"), "PAR1");
    CommandRun parquet = run("train", table, "--registry=" + registry);
    assertThat(parquet.status()).isEqualTo(2);
    assertThat(parquet.err()).contains("Parquet is not on the class path");
  }
}
