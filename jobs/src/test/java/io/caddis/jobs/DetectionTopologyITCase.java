// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.AlertState;
import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Derivation;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.quality.QualityRules;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.detectors.triage.TriagePolicy;
import io.caddis.detectors.warmup.WarmUp;
import io.caddis.operators.DetectorPlan;
import io.caddis.operators.FeaturePlan;
import io.caddis.operators.Grouping;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.ParseFunction;
import io.caddis.operators.PromotionPlan;
import io.caddis.operators.TrainingPlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DetectionTopologyITCase {
  private static final int SENSORS = 5;
  private static final int ROWS = 600;
  private static final long SECOND = 1000;

  /** How far a reading may be behind others. */
  private static final long LATENESS = 20 * SECOND;

  private record Result(List<ScoredVector> scores, List<Alert> alerts, List<ModelUpdate> models) {
    /** Everything that must not depend on parallelism, one line a row. */
    Set<String> lines() {
      Set<String> lines =
          scores.stream()
              .map(
                  row ->
                      "%s %d %s %s %s"
                          .formatted(
                              row.key(),
                              row.position(),
                              Double.toHexString(row.score()),
                              Double.toHexString(row.rawScore()),
                              row.modelVersion()))
              .collect(Collectors.toCollection(TreeSet::new));
      models.forEach(model -> lines.add(model.group() + ' ' + model.sha256()));
      alerts.forEach(alert -> lines.add(alert.id() + alert.sequence() + alert.state()));
      return lines;
    }
  }

  /** Sensors at a steady level with one spike each, in any order. */
  private static List<Parsed> readings(long shuffleSeed) {
    Random random = new Random(7);
    List<Parsed> readings = new ArrayList<>();
    for (int sensor = 0; sensor < SENSORS; sensor++) {
      for (int i = 0; i < ROWS; i++) {
        double spike = i == 500 ? 40 : 0;
        double[] numbers = {sensor * 10 + random.nextGaussian() + spike, random.nextGaussian()};
        String[] texts = {i % 2 == 0 ? "run" : "idle"};
        readings.add(
            Parsed.valid(
                new Reading(
                    "s" + sensor, i * SECOND, sensor, i, numbers, texts, Map.of("extra", 1.0))));
      }
    }
    Collections.shuffle(readings, new Random(shuffleSeed));
    return readings;
  }

  private static DetectionPlan plan(Grouping.Scope scope, TrainingPlan training) {
    return plan(scope, training, "isolation_forest");
  }

  private static DetectionPlan plan(
      Grouping.Scope scope, TrainingPlan training, String detectorName) {
    FeatureSchema fields =
        new FeatureSchema(
            List.of(
                new Feature("x", Encoding.NUMERIC),
                new Feature("y", Encoding.NUMERIC),
                new Feature("mode", Encoding.FREQUENCY)));
    FeaturePlan features =
        new FeaturePlan(
            fields,
            List.of(Derivation.parse("delta(x)")),
            List.of(CalendarFeature.HOUR),
            new Grouping(scope, 0));
    DetectorPlan detector =
        new DetectorPlan(
            features.schema(),
            detectorName,
            Map.of(),
            Scaling.ROBUST,
            new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.01));
    return new DetectionPlan(
        features,
        training,
        new PromotionPlan(0.5, 0.3, 1, 0, 1, PromotionPlan.Challengers.NONE, 1, 0),
        detector,
        QualityRules.NONE,
        null,
        new TriagePolicy(5, 60 * SECOND),
        SeverityScale.DEFAULT,
        0,
        false,
        true,
        false,
        86_400 * SECOND,
        ParseFunction.ANY_FUTURE,
        0,
        false);
  }

  private static TrainingPlan hundredSeconds() {
    return new TrainingPlan(
        TrainingPlan.Window.TIME,
        100 * SECOND,
        100 * SECOND,
        0,
        false,
        200,
        10,
        0.9,
        42,
        false,
        false,
        true);
  }

  private static TrainingPlan firstRows(int rows) {
    return new TrainingPlan(
        TrainingPlan.Window.COUNT, 0, 0, rows, true, 10_000, 10, 0.9, 42, false, false, true);
  }

  private static Result run(List<Parsed> readings, DetectionPlan plan, int parallelism)
      throws Exception {
    return run(readings, plan, parallelism, WatermarkStrategy.noWatermarks());
  }

  private static Result run(
      List<Parsed> readings,
      DetectionPlan plan,
      int parallelism,
      WatermarkStrategy<Parsed> watermarks)
      throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration);
    var source =
        env.fromData(readings, TypeInformation.of(Parsed.class))
            .uid("input")
            .assignTimestampsAndWatermarks(
                watermarks.withTimestampAssigner((parsed, time) -> timestamp(parsed)))
            .uid("times");
    DetectionTopology.Outputs outputs = DetectionTopology.of(source, plan, null);
    var scores = outputs.scores().collectAsync();
    var alerts = outputs.alerts().collectAsync();
    var models = outputs.models().collectAsync();
    var deadLetters = outputs.deadLetters().collectAsync();
    env.executeAsync();
    try (scores;
        alerts;
        models;
        deadLetters) {
      return new Result(list(scores), list(alerts), list(models));
    }
  }

  private static long timestamp(Parsed parsed) {
    Reading reading = parsed.reading();
    return reading == null ? 0 : reading.timestamp();
  }

  private static <T> List<T> list(Iterator<T> iterator) {
    List<T> list = new ArrayList<>();
    iterator.forEachRemaining(list::add);
    return list;
  }

  @ParameterizedTest
  @EnumSource(Grouping.Scope.class)
  void timeWindowsGiveTheSameResultsAtAnyParallelismAndOrder(Grouping.Scope scope)
      throws Exception {
    DetectionPlan plan = plan(scope, hundredSeconds());
    Result one = run(readings(1), plan, 1);
    Result two = run(readings(2), plan, 2);

    assertThat(one.scores()).hasSize(SENSORS * ROWS);
    assertThat(two.lines()).isEqualTo(one.lines());
    assertThat(one.models()).isNotEmpty();
    assertThat(one.scores())
        .allSatisfy(
            row ->
                assertThat(row.modelVersion().equals(WarmUp.VERSION))
                    .isEqualTo(row.timestamp() < 100 * SECOND));
  }

  /** Sends the watermark on behind every reading, as far back as readings may be late. */
  private static final class EveryReading implements WatermarkGenerator<Parsed> {
    private long newest = Long.MIN_VALUE + LATENESS + 1;

    @Override
    public void onEvent(Parsed event, long timestamp, WatermarkOutput output) {
      newest = Math.max(newest, timestamp);
      output.emitWatermark(new Watermark(newest - LATENESS - 1));
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {}
  }

  @Test
  void aStreamShuffledWithinItsLatenessGivesTheSameAndNoModelScoresWhatItWasTrainedOn()
      throws Exception {
    DetectionPlan plan = plan(Grouping.Scope.GLOBAL, hundredSeconds());
    List<Parsed> inOrder = new ArrayList<>(readings(1));
    inOrder.sort(Comparator.comparingLong(DetectionTopologyITCase::timestamp));
    Result bounded = run(inOrder, plan, 1);
    for (int parallelism : new int[] {1, 2, 4}) {
      Random random = new Random(parallelism);
      Map<Parsed, Long> arrivals = new IdentityHashMap<>();
      inOrder.forEach(
          one -> arrivals.put(one, timestamp(one) + (long) (random.nextDouble() * LATENESS)));
      List<Parsed> shuffled = new ArrayList<>(inOrder);
      shuffled.sort(Comparator.comparingLong(arrivals::get));
      Result stream =
          run(
              shuffled,
              plan,
              parallelism,
              WatermarkStrategy.forGenerator(context -> new EveryReading()));

      assertThat(stream.lines()).isEqualTo(bounded.lines());
      Map<String, Long> trainedTo =
          stream.models().stream()
              .collect(Collectors.toMap(ModelUpdate::modelVersion, ModelUpdate::trainTo));
      assertThat(trainedTo).hasSize(6);
      assertThat(stream.scores())
          .hasSize(SENSORS * ROWS)
          .noneMatch(row -> row.late())
          .allMatch(row -> trainedTo.getOrDefault(row.modelVersion(), 0L) <= row.timestamp());
    }
  }

  @ParameterizedTest
  @EnumSource(Grouping.Scope.class)
  void countedWindowsGiveTheSameResultsAtAnyParallelismAndOrder(Grouping.Scope scope)
      throws Exception {
    DetectionPlan plan = plan(scope, firstRows(200));
    Result one = run(readings(1), plan, 1);
    Result two = run(readings(2), plan, 2);

    assertThat(one.scores()).hasSize(SENSORS * ROWS);
    assertThat(two.lines()).isEqualTo(one.lines());
    int groups = scope == Grouping.Scope.SENSOR ? SENSORS : scope == Grouping.Scope.GLOBAL ? 1 : 2;
    assertThat(one.models()).hasSize(groups);
  }

  @Test
  void everySpikeRaisesAnEpisodeThatIsClosed() throws Exception {
    Result result = run(readings(1), plan(Grouping.Scope.SENSOR, firstRows(300), "zscore"), 2);

    for (int sensor = 0; sensor < SENSORS; sensor++) {
      String key = "s" + sensor;
      assertThat(result.alerts())
          .anySatisfy(
              alert -> {
                assertThat(alert.key()).isEqualTo(key);
                assertThat(500 * SECOND).isBetween(alert.start(), alert.end());
                assertThat(alert.lineage()).isNotNull();
              });
    }
    Map<AlertState, Long> byState =
        result.alerts().stream()
            .collect(Collectors.groupingBy(Alert::state, Collectors.counting()));
    assertThat(byState.get(AlertState.CLOSED)).isEqualTo(byState.get(AlertState.OPENED));
  }

  @Test
  void aRejectedLineIsADeadLetterAndTheRestIsScored() throws Exception {
    List<Parsed> readings = new ArrayList<>(readings(1));
    readings.add(
        Parsed.rejected(
            new Rejection(
                RejectionReason.MALFORMED_CSV, "x", "f", 1, 1, 1, new byte[] {1}, null, false)));
    Result result = run(readings, plan(Grouping.Scope.GLOBAL, hundredSeconds()), 1);

    assertThat(result.scores()).hasSize(SENSORS * ROWS);
    assertThat(result.scores()).allSatisfy(row -> assertThat(row.ignored()).contains("extra"));
  }
}
