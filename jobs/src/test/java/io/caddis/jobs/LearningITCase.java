// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What a run learns from its windows, and what it says about the anomalies that it finds. */
class LearningITCase {
  private static final int ROWS = 600;

  @TempDir Path directory;

  private Path input;

  @BeforeEach
  void makeInput() throws IOException {
    Random random = new Random(3);
    List<String> lines = new ArrayList<>(List.of("timestamp,key,flow,level,mode"));
    for (int i = 0; i < ROWS; i++) {
      double level = i >= 500 && i % 20 == 0 ? 900 : 50 + random.nextGaussian();
      lines.add(
          "%d,pump,%s,%s,%s"
              .formatted(
                  1_767_225_600L + i, random.nextGaussian(), level, i % 3 == 0 ? "idle" : "run"));
    }
    input = Files.createDirectories(directory.resolve("in"));
    Files.write(input.resolve("a.csv"), lines);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"half_space_trees | {window_size: 100, height: 5}", "zscore | {}"})
  void anIncrementalRunTellsTheSameModelOnWithEveryWindow(String detector, String parameters)
      throws IOException {
    DetectRun run =
        DetectRun.of(
            input,
            directory.resolve("out"),
            "--detector=" + detector,
            "--update=incremental",
            "--set=training.window=count",
            "--set=training.size=200",
            "--set=detector.parameters=" + parameters);
    List<Model> models =
        run.models().stream()
            .sorted(Comparator.comparing(row -> row.get("train_to").asString()))
            .map(row -> ModelCodec.decode(row.get("model_base64").binaryValue()))
            .toList();
    assertThat(models).extracting(Model::rows).containsExactly(200, 400, 600);
    assertThat(models.get(2).encoder().medians()).isEqualTo(models.get(0).encoder().medians());
    assertThat(run.scores()).hasSize(ROWS);
  }

  @Test
  void anomaliesAndAlertsSayWhichFeatureWasNotAsExpected() throws IOException {
    DetectRun run =
        DetectRun.of(
            input, directory.resolve("out"), "--detector=zscore", "--set=training.size=400");
    for (JsonNode row : run.scores()) {
      assertThat(row.has("contributions")).isEqualTo(row.get("is_anomaly").booleanValue());
      if (row.has("contributions")) {
        assertAddsUp(row.get("contributions"), row.get("score").doubleValue());
      }
    }
    List<JsonNode> highest =
        run.scores().stream()
            .filter(row -> row.get("model_version").asString().startsWith("2026"))
            .sorted(Comparator.comparing(row -> -row.get("score").doubleValue()))
            .limit(3)
            .toList();
    for (JsonNode row : highest) {
      assertThat(row.get("contributions").properties().iterator().next().getKey())
          .isEqualTo("level");
      assertThat(row.get("expected").get("level").doubleValue()).isBetween(45.0, 55.0);
    }
    assertThat(run.alerts()).isNotEmpty();
    for (JsonNode alert : run.alerts()) {
      assertAddsUp(alert.get("contributions"), alert.get("peak_score").doubleValue());
      assertThat(run.scores())
          .filteredOn(row -> row.get("event_id").equals(alert.get("peak_event_id")))
          .singleElement()
          .satisfies(row -> assertThat(row.get("score")).isEqualTo(alert.get("peak_score")));
    }
  }

  private static void assertAddsUp(JsonNode contributions, double score) {
    double sum = 0;
    for (Map.Entry<String, JsonNode> share : contributions.properties()) {
      sum += share.getValue().doubleValue();
    }
    assertThat(sum).isEqualTo(score);
  }
}
