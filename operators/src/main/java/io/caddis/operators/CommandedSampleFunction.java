// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/**
 * As {@link CountSampleFunction}; at a command it sends on the sample so far, too, without ending
 * the window. Commands are keyed by group as well.
 */
public final class CommandedSampleFunction
    extends KeyedCoProcessFunction<String, FeatureVector, ControlCommand, TrainingSample> {
  private final TrainingPlan plan;
  private final boolean reorder;
  private final long ttlMillis;

  private transient CountedSamples samples;

  /**
   * @param reorder whether readings wait for the watermark, so that neither the windows nor what a
   *     command finds depend on arrival
   * @param ttlMillis event time after which an idle group is forgotten, milliseconds
   */
  public CommandedSampleFunction(TrainingPlan plan, boolean reorder, long ttlMillis) {
    this.plan = plan;
    this.reorder = reorder;
    this.ttlMillis = ttlMillis;
  }

  @Override
  public void open(OpenContext context) {
    samples = new CountedSamples(plan, reorder, ttlMillis, getRuntimeContext());
  }

  @Override
  public void processElement1(FeatureVector vector, Context context, Collector<TrainingSample> out)
      throws Exception {
    samples.add(vector, context.getCurrentKey(), context.timerService(), out);
  }

  @Override
  public void processElement2(
      ControlCommand command, Context context, Collector<TrainingSample> out) throws Exception {
    samples.cut(command, context.timerService());
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<TrainingSample> out)
      throws Exception {
    samples.onTimer(timestamp, context.getCurrentKey(), out);
  }
}
