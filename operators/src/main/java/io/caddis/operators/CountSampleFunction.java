// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Samples training windows that are measured in readings of a group rather than in time. Keyed by
 * group.
 */
public final class CountSampleFunction
    extends KeyedProcessFunction<String, FeatureVector, TrainingSample> {
  private final TrainingPlan plan;
  private final boolean reorder;
  private final long ttlMillis;

  private transient CountedSamples samples;

  /**
   * @param reorder whether readings of a group may come in another order than event time and must
   *     wait for the watermark, so that the windows do not depend on arrival
   * @param ttlMillis event time after which an idle group is forgotten, milliseconds
   */
  public CountSampleFunction(TrainingPlan plan, boolean reorder, long ttlMillis) {
    if (plan.window() == TrainingPlan.Window.TIME) {
      throw new IllegalArgumentException("window must be COUNT or GROWING, was TIME");
    }
    this.plan = plan;
    this.reorder = reorder;
    this.ttlMillis = ttlMillis;
  }

  @Override
  public void open(OpenContext context) {
    samples = new CountedSamples(plan, reorder, ttlMillis, getRuntimeContext());
  }

  @Override
  public void processElement(FeatureVector vector, Context context, Collector<TrainingSample> out)
      throws Exception {
    samples.add(vector, context.getCurrentKey(), context.timerService(), out);
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<TrainingSample> out)
      throws Exception {
    samples.onTimer(timestamp, context.getCurrentKey(), out);
  }
}
