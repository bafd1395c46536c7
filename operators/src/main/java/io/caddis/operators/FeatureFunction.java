// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.NewFeatures;
import io.caddis.detectors.feature.RollingFeatures;
import io.caddis.detectors.feature.RollingState;
import io.caddis.detectors.quality.QualityRules;
import io.caddis.detectors.quality.SensorChecks;
import io.caddis.detectors.quality.SensorQuality;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns readings into feature vectors, the one place where training and scoring get their features
 * from, and tells what is wrong with the sensor's data. Keyed by sensor; holds state of a sensor
 * only when features are derived from recent readings, or readings are checked.
 *
 * <p>A late reading takes no part in the sensor's rolling features, its own are missing, nor in the
 * checks.
 */
public final class FeatureFunction extends KeyedProcessFunction<String, Reading, FeatureVector>
    implements CheckpointedFunction {
  private static final ValueStateDescriptor<RollingState> ROLLING =
      new ValueStateDescriptor<>("rolling", TypeInformation.of(RollingState.class));

  /** Names of new fields that are remembered, so that each is reported once. */
  private static final int MOST_NOTICED = 1_024;

  private static final Logger LOG = LoggerFactory.getLogger(FeatureFunction.class);
  private static final ValueStateDescriptor<SensorQuality> QUALITY =
      new ValueStateDescriptor<>("quality", TypeInformation.of(SensorQuality.class));

  private final FeaturePlan plan;
  private final QualityRules rules;
  private final boolean silenceTimers;
  private final IdleTimer idle;

  private transient RollingFeatures rollingFeatures;
  private transient ValueState<RollingState> rolling;
  private transient Tally late;
  private transient Set<String> noticed;
  private transient SensorChecks checks;
  private transient ValueState<SensorQuality> quality;
  private transient List<QualityIssue> found;
  private transient Tally issues;

  /**
   * @param rules what is checked of the readings
   * @param silenceTimers whether a silent sensor is told while it is silent, and not only when it
   *     comes back: for streams, because at the end of a bounded run all sensors are silent
   * @param ttlMillis event time after which an idle sensor's recent readings are forgotten,
   *     milliseconds
   */
  public FeatureFunction(
      FeaturePlan plan, QualityRules rules, boolean silenceTimers, long ttlMillis) {
    this.plan = plan;
    this.rules = rules;
    this.silenceTimers = silenceTimers;
    this.idle = new IdleTimer(ttlMillis);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    KeptColumns.keep(
        context, plan.schema(), getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
  }

  /** The columns stay as they are. */
  @Override
  public void snapshotState(FunctionSnapshotContext context) {}

  @Override
  public void open(OpenContext context) {
    List<String> fields = plan.fields().numbers().stream().map(Feature::name).toList();
    rollingFeatures = new RollingFeatures(plan.derivations(), fields);
    checks = new SensorChecks(rules, fields);
    quality = getRuntimeContext().getState(QUALITY);
    found = new ArrayList<>();
    issues = new Tally(getRuntimeContext(), OperatorMetrics.QUALITY_ISSUES);
    rolling = getRuntimeContext().getState(ROLLING);
    late = new Tally(getRuntimeContext(), OperatorMetrics.LATE);
    noticed = new HashSet<>();
    getRuntimeContext()
        .getMetricGroup()
        .addGroup(OperatorMetrics.GROUP)
        .gauge(OperatorMetrics.NEW_FEATURES, noticed::size);
  }

  @Override
  public void processElement(Reading reading, Context context, Collector<FeatureVector> out)
      throws Exception {
    boolean isLate = reading.timestamp() <= context.timerService().currentWatermark();
    int fields = reading.numbers().length;
    int derived = plan.derivations().size();
    int calendar = plan.calendar().size();
    double[] numbers = Arrays.copyOf(reading.numbers(), fields + derived + calendar);
    if (isLate) {
      Arrays.fill(numbers, fields, fields + derived, Double.NaN);
    } else if (derived > 0 || rules.any()) {
      long before = derived > 0 ? roll(reading, numbers) : Long.MIN_VALUE;
      if (rules.any()) {
        before = check(reading, context);
      }
      idle.touch(reading.key(), before, reading.timestamp(), context.timerService());
    }
    for (int i = 0; i < calendar; i++) {
      numbers[fields + derived + i] = plan.calendar().get(i).of(reading.timestamp());
    }
    FeatureVector vector =
        new FeatureVector(
            reading.key(),
            plan.grouping().groupOf(reading),
            reading.timestamp(),
            reading.source(),
            reading.position(),
            isLate,
            numbers,
            reading.texts(),
            NewFeatures.bounded(reading.extra()),
            null);
    notice(vector.extra());
    if (isLate) {
      late.increment();
      context.output(SideOutputs.LATE, vector);
    }
    out.collect(vector);
  }

  private void notice(@Nullable Map<String, Double> extra) {
    if (extra != null && noticed.size() < MOST_NOTICED) {
      for (String name : extra.keySet()) {
        if (noticed.add(name)) {
          LOG.info(
              "New field '{}': no feature is made of it before a model is trained on it", name);
        }
      }
    }
  }

  /**
   * Derives features from the recent readings.
   *
   * @return event time of the latest reading before, {@link Long#MIN_VALUE} = none
   */
  private long roll(Reading reading, double[] numbers) throws Exception {
    RollingState state = rolling.value();
    if (state == null || !rollingFeatures.accepts(state)) {
      state = rollingFeatures.newState();
    }
    long before = state.times()[0];
    rollingFeatures.update(
        state, reading.timestamp(), reading.numbers(), numbers, reading.numbers().length);
    rolling.update(state);
    return before;
  }

  /**
   * Tells what is wrong with a reading.
   *
   * @return event time of the latest reading before, {@link Long#MIN_VALUE} = none
   */
  private long check(Reading reading, Context context) throws Exception {
    SensorQuality state = quality.value();
    if (state == null || !checks.accepts(state)) {
      state = checks.newState();
    }
    long before = SensorChecks.latest(state);
    checks.check(state, reading.key(), reading.timestamp(), reading.numbers(), found::add);
    if (!found.isEmpty()) {
      found.forEach(issue -> tell(issue, context));
      found.clear();
    }
    if (silenceTimers && SensorChecks.timer(state) == Long.MIN_VALUE) {
      watch(state, context.timerService());
    }
    quality.update(state);
    return before;
  }

  private void tell(QualityIssue issue, Context context) {
    issues.increment();
    context.output(SideOutputs.QUALITY, issue);
  }

  /** Sets a timer for the end of the sensor's patience; there is never more than one in flight. */
  private void watch(SensorQuality state, TimerService timers) {
    long from = checks.silentFrom(state);
    if (from != SensorChecks.NEVER) {
      timers.registerEventTimeTimer(from + 1);
      SensorChecks.setTimer(state, from + 1);
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<FeatureVector> out)
      throws Exception {
    SensorQuality state = quality.value();
    if (state != null && SensorChecks.timer(state) == timestamp) {
      silence(state, timestamp, context);
    }
    if (idle.expired(context.getCurrentKey(), newest(state), timestamp, context.timerService())) {
      rolling.clear();
      quality.clear();
    }
  }

  /** Event time of the sensor's latest reading, {@link Long#MIN_VALUE} = it has no state. */
  private long newest(@Nullable SensorQuality checked) throws Exception {
    if (checked != null && rules.any()) {
      return SensorChecks.latest(checked);
    }
    RollingState rolled = rolling.value();
    return rolled == null ? Long.MIN_VALUE : rolled.times()[0];
  }

  private void silence(SensorQuality state, long timestamp, OnTimerContext context)
      throws Exception {
    SensorChecks.setTimer(state, Long.MIN_VALUE);
    // At the end of a drained stream all timers fire, and no sensor is to blame.
    boolean ended =
        context.timerService().currentWatermark() == Watermark.MAX_WATERMARK.getTimestamp();
    @Nullable QualityIssue issue =
        ended ? null : checks.silentAt(state, context.getCurrentKey(), timestamp);
    if (issue != null) {
      tell(issue, context);
    } else if (!ended && timestamp <= checks.silentFrom(state)) {
      watch(state, context.timerService());
    }
    quality.update(state);
  }
}
