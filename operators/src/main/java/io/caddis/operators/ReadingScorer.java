// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.Attribution;
import io.caddis.detectors.event.Evidence;
import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ModelLineage;
import io.caddis.detectors.event.Ruling;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.NewFeatures;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.stream.StreamDetector;
import io.caddis.detectors.threshold.ScoreScale;
import io.caddis.detectors.threshold.Spot;
import io.caddis.detectors.threshold.SpotState;
import io.caddis.detectors.warmup.SensorStatistics;
import io.caddis.detectors.warmup.WarmUp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Scores one reading with its model or, while there is none, with the sensor's own statistics. What
 * {@link ScoreFunction} and {@link SensorScoreFunction} share; belongs to one of them and uses its
 * keyed state.
 */
final class ReadingScorer {
  private static final ValueStateDescriptor<SensorStatistics> STATISTICS =
      new ValueStateDescriptor<>("sensor-statistics", TypeInformation.of(SensorStatistics.class));

  private static final ValueStateDescriptor<SpotState> SPOT =
      new ValueStateDescriptor<>("spot", TypeInformation.of(SpotState.class));

  /** Measuring every reading would cost as much as scoring it with a light detector. */
  private static final long MEASURED_MASK = 63;

  private static final long UNMEASURED = Long.MIN_VALUE;

  private final FeatureSchema schema;
  private final String[] numberNames;
  private final SeverityScale severities;
  private final boolean archived;
  private final @Nullable Spot spot;
  private final ValueState<SpotState> spotState;
  private final ValueState<SensorStatistics> statistics;
  private final IdleExpiry idle;
  private final Tally scored;
  private final Tally scoredByModel;
  private final Tally anomalies;
  private final LatencyHistogram latency = new LatencyHistogram();
  private final ModelTimings timings;
  private long newestTrainedTo = -1;
  private long newestScoresFrom = Long.MIN_VALUE;
  private String newestVersion = "none";
  private long newestReading;
  private long calls;

  ReadingScorer(RuntimeContext context, ScorePlan plan) {
    schema = plan.schema();
    numberNames = plan.schema().numbers().stream().map(Feature::name).toArray(String[]::new);
    severities = plan.severities();
    archived = plan.archived();
    timings = new ModelTimings(plan.challenger(), context.getTaskInfo().getIndexOfThisSubtask());
    spot = plan.risk() > 0 ? new Spot(plan.risk(), 0) : null;
    spotState = context.getState(SPOT);
    statistics = context.getState(STATISTICS);
    idle = new IdleExpiry(context, plan.ttlMillis());
    scored = new Tally(context, plan.count(OperatorMetrics.SCORED));
    scoredByModel = new Tally(context, plan.count(OperatorMetrics.SCORED_BY_MODEL));
    anomalies = new Tally(context, plan.count(OperatorMetrics.ANOMALIES));
    MetricGroup metrics = context.getMetricGroup().addGroup(OperatorMetrics.GROUP);
    metrics.histogram(OperatorMetrics.SCORE_LATENCY_NANOS, latency);
    metrics.gauge(OperatorMetrics.MODEL_VERSION, () -> newestVersion);
    metrics.gauge(OperatorMetrics.MODEL_TRAINED_TO, () -> newestTrainedTo);
    metrics.gauge(
        OperatorMetrics.MODEL_AGE_MILLIS,
        () -> newestTrainedTo < 0 ? -1 : Math.max(0, newestReading - newestTrainedTo));
  }

  /** Notes for the metrics that a model has come. */
  void received(LoadedModel loaded) {
    if (loaded.scoresFrom() >= newestScoresFrom) {
      newestScoresFrom = loaded.scoresFrom();
      newestTrainedTo = loaded.lineage().trainTo();
      newestVersion = loaded.lineage().modelVersion();
    }
  }

  /**
   * Scores a reading. The sensor may have statistics of its own from then on, which are the
   * caller's to have forgotten: see {@link #touch}.
   *
   * @return how long its model takes, when that is to be told
   */
  @Nullable ScoreTiming score(
      FeatureVector vector, @Nullable LoadedModel loaded, Collector<ScoredVector> out)
      throws Exception {
    long start = started();
    ScoredVector result = loaded == null ? warmUp(vector) : byModel(vector, loaded.model(), loaded);
    long nanos = finish(result, start, out);
    return loaded == null || nanos == UNMEASURED
        ? null
        : timings.add(loaded.lineage().modelVersion(), nanos);
  }

  /**
   * Scores a reading with a detector that learns from it or, while that has too little history,
   * with the sensor's own statistics; those are the caller's to {@link #forget}.
   *
   * @param timeMillis event time that the detector is told
   * @param threshold the score at or above which the reading is anomalous
   * @param name stands for the version of the model
   * @param before holds the detector as it was before the reading, when the job archives
   */
  void score(
      FeatureVector vector,
      StreamDetector detector,
      long timeMillis,
      double threshold,
      String name,
      DataOutputSerializer before,
      Collector<ScoredVector> out)
      throws Exception {
    long start = started();
    double score = detector.score(timeMillis, vector.numbers());
    double limit = ruled(vector, threshold);
    ScoredVector result =
        score == 0
            ? warmUp(vector)
            : result(
                vector,
                score,
                detector.rawScore(),
                limit,
                name,
                missing(vector.numbers()),
                NewFeatures.unused(schema, vector.numbers().length, vector.extra()),
                null,
                score >= limit ? detector.explain(numberNames, score) : null,
                archives(vector, score, limit)
                    ? new Evidence(
                        name,
                        detector.rawScore(),
                        vector.numbers(),
                        vector.texts(),
                        timeMillis,
                        before.getCopyOfBuffer())
                    : null);
    finish(result, start, out);
  }

  /** When the scoring of a reading began, or {@link #UNMEASURED}. */
  private long started() {
    return (calls++ & MEASURED_MASK) == 0 ? System.nanoTime() : UNMEASURED;
  }

  /** Hands a result on; the time it took in nanoseconds, or {@link #UNMEASURED}. */
  private long finish(ScoredVector result, long start, Collector<ScoredVector> out) {
    newestReading = Math.max(newestReading, result.timestamp());
    scored.increment();
    if (result.anomaly()) {
      anomalies.increment();
    }
    long nanos = UNMEASURED;
    if (start != UNMEASURED) {
      nanos = System.nanoTime() - start;
      latency.update(nanos);
    }
    out.collect(result);
    return nanos;
  }

  private ScoredVector byModel(FeatureVector vector, Model model, LoadedModel loaded)
      throws Exception {
    scoredByModel.increment();
    double[] numbers = NewFeatures.numbers(model.schema(), vector.numbers(), vector.extra());
    double raw = model.rawScore(numbers, vector.texts());
    double score = model.score(raw);
    double learned =
        spot == null ? model.threshold() : ownThreshold(spot, vector, raw, model.scale());
    double threshold = ruled(vector, learned);
    return result(
        vector,
        score,
        raw,
        threshold,
        loaded.lineage().modelVersion(),
        model.imputed(numbers, vector.texts()),
        joined(
            NewFeatures.unused(model.schema(), vector.numbers().length, vector.extra()),
            model.ignored(numbers, vector.texts())),
        loaded,
        score >= threshold ? model.explain(numbers, vector.texts()) : null,
        archives(vector, score, threshold)
            ? new Evidence(
                loaded.lineage().modelVersion(),
                raw,
                numbers,
                vector.texts(),
                vector.timestamp(),
                null)
            : null);
  }

  /**
   * The sensor's own threshold, or the model's while its scores are too few for one. They are held
   * as distances from the model's boundary, so that they mean the same under the next model.
   */
  private double ownThreshold(Spot own, FeatureVector vector, double raw, ScoreScale scale)
      throws Exception {
    SpotState state = spotState.value();
    if (state == null) {
      state = own.newState();
    }
    double distance = own.threshold(state);
    double rawThreshold =
        Double.isNaN(distance)
            ? scale.rawThreshold()
            : scale.rawThreshold() + distance * scale.above();
    if (!vector.late()) {
      own.observe(state, (raw - scale.rawThreshold()) / scale.above());
      spotState.update(state);
    }
    return scale.score(rawThreshold);
  }

  private static String @Nullable [] joined(
      String @Nullable [] unknown, String @Nullable [] unused) {
    if (unknown == null || unused == null) {
      return unknown == null ? unused : unknown;
    }
    return Stream.concat(Arrays.stream(unknown), Arrays.stream(unused)).toArray(String[]::new);
  }

  private ScoredVector warmUp(FeatureVector vector) throws Exception {
    SensorStatistics known = statistics.value();
    if (known == null) {
      known = SensorStatistics.empty(vector.numbers().length);
    }
    double raw = WarmUp.rawScore(known, vector.numbers());
    double score = WarmUp.score(raw, vector.numbers().length);
    double threshold = ruled(vector, ScoreScale.BOUNDARY);
    Attribution attribution =
        score >= threshold ? WarmUp.explain(known, vector.numbers(), numberNames, score) : null;
    Evidence evidence = null;
    if (archives(vector, score, threshold)) {
      DataOutputSerializer before = new DataOutputSerializer(1 << 10);
      known.write(before);
      evidence =
          new Evidence(
              WarmUp.VERSION,
              raw,
              vector.numbers(),
              vector.texts(),
              vector.timestamp(),
              before.getCopyOfBuffer());
    }
    if (!vector.late()) {
      known.learn(vector.numbers());
      statistics.update(known);
    }
    return result(
        vector,
        score,
        raw,
        threshold,
        WarmUp.VERSION,
        missing(vector.numbers()),
        NewFeatures.unused(schema, vector.numbers().length, vector.extra()),
        null,
        attribution,
        evidence);
  }

  /** The threshold that a command has set for the reading, or else the learned one. */
  private static double ruled(FeatureVector vector, double learned) {
    Ruling ruling = vector.ruling();
    return ruling == null || Double.isNaN(ruling.threshold()) ? learned : ruling.threshold();
  }

  /** Whether an alert may tell of the reading, and what its score was made of is to be kept. */
  private boolean archives(FeatureVector vector, double score, double threshold) {
    return archived && score >= threshold && !isMuted(vector);
  }

  private static boolean isMuted(FeatureVector vector) {
    Ruling ruling = vector.ruling();
    return ruling != null && ruling.muted();
  }

  private static ModelLineage lineage(LoadedModel loaded, @Nullable Ruling ruling) {
    return ruling == null || ruling.command() == null
        ? loaded.lineage()
        : loaded.lineage().withThresholdOrigin("command " + ruling.command());
  }

  private String @Nullable [] missing(double[] numbers) {
    List<String> missing = new ArrayList<>(0);
    for (int i = 0; i < numbers.length; i++) {
      if (Double.isNaN(numbers[i])) {
        missing.add(numberNames[i]);
      }
    }
    return missing.isEmpty() ? null : missing.toArray(String[]::new);
  }

  private ScoredVector result(
      FeatureVector vector,
      double score,
      double raw,
      double threshold,
      String version,
      String @Nullable [] imputed,
      String @Nullable [] ignored,
      @Nullable LoadedModel loaded,
      @Nullable Attribution attribution,
      @Nullable Evidence evidence) {
    boolean anomaly = score >= threshold;
    return new ScoredVector(
        vector.key(),
        vector.group(),
        vector.timestamp(),
        vector.source(),
        vector.position(),
        score,
        raw,
        threshold,
        anomaly,
        severities.of(score),
        version,
        vector.late(),
        imputed,
        ignored,
        anomaly && loaded != null ? lineage(loaded, vector.ruling()) : null,
        attribution,
        isMuted(vector),
        loaded == null ? null : loaded.rolledBack(),
        evidence);
  }

  /**
   * Notes that the current sensor is alive, for callers that keep more state of it than this one
   * does.
   */
  void touch(long timestamp, TimerService timers) throws Exception {
    idle.touch(timestamp, timers);
  }

  /**
   * Whether the timer says that the current sensor has been idle; its statistics are forgotten
   * then.
   */
  boolean expired(long timer) throws Exception {
    if (!idle.expired(timer)) {
      return false;
    }
    forget();
    return true;
  }

  /** Forgets the statistics of the current sensor. */
  void forget() {
    statistics.clear();
    spotState.clear();
    idle.clear();
  }
}
