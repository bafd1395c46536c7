// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.sample.BottomKSample;
import io.caddis.detectors.sample.SampledRow;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Samples the training windows of event time, each subtask its own share of the readings, and sends
 * a window's sample on when the watermark closes it. What reaches the trainer is bounded whatever
 * the rate.
 *
 * <p>The open samples are operator state that is split evenly on restore: because samples merge, it
 * does not matter which subtask gets which part. An operator rather than a function, because
 * functions without a key are not told of watermarks.
 */
public final class WindowSampleOperator extends AbstractStreamOperator<TrainingSample>
    implements OneInputStreamOperator<FeatureVector, TrainingSample> {

  private static final ListStateDescriptor<TrainingSample> OPEN_SAMPLES =
      new ListStateDescriptor<>("open-samples", TypeInformation.of(TrainingSample.class));

  private record Window(String group, long from) {}

  private final TrainingPlan plan;
  private final String missedCount;

  private transient ListState<TrainingSample> openSamples;
  private transient Map<Window, BottomKSample> samples;
  private transient Tally missed;
  private transient long watermark;

  /** No open window ends before this, so that most watermarks need not look at them. */
  private transient long earliestEnd;

  /**
   * @param missedCount the metric that counts readings that come after all of their windows
   */
  public WindowSampleOperator(TrainingPlan plan, String missedCount) {
    if (plan.window() != TrainingPlan.Window.TIME) {
      throw new IllegalArgumentException("window must be TIME, was " + plan.window());
    }
    this.plan = plan;
    this.missedCount = missedCount;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    watermark = Long.MIN_VALUE;
    earliestEnd = Long.MAX_VALUE;
    samples = new HashMap<>();
    openSamples = context.getOperatorStateStore().getListState(OPEN_SAMPLES);
    for (TrainingSample part : openSamples.get()) {
      sample(part.group(), part.from()).merge(part.rows(), part.seen());
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    missed = new Tally(getRuntimeContext(), missedCount);
  }

  @Override
  public void processElement(StreamRecord<FeatureVector> element) {
    FeatureVector vector = element.getValue();
    SampledRow row = plan.sampled(vector);
    boolean tooLate = true;
    long newest = vector.timestamp() - Math.floorMod(vector.timestamp(), plan.slideMillis());
    for (long from = newest;
        from > vector.timestamp() - plan.sizeMillis();
        from -= plan.slideMillis()) {
      if (from + plan.sizeMillis() - 1 > watermark) {
        sample(vector.group(), from).add(row);
        tooLate = false;
      }
    }
    if (tooLate) {
      missed.increment();
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    watermark = mark.getTimestamp();
    if (earliestEnd - 1 <= watermark) {
      sendClosedWindows();
    }
    super.processWatermark(mark);
  }

  private void sendClosedWindows() {
    earliestEnd = Long.MAX_VALUE;
    Iterator<Map.Entry<Window, BottomKSample>> windows = samples.entrySet().iterator();
    while (windows.hasNext()) {
      Map.Entry<Window, BottomKSample> entry = windows.next();
      long end = entry.getKey().from() + plan.sizeMillis();
      if (end - 1 <= watermark) {
        output.collect(new StreamRecord<>(toSample(entry.getKey(), entry.getValue()), end - 1));
        windows.remove();
      } else {
        earliestEnd = Math.min(earliestEnd, end);
      }
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    openSamples.clear();
    for (Map.Entry<Window, BottomKSample> entry : samples.entrySet()) {
      openSamples.add(toSample(entry.getKey(), entry.getValue()));
    }
  }

  private BottomKSample sample(String group, long from) {
    earliestEnd = Math.min(earliestEnd, from + plan.sizeMillis());
    return samples.computeIfAbsent(
        new Window(group, from), window -> new BottomKSample(plan.sampleRows()));
  }

  private TrainingSample toSample(Window window, BottomKSample sample) {
    return new TrainingSample(
        window.group(),
        window.from(),
        window.from() + plan.sizeMillis(),
        sample.seen(),
        sample.rows());
  }
}
