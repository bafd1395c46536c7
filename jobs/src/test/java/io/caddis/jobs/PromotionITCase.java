// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Models that come into force and are judged by what they do there, on the embedded cluster. */
class PromotionITCase {
  private static final long START = 1_767_225_600L;
  private static final int ROWS = 400;
  private static final int SENSORS = 4;

  /** Those of the sensors that a share of 0.45 has. */
  private static final TreeSet<String> CANARIES = new TreeSet<>(List.of("s0", "s2"));

  @TempDir Path directory;

  private Path input;
  private Path control;
  private Path registry;

  @BeforeEach
  void makeDirectories() throws IOException {
    input = Files.createDirectories(directory.resolve("input"));
    control = Files.createDirectories(directory.resolve("control"));
    registry = directory.resolve("registry");
    makeInput(ROWS);
  }

  /** Readings around 0: with spikes, or around 20 from a second on. */
  private void makeInput(int changeAt) throws IOException {
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

  private DetectRun run(String name, int parallelism, String... more) throws IOException {
    return runOf("global", name, parallelism, more);
  }

  private DetectRun runOf(String scope, String name, int parallelism, String... more)
      throws IOException {
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

  private void command(String type, int second) throws IOException {
    command("1.json", "'type':'%s','model':'m','version':'latest'".formatted(type), second);
  }

  private void command(String file, String keys, int second) throws IOException {
    String from = Instant.ofEpochSecond(START + second).toString();
    Files.writeString(
        control.resolve(file),
        "{%s,'effective_from':'%s'}".formatted(keys, from).replace('\'', '"'));
  }

  private static List<JsonNode> challenger(DetectRun run) throws IOException {
    return new ResultFolder(run.output().resolve(Sinks.CHALLENGER)).fresh();
  }

  private String publishModelAround(double level) throws IOException {
    Random random = new Random(3);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      rows.add(new Row(new double[] {level + random.nextGaussian()}, new String[0]));
    }
    return publish(rows, 0.01);
  }

  /** A model of sensors that were stuck for 40 % of the time, which the contamination says, too. */
  private String publishModelOfFortyPercentAnomalies() throws IOException {
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      double value = i % 5 < 2 ? 0.3 : random.nextGaussian();
      rows.add(new Row(new double[] {value}, new String[0]));
    }
    return publish(rows, 0.4);
  }

  private String publish(List<Row> rows, double contamination) throws IOException {
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
    command("promote", 195);
    DetectRun one = run("one", 1, "--set=promotion.watch=40s");
    DetectRun two = run("two", 2, "--set=promotion.watch=40s");

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

  @ParameterizedTest
  @ValueSource(strings = {"global", "sensor"})
  void aCanaryScoresAShareOfTheSensorsAndThenAllOrNone(String scope) throws IOException {
    String[] canary = {"--set=promotion.watch=20s", "--set=promotion.canary=0.45"};
    DetectRun one = runOf(scope, "one", 1, canary);
    DetectRun two = runOf(scope, "two", 2, canary);
    assertThat(texts(two.scores(), "")).isEqualTo(texts(one.scores(), ""));
    assertThat(texts(two.alerts(), "")).isEqualTo(texts(one.alerts(), ""));

    List<JsonNode> trained = where(two.models(), row -> !row.has("verdict"));
    for (String sensor : List.of("s0", "s1", "s2", "s3")) {
      List<JsonNode> ofSensor =
          where(trained, row -> is(row, "group", "all") || is(row, "group", sensor));
      for (JsonNode model : ofSensor.subList(1, ofSensor.size())) {
        long from = second(model, "train_to") + (CANARIES.contains(sensor) ? 0 : 20);
        List<JsonNode> byIt =
            where(
                two.scores(),
                row ->
                    is(row, "key", sensor)
                        && is(row, "model_version", model.get("model_version").asString()));
        assertThat(byIt)
            .extracting(row -> second(row, "timestamp"))
            .containsExactlyInAnyOrderElementsOf(
                LongStream.range(from, Math.min(from + 60, ROWS)).boxed().toList());
      }
    }
  }

  @Test
  void aCanaryThatIsTakenBackByCommandLeavesNoAlertAndWhatIsUndoneIsAsIfItHadNotBeen()
      throws IOException {
    String bad = publishModelOfFortyPercentAnomalies();
    DetectRun without = run("without", 2, "--set=promotion.watch=40s");
    String canary = "'id':'c','type':'promote','model':'m','version':'latest','share':0.45";
    command("1.json", canary, 181);
    command("2.json", "'type':'undo','command':'c'", 189);
    DetectRun one = run("one", 1, "--set=promotion.watch=40s");
    DetectRun two = run("two", 2, "--set=promotion.watch=40s");

    assertThat(texts(two.scores(), "")).isEqualTo(texts(one.scores(), ""));
    assertThat(texts(two.alerts(), "")).isEqualTo(texts(one.alerts(), ""));
    List<JsonNode> byCanary = where(two.scores(), row -> is(row, "model_version", bad));
    assertThat(byCanary).hasSize(8 * CANARIES.size());
    assertThat(texts(byCanary, "key")).isEqualTo(CANARIES);
    TreeSet<String> changed = texts(byCanary, "event_id");
    Predicate<JsonNode> untouched = row -> !changed.contains(row.get("event_id").asString());
    assertThat(texts(where(two.scores(), untouched), ""))
        .isEqualTo(texts(where(without.scores(), untouched), ""));
    List<JsonNode> raised =
        where(
            two.alerts(),
            row -> row.has("lineage") && is(row.get("lineage"), "model_version", bad));
    assertThat(raised).isNotEmpty();
    assertThat(texts(where(two.alerts(), row -> is(row, "state", "retracted")), "alert_id"))
        .isEqualTo(texts(where(raised, row -> is(row, "state", "opened")), "alert_id"));
    assertThat(new ResultFolder(two.output().resolve(Sinks.CONTROL)).fresh())
        .hasSize(2)
        .allMatch(row -> is(row, "state", "applied"));
  }

  @Test
  void aWatchOverHealthyModelsChangesNothing() throws IOException {
    DetectRun watched = run("watched", 2, "--set=promotion.watch=40s");
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

  @Test
  void aChallengerScoresTheSameReadingsAndChangesNothingElse() throws IOException {
    String bad = publishModelOfFortyPercentAnomalies();
    DetectRun without = run("without", 2, "--set=promotion.challengers=report");
    command("challenge", 100);
    DetectRun with = run("with", 2, "--set=promotion.challengers=report");
    DetectRun one = run("one", 1, "--set=promotion.challengers=report");

    for (String folder : List.of(Sinks.SCORES, Sinks.ALERTS, Sinks.MODELS, Sinks.ARCHIVE)) {
      TreeSet<String> expected =
          texts(new ResultFolder(without.output().resolve(folder)).fresh(), "");
      assertThat(expected).isNotEmpty();
      assertThat(texts(new ResultFolder(with.output().resolve(folder)).fresh(), ""))
          .as(folder)
          .isEqualTo(expected);
    }
    assertThat(with.count("scored")).isEqualTo(SENSORS * ROWS);
    assertThat(challenger(without)).isEmpty();
    assertThat(texts(challenger(with), "")).isEqualTo(texts(challenger(one), ""));
    assertThat(challenger(with)).allMatch(row -> is(row, "model_version", bad));
    assertThat(texts(challenger(with), "event_id"))
        .isEqualTo(texts(where(with.scores(), row -> second(row, "timestamp") >= 100), "event_id"));
  }

  @Test
  void aChallengerIsComparedWithTheChampionReadingByReading() throws IOException {
    publishModelOfFortyPercentAnomalies();
    command("challenge", 100);
    DetectRun run = run("run", 2, "--set=promotion.challengers=report");
    List<String> labels = new ArrayList<>(List.of("key,start,end"));
    for (int i = 37; i < ROWS; i += 40) {
      for (int sensor = 0; sensor < SENSORS; sensor++) {
        labels.add("s%d,%d,%d".formatted(sensor, START + i, START + i + 2));
      }
    }
    Path truth = Files.write(directory.resolve("labels.csv"), labels);
    CommandRun compared =
        CommandRun.of(
            new DetectionJob(), "compare", "--output=" + run.output(), "--labels=" + truth);

    TreeSet<String> tried = texts(challenger(run), "event_id");
    TreeSet<String> champion =
        texts(
            where(
                run.scores(),
                row ->
                    row.get("is_anomaly").asBoolean()
                        && tried.contains(row.get("event_id").asString())),
            "event_id");
    TreeSet<String> challenger =
        texts(where(challenger(run), row -> row.get("is_anomaly").asBoolean()), "event_id");
    TreeSet<String> alone = new TreeSet<>(challenger);
    alone.removeAll(champion);
    TreeSet<String> missed = new TreeSet<>(champion);
    missed.removeAll(challenger);
    assertThat(compared.status()).isZero();
    assertThat(compared.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
        .containsSubsequence(
            "readings 1200",
            "agreement %.4f".formatted(1 - (alone.size() + missed.size()) / 1200.0),
            "flagged %.4f %.4f".formatted(champion.size() / 1200.0, challenger.size() / 1200.0),
            "flagged_alone %d %d".formatted(missed.size(), alone.size()));
    // of the 96 labelled readings the champion flags some and the challenger all
    assertThat(compared.out())
        .containsPattern("precision +1.0000 +%.4f".formatted(96.0 / challenger.size()))
        .containsPattern("recall +%.4f +1.0000".formatted(champion.size() / 96.0))
        .containsPattern("mean_us +[0-9.]+ +[0-9.]+")
        .containsPattern("p99_us +[0-9.]+ +[0-9.]+");
  }

  @Test
  void aBetterChallengerIsPromotedWhenItsGateHoldsAndNotBefore() throws IOException {
    makeInput(100);
    String better = publishModelAround(20);
    command("challenge", 120);
    String[] options = {
      "--set=training.once=true", "--set=promotion.challengers=promote", "--set=promotion.trial=40s"
    };
    DetectRun one = run("one", 1, options);
    DetectRun two = run("two", 2, options);

    assertThat(texts(two.scores(), "")).isEqualTo(texts(one.scores(), ""));
    // 40 s after the 120th second, which is the end of a quarter of the trial
    assertThat(where(two.scores(), row -> is(row, "model_version", better)))
        .hasSize(SENSORS * (ROWS - 160))
        .allMatch(row -> second(row, "timestamp") >= 160);
    assertThat(challenger(two))
        .hasSize(SENSORS * 40)
        .allMatch(row -> second(row, "timestamp") >= 120 && second(row, "timestamp") < 160);
  }

  @Test
  void aWorseChallengerIsNeverPromoted() throws IOException {
    String worse = publishModelOfFortyPercentAnomalies();
    command("challenge", 120);
    String[] options = {"--set=promotion.challengers=promote", "--set=promotion.trial=40s"};
    DetectRun run = run("run", 2, options);

    assertThat(where(run.scores(), row -> is(row, "model_version", worse))).isEmpty();
    assertThat(challenger(run)).hasSize(SENSORS * (ROWS - 120));
  }
}
