// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.registry.LocalRegistryFiles;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.threshold.ThresholdRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Models that come into force and are judged by what they do there, on the embedded cluster. */
class PromotionITCase {
  private static final long START = 1_767_225_600L;
  private static final int ROWS = 400;
  private static final int SENSORS = 4;

  @TempDir Path directory;

  private Path input;
  private Path control;
  private Path registry;

  @BeforeEach
  void makeInput() throws IOException {
    input = Files.createDirectories(directory.resolve("input"));
    control = Files.createDirectories(directory.resolve("control"));
    registry = directory.resolve("registry");
    Random random = new Random(7);
    List<String> rows = new ArrayList<>(List.of("timestamp,key,x"));
    for (int i = 0; i < ROWS; i++) {
      for (int sensor = 0; sensor < SENSORS; sensor++) {
        double spike = i % 40 > 36 ? 40 : 0;
        rows.add("%d,s%d,%s".formatted(START + i, sensor, random.nextGaussian() + spike));
      }
    }
    Files.write(input.resolve("a.csv"), rows);
  }

  private DetectRun run(String name, int parallelism) throws IOException {
    return DetectRun.of(
        input,
        directory.resolve(name),
        "--detector=zscore",
        "--train-window=1min",
        "--scope=global",
        "--archive",
        "--parallelism=" + parallelism,
        "--control=" + control,
        "--set=control.registry=" + registry,
        "--set=promotion.watch=40s");
  }

  /**
   * A model of a day on which the sensors were stuck for 40 % of the time, by somebody who has set
   * the contamination to that: stuck is usual, and what is usual is anomalous.
   */
  private String publishModelOfFortyPercentAnomalies() throws IOException {
    FeatureSchema schema = new FeatureSchema(List.of(new Feature("x", Encoding.NUMERIC)));
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      double value = i % 5 < 2 ? 0.3 : random.nextGaussian();
      rows.add(new Row(new double[] {value}, new String[0]));
    }
    Model model =
        new ModelTrainer(
                schema,
                Detectors.byName("zscore", Map.of()),
                Scaling.NONE,
                new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.4))
            .fit(rows, 42);
    return new ModelRegistry(new LocalRegistryFiles(registry), Clock.systemUTC())
        .publish(
            "m",
            model,
            new ModelMetadata.Training(
                "test", Map.of(), null, null, List.of(), null, null, 500, Map.of()))
        .version();
  }

  private static long second(JsonNode row, String field) {
    return Instant.parse(row.get(field).asString()).getEpochSecond() - START;
  }

  private static List<JsonNode> where(List<JsonNode> rows, Predicate<JsonNode> condition) {
    return rows.stream().filter(condition).toList();
  }

  private static boolean is(JsonNode row, String field, String value) {
    return row.path(field).asString("").equals(value);
  }

  private static TreeSet<String> texts(Collection<JsonNode> rows, String field) {
    TreeSet<String> texts = new TreeSet<>();
    rows.forEach(row -> texts.add(field.isEmpty() ? row.toString() : row.get(field).asString()));
    return texts;
  }

  @Test
  void aModelOfFortyPercentAnomaliesIsRolledBackAndEachAlertItRaisedRetractedOnce()
      throws IOException {
    String bad = publishModelOfFortyPercentAnomalies();
    Files.writeString(
        control.resolve("1.json"),
        "{\"type\":\"promote\",\"model\":\"m\",\"version\":\"latest\",\"effective_from\":\"%s\"}"
            .formatted(Instant.ofEpochSecond(START + 195)));
    DetectRun one = run("one", 1);
    DetectRun two = run("two", 2);

    assertThat(texts(two.scores(), "")).isEqualTo(texts(one.scores(), ""));
    assertThat(texts(two.alerts(), "")).isEqualTo(texts(one.alerts(), ""));
    assertThat(texts(two.models(), "")).isEqualTo(texts(one.models(), ""));

    List<JsonNode> verdicts = where(two.models(), row -> row.has("verdict"));
    assertThat(verdicts).hasSize(1);
    assertThat(verdicts.get(0).get("verdict").asString()).isEqualTo("rolled_back");
    assertThat(verdicts.get(0).get("model_version").asString()).isEqualTo(bad);
    assertThat(verdicts.get(0).get("group").asString()).isEqualTo("all");
    long back = second(verdicts.get(0), "effective_from");
    assertThat(back).isBetween(200L, 230L);

    List<JsonNode> scores = two.scores();
    assertThat(scores).hasSize(SENSORS * ROWS);
    assertThat(where(scores, row -> is(row, "model_version", bad)))
        .hasSize((int) (back - 195) * SENSORS)
        .allMatch(row -> second(row, "timestamp") >= 195 && second(row, "timestamp") < back);
    TreeSet<String> before =
        texts(
            where(scores, r -> second(r, "timestamp") >= 180 && second(r, "timestamp") < 195),
            "model_version");
    assertThat(before).hasSize(1);
    assertThat(
            texts(
                where(scores, r -> second(r, "timestamp") >= back && second(r, "timestamp") < 240),
                "model_version"))
        .isEqualTo(before);

    List<JsonNode> opened =
        where(
            two.alerts(),
            alert ->
                is(alert, "state", "opened") && is(alert.get("lineage"), "model_version", bad));
    List<JsonNode> retracted = where(two.alerts(), alert -> is(alert, "state", "retracted"));
    assertThat(opened).hasSizeGreaterThanOrEqualTo(SENSORS);
    assertThat(retracted).hasSameSizeAs(opened);
    assertThat(texts(retracted, "alert_id")).isEqualTo(texts(opened, "alert_id"));
    assertThat(retracted)
        .allSatisfy(alert -> assertThat(alert.get("reason").asString()).contains(bad));
    assertThat(two.count("retractions")).isEqualTo(opened.size());

    CommandRun replay =
        CommandRun.of(new DetectionJob(), "replay", "--all", "--output", "" + two.output());
    assertThat(replay.status()).as(replay.out() + replay.err()).isZero();
  }

  @Test
  void aWatchOverHealthyModelsChangesNothing() throws IOException {
    DetectRun watched = run("watched", 2);
    DetectRun plain =
        DetectRun.of(
            input,
            directory.resolve("plain"),
            "--detector=zscore",
            "--train-window=1min",
            "--scope=global",
            "--parallelism=2");

    assertThat(texts(watched.scores(), "")).isEqualTo(texts(plain.scores(), ""));
    assertThat(texts(watched.models(), "")).isEqualTo(texts(plain.models(), ""));
    assertThat(texts(watched.alerts(), "alert_id")).isEqualTo(texts(plain.alerts(), "alert_id"));
  }
}
