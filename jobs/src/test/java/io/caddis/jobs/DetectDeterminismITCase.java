// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The same readings give the same results, whatever the parallelism and however they lie. */
class DetectDeterminismITCase {
  private static final int SENSORS = 6;
  private static final int ROWS = 300;
  private static final int FILES = 5;
  private static final String HEADER = "timestamp,key,site,x,y,mode";

  @TempDir Path directory;

  private Path interleaved;
  private Path shuffled;
  private Path bySensor;

  @BeforeEach
  void makeInputs() throws IOException {
    List<String> rows = rows();
    interleaved = write("interleaved", rows, (row, i) -> "part-" + i * FILES / rows.size());
    List<String> anyOrder = new ArrayList<>(rows);
    Collections.shuffle(anyOrder, new Random(3));
    shuffled = write("shuffled", anyOrder, (row, i) -> "part-" + i % FILES);
    bySensor = write("by-sensor", rows, (row, i) -> row.split(",", 3)[1]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--scope=sensor",
        "--scope=global",
        "--scope=sensor --train-rows=100",
        "--scope=global --train-rows=300",
        "--scope=sensor --train-window=1min",
        "--group=site --train-window=1min --train-slide=30s"
      })
  void resultsDependNeitherOnParallelismNorOnHowFilesHoldTheReadings(String options)
      throws IOException {
    DetectRun first = run(interleaved, 1, options);
    assertThat(first.scores()).hasSize(SENSORS * ROWS);
    assertThat(first.models()).isNotEmpty();
    assertThat(first.alerts()).isNotEmpty();

    Set<String> results = results(first, UnaryOperator.identity());
    assertThat(results(run(interleaved, 2, options), UnaryOperator.identity())).isEqualTo(results);

    // Readings and episodes are named by where they lie; all else is the same.
    Set<String> anywhere = results(first, DetectDeterminismITCase::withoutIds);
    assertThat(results(run(shuffled, 4, options), DetectDeterminismITCase::withoutIds))
        .isEqualTo(anywhere);
    assertThat(results(run(bySensor, 2, options), DetectDeterminismITCase::withoutIds))
        .isEqualTo(anywhere);
  }

  @Test
  void aDetectorThatLearnsByReadingGivesTheSameEverywhere() throws IOException {
    String options = "--detector=univariate";
    Set<String> anywhere =
        results(run(interleaved, 1, options), DetectDeterminismITCase::withoutIds);

    assertThat(results(run(shuffled, 4, options), DetectDeterminismITCase::withoutIds))
        .isEqualTo(anywhere);
    assertThat(results(run(bySensor, 2, options), DetectDeterminismITCase::withoutIds))
        .hasSizeGreaterThan(SENSORS * ROWS)
        .isEqualTo(anywhere);
  }

  private DetectRun run(Path input, int parallelism, String options) {
    List<String> all = new ArrayList<>(List.of(options.split(" ")));
    all.add("--parallelism=" + parallelism);
    all.add("--set=training.sample-rows=150");
    if (!options.contains("--detector")) {
      all.add("--set=detector.parameters={trees: 20}");
    }
    all.add("--overwrite");
    Path output = directory.resolve("out-" + input.getFileName() + parallelism);
    return DetectRun.of(input, output, all.toArray(String[]::new));
  }

  private static Set<String> results(DetectRun run, UnaryOperator<JsonNode> view)
      throws IOException {
    Set<String> lines = new TreeSet<>();
    int count = 0;
    for (List<JsonNode> rows : List.of(run.scores(), run.alerts(), run.quality(), run.models())) {
      rows.forEach(row -> lines.add(view.apply(row).toString()));
      count += rows.size();
    }
    assertThat(lines).as("distinct results").hasSize(count);
    return lines;
  }

  private static JsonNode withoutIds(JsonNode row) {
    return ((ObjectNode) row).deepCopy().without(List.of("event_id", "peak_event_id", "alert_id"));
  }

  /** Sensors that take turns, with anomalies of more than one reading, and cells missing. */
  private static List<String> rows() {
    Random random = new Random(7);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      for (int sensor = 0; sensor < SENSORS; sensor++) {
        double spike = i / 10 % 12 == 11 && i % 10 < 3 ? 30 : 0;
        String x = random.nextInt(50) == 0 ? "" : "" + (sensor + random.nextGaussian() + spike);
        rows.add(
            "%d,s%d,site-%d,%s,%s,%s"
                .formatted(
                    1_767_225_600L + i,
                    sensor,
                    sensor % 2,
                    x,
                    random.nextGaussian(),
                    i % 3 == 0 ? "idle" : "run"));
      }
    }
    return rows;
  }

  /** Says which file a row goes into. */
  private interface Placing {
    String fileOf(String row, int index);
  }

  private Path write(String name, List<String> rows, Placing placing) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(name));
    for (int i = 0; i < rows.size(); i++) {
      Path file = folder.resolve(placing.fileOf(rows.get(i), i) + ".csv");
      List<String> lines = Files.exists(file) ? List.of(rows.get(i)) : List.of(HEADER, rows.get(i));
      Files.write(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    return folder;
  }
}
