// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.NewFeatures;
import io.caddis.detectors.feature.RollingFeatures;
import io.caddis.detectors.feature.RollingState;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns readings into feature vectors, the one place where training and scoring get their features
 * from. Keyed by sensor; holds state only when features are derived from recent readings.
 *
 * <p>A late reading takes no part in the sensor's rolling features: its own are missing.
 */
public final class FeatureFunction extends KeyedProcessFunction<String, Reading, FeatureVector> {
  private static final ValueStateDescriptor<RollingState> ROLLING =
      new ValueStateDescriptor<>("rolling", TypeInformation.of(RollingState.class));

  /** Names of new fields that are remembered, so that each is reported once. */
  private static final int MOST_NOTICED = 1_024;

  private static final Logger LOG = LoggerFactory.getLogger(FeatureFunction.class);

  private final FeaturePlan plan;
  private final long ttlMillis;

  private transient RollingFeatures rollingFeatures;
  private transient ValueState<RollingState> rolling;
  private transient IdleExpiry idle;
  private transient Tally late;
  private transient Set<String> noticed;

  /**
   * @param ttlMillis event time after which an idle sensor's recent readings are forgotten,
   *     milliseconds
   */
  public FeatureFunction(FeaturePlan plan, long ttlMillis) {
    this.plan = plan;
    this.ttlMillis = ttlMillis;
  }

  @Override
  public void open(OpenContext context) {
    rollingFeatures =
        new RollingFeatures(
            plan.derivations(), plan.fields().numbers().stream().map(Feature::name).toList());
    rolling = getRuntimeContext().getState(ROLLING);
    idle = new IdleExpiry(getRuntimeContext(), ttlMillis);
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
    } else if (derived > 0) {
      RollingState state = rolling.value();
      if (state == null || !rollingFeatures.accepts(state)) {
        state = rollingFeatures.newState();
      }
      rollingFeatures.update(state, reading.timestamp(), reading.numbers(), numbers, fields);
      rolling.update(state);
      idle.touch(reading.timestamp(), context.timerService());
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
            NewFeatures.bounded(reading.extra()));
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

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<FeatureVector> out)
      throws Exception {
    if (idle.expired(timestamp)) {
      rolling.clear();
    }
  }
}
