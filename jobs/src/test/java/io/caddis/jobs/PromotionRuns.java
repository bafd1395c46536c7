// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.files.ResultFolder;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.registry.LocalRegistryFiles;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.jobs.sink.Sinks;
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
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Runs on the embedded cluster whose models come into force and are judged by what they do there.
 */
abstract class PromotionRuns {
  static final long START = 1_767_225_600L;
  static final int ROWS = 400;
  static final int SENSORS = 4;

  @TempDir Path directory;

  Path input;
  Path control;
  Path registry;

  @BeforeEach
  void makeDirectories() throws IOException {
    input = Files.createDirectories(directory.resolve("input"));
    control = Files.createDirectories(directory.resolve("control"));
    registry = directory.resolve("registry");
    makeInput(ROWS);
  }

  /** Readings around 0: with spikes, or around 20 from a second on. */
  void makeInput(int changeAt) throws IOException {
    Random random = new Random(7);
    List<String> rows = new ArrayList<>(List.of("timestamp,key,x"));
    for (int i = 0; i < ROWS; i++) {
      for (int sensor = 0; sensor < SENSORS; sensor++) {
        double more = changeAt < ROWS ? (i >= changeAt ? 20 : 0) : i % 40 > 36 ? 40 : 0;
        rows.add("%d,s%d,%s".formatted(START + i, sensor, random.nextGaussian() + more));
      }
    }
    Files.write(input.resolve("a.csv"), rows);
  }

  DetectRun run(String name, int parallelism, String... more) throws IOException {
    return runOf("global", name, parallelism, more);
  }

  DetectRun runOf(String scope, String name, int parallelism, String... more) throws IOException {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--detector=zscore",
                "--train-window=1min",
                "--scope=" + scope,
                "--archive",
                "--parallelism=" + parallelism,
                "--control=" + control,
                "--set=control.registry=" + registry));
    options.addAll(List.of(more));
    return DetectRun.of(input, directory.resolve(name), options.toArray(String[]::new));
  }

  void command(String type, int second) throws IOException {
    command("1.json", "'type':'%s','model':'m','version':'latest'".formatted(type), second);
  }

  void command(String file, String keys, int second) throws IOException {
    String from = Instant.ofEpochSecond(START + second).toString();
    Files.writeString(
        control.resolve(file),
        "{%s,'effective_from':'%s'}".formatted(keys, from).replace('\'', '"'));
  }

  static List<JsonNode> challenger(DetectRun run) throws IOException {
    return new ResultFolder(run.output().resolve(Sinks.CHALLENGER)).fresh();
  }

  String publishModelAround(double level) throws IOException {
    Random random = new Random(3);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      rows.add(new Row(new double[] {level + random.nextGaussian()}, new String[0]));
    }
    return publish(registry, rows, 0.01);
  }

  /** A model of sensors that were stuck for 40 % of the time, which the contamination says, too. */
  String publishModelOfFortyPercentAnomalies() throws IOException {
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      double value = i % 5 < 2 ? 0.3 : random.nextGaussian();
      rows.add(new Row(new double[] {value}, new String[0]));
    }
    return publish(registry, rows, 0.4);
  }

  /** A z-score of one feature, {@code x}, as the newest version of {@code m}. */
  static String publish(Path registry, List<Row> rows, double contamination) throws IOException {
    FeatureSchema schema = new FeatureSchema(List.of(new Feature("x", Encoding.NUMERIC)));
    Model model =
        new ModelTrainer(
                schema,
                Detectors.byName("zscore", Map.of()),
                Scaling.NONE,
                new ThresholdRule(ThresholdRule.Method.CONTAMINATION, contamination))
            .fit(rows, 42);
    return new ModelRegistry(new LocalRegistryFiles(registry), Clock.systemUTC())
        .publish(
            "m",
            model,
            new ModelMetadata.Training(
                "test", Map.of(), null, null, List.of(), null, null, rows.size(), Map.of()))
        .version();
  }

  static long second(JsonNode row, String field) {
    return Instant.parse(row.get(field).asString()).getEpochSecond() - START;
  }

  static List<JsonNode> where(List<JsonNode> rows, Predicate<JsonNode> condition) {
    return rows.stream().filter(condition).toList();
  }

  static boolean is(JsonNode row, String field, String value) {
    return row.path(field).asString("").equals(value);
  }

  static TreeSet<String> texts(Collection<JsonNode> rows, String field) {
    TreeSet<String> texts = new TreeSet<>();
    rows.forEach(row -> texts.add(field.isEmpty() ? row.toString() : row.get(field).asString()));
    return texts;
  }
}
