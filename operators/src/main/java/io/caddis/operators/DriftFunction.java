// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.drift.DriftState;
import io.caddis.detectors.drift.MeanShift;
import io.caddis.detectors.drift.ScoreDrift;
import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.QualityKind;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.warmup.WarmUp;
import java.util.Locale;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Tells when the mean of a sensor's scores has changed for good: its data or what they mean are no
 * longer what the detector knows. Keyed by sensor.
 *
 * <p>Late readings are left out, and so are scores that no detector gave, which are on another
 * scale.
 */
public final class DriftFunction extends KeyedProcessFunction<String, ScoredVector, QualityIssue> {
  private static final ValueStateDescriptor<DriftState> DRIFT =
      new ValueStateDescriptor<>("score-drift", TypeInformation.of(DriftState.class));

  private final ScoreDrift rule;
  private final long ttlMillis;

  private transient ValueState<DriftState> drift;
  private transient IdleExpiry idle;
  private transient Tally issues;

  /**
   * @param ttlMillis event time after which an idle sensor's scores are forgotten, milliseconds
   */
  public DriftFunction(ScoreDrift rule, long ttlMillis) {
    this.rule = rule;
    this.ttlMillis = ttlMillis;
  }

  @Override
  public void open(OpenContext context) {
    drift = getRuntimeContext().getState(DRIFT);
    idle = new IdleExpiry(getRuntimeContext(), ttlMillis);
    issues = new Tally(getRuntimeContext(), OperatorMetrics.QUALITY_ISSUES);
  }

  @Override
  public void processElement(ScoredVector vector, Context context, Collector<QualityIssue> out)
      throws Exception {
    if (vector.late() || vector.modelVersion().equals(WarmUp.VERSION)) {
      return;
    }
    @Nullable DriftState before = drift.value();
    ScoreDrift.Step step = rule.update(before, vector.timestamp(), vector.score());
    drift.update(step.state());
    idle.touch(vector.timestamp(), context.timerService());
    if (step.shift() != null && before != null) {
      issues.increment();
      out.collect(issue(vector, before.from(), step.shift()));
    }
  }

  private static QualityIssue issue(ScoredVector vector, long from, MeanShift shift) {
    return new QualityIssue(
        vector.key(),
        null,
        QualityKind.DRIFT,
        from,
        vector.timestamp(),
        shift.after(),
        shift.before(),
        text(shift));
  }

  /** A change in words. */
  static String text(MeanShift shift) {
    return String.format(
        Locale.ROOT,
        "mean score %s from %.2f to %.2f",
        shift.after() > shift.before() ? "rose" : "fell",
        shift.before(),
        shift.after());
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<QualityIssue> out)
      throws Exception {
    if (idle.expired(timestamp)) {
      drift.clear();
    }
  }
}
