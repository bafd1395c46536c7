// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.jobs.registry.Registries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Models of a run of {@code detect}, as they appear in a registry. */
class RegistryITCase {
  @TempDir Path directory;

  private Path input() throws IOException {
    return input(1200);
  }

  /** Readings of two sensors, half a second apart, that lie elsewhere from one on. */
  private Path input(int shift) throws IOException {
    Random random = new Random(3);
    List<String> lines = new ArrayList<>(List.of("timestamp,key,flow,level"));
    for (int i = 0; i < 1200; i++) {
      lines.add(
          "%d,s%d,%s,%s"
              .formatted(
                  1_767_225_600L + i / 2,
                  i % 2,
                  random.nextGaussian() + (i < shift ? 7 : 12),
                  random.nextGaussian()));
    }
    Path input = Files.createDirectories(directory.resolve("in"));
    Files.write(input.resolve("a.csv"), lines);
    return input;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyModelTrainedIsAVersionOnceHoweverOftenAndWideTheJobRuns(boolean elsewhere)
      throws IOException {
    Path input = input();
    String folder =
        elsewhere ? "objects://running-job/models" : directory.resolve("registry").toString();
    List<JsonNode> models = List.of();
    for (int parallelism = 1; parallelism <= 2; parallelism++) {
      models =
          DetectRun.of(
                  input,
                  directory.resolve("out" + parallelism),
                  "--detector=zscore",
                  "--scope=global",
                  "--train-window=100s",
                  "--registry=" + folder,
                  "--name=pump",
                  "--parallelism=" + parallelism)
              .models();
    }
    ModelRegistry registry = Registries.open(folder);

    assertThat(models).hasSize(6);
    assertThat(registry.versions("pump"))
        .containsExactlyElementsOf(
            models.stream()
                .map(model -> model.get("model_version").asString().replace(".", ""))
                .sorted()
                .toList());
    assertThat(registry.verify("pump")).isEmpty();
    assertThat(registry.metadata("pump", "latest").features().get(0).name()).isEqualTo("flow");
    assertThat(registry.aliases("pump").champion()).isNull();
  }

  @Test
  void onDriftAJobTrainsWhenItsReadingsHaveMovedAndTheRegistryKnowsWhy() throws IOException {
    String folder = directory.resolve("registry").toString();
    List<JsonNode> models =
        DetectRun.of(
                input(600),
                directory.resolve("out"),
                "--detector=zscore",
                "--scope=global",
                "--train-window=100s",
                "--set=training.retrain=on-drift",
                "--registry=" + folder,
                "--name=pump")
            .models();
    ModelRegistry registry = Registries.open(folder);
    List<String> reasons = new ArrayList<>();
    for (String version : registry.versions("pump")) {
      reasons.add(registry.metadata("pump", version).training().reason());
    }

    assertThat(reasons).containsExactly("first", "drift");
    assertThat(models).hasSize(2);
    assertThat(models).anyMatch(model -> model.path("drift").toString().contains("flow"));
    assertThat(models)
        .extracting(model -> model.get("trained_because").asString())
        .containsExactlyInAnyOrder("first", "drift");
  }

  @Test
  void aRegistryNeedsAName() throws IOException {
    CommandRun nameless = detect(input(), "--registry=" + directory.resolve("r"));

    assertThat(nameless.status()).isEqualTo(2);
    assertThat(nameless.err()).contains("registry.name", "--name M");
  }

  @Test
  void eachSensorsModelHasANameOfItsOwn() throws IOException {
    String folder = directory.resolve("registry").toString();
    DetectRun.of(
        input(),
        directory.resolve("out"),
        "--detector=zscore",
        "--scope=sensor",
        "--train-window=100s",
        "--registry=" + folder,
        "--name=pump");
    ModelRegistry registry = Registries.open(folder);

    assertThat(registry.names()).containsExactly("pump.s0", "pump.s1");
    assertThat(registry.versions("pump.s1")).hasSize(6);
    assertThat(registry.metadata("pump.s1", "latest").training().group()).isEqualTo("s1");
  }

  @Test
  void aRegistryOfAnUnknownFileSystemIsRefusedBeforeTheJobStarts() throws IOException {
    CommandRun unknown =
        detect(input(), "--registry=s3://bucket/models", "--name=pump", "--scope=global");

    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("s3://bucket/models", "flink-s3-fs-hadoop");
  }

  private CommandRun detect(Path input, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("detect", "--input=" + input, "--output=" + directory.resolve("out")));
    args.addAll(List.of(more));
    return CommandRun.of(new DetectionJob(), args.toArray(String[]::new));
  }
}
