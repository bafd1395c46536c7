// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.sample.BottomKSample;
import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
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
 *
 * <p>With a second input, every command, it also sends on what a group's oldest open window holds
 * at the command's time, without closing it.
 */
public final class WindowSampleOperator extends AbstractStreamOperator<TrainingSample>
    implements OneInputStreamOperator<FeatureVector, TrainingSample>,
        TwoInputStreamOperator<FeatureVector, ControlCommand, TrainingSample> {

  private static final ListStateDescriptor<TrainingSample> OPEN_SAMPLES =
      new ListStateDescriptor<>("open-samples", TypeInformation.of(TrainingSample.class));

  private static final ListStateDescriptor<TrainingSample> WAITING_ROWS =
      new ListStateDescriptor<>("waiting-rows", TypeInformation.of(TrainingSample.class));
  private static final MapStateDescriptor<String, ControlCommand> COMMANDS =
      new MapStateDescriptor<>(
          "retrain-commands", Types.STRING, TypeInformation.of(ControlCommand.class));

  private record Waiting(String group, SampledRow row) {}

  private record Window(String group, long from) {}

  private final TrainingPlan plan;
  private final String missedCount;
  private final boolean ordered;

  private transient ListState<TrainingSample> openSamples;
  private transient ListState<TrainingSample> waitingRows;
  private transient BroadcastState<String, ControlCommand> commands;
  private transient Map<Window, BottomKSample> samples;
  private transient PriorityQueue<Waiting> waiting;
  private transient Tally missed;
  private transient long watermark;

  /** No open window ends before this, so that most watermarks need not look at them. */
  private transient long earliestEnd;

  /** No command takes effect before this. */
  private transient long earliestCommand;

  /**
   * @param missedCount the metric that counts readings that come after all of their windows
   * @param ordered whether readings wait for the watermark, so that what a command finds does not
   *     depend on arrival
   */
  public WindowSampleOperator(TrainingPlan plan, String missedCount, boolean ordered) {
    if (plan.window() != TrainingPlan.Window.TIME) {
      throw new IllegalArgumentException("window must be TIME, was " + plan.window());
    }
    this.plan = plan;
    this.missedCount = missedCount;
    this.ordered = ordered;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    watermark = Long.MIN_VALUE;
    earliestEnd = Long.MAX_VALUE;
    earliestCommand = Long.MAX_VALUE;
    samples = new HashMap<>();
    waiting = new PriorityQueue<>(Comparator.comparingLong(one -> one.row().timestamp()));
    openSamples = context.getOperatorStateStore().getListState(OPEN_SAMPLES);
    for (TrainingSample part : openSamples.get()) {
      sample(part.group(), part.from()).merge(part.rows(), part.seen());
    }
    waitingRows = context.getOperatorStateStore().getListState(WAITING_ROWS);
    for (TrainingSample part : waitingRows.get()) {
      part.rows().forEach(row -> waiting.add(new Waiting(part.group(), row)));
    }
    commands = context.getOperatorStateStore().getBroadcastState(COMMANDS);
    for (Map.Entry<String, ControlCommand> entry : commands.immutableEntries()) {
      earliestCommand = Math.min(earliestCommand, entry.getValue().from());
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
    if (ordered && vector.timestamp() > watermark) {
      waiting.add(new Waiting(vector.group(), row));
    } else {
      add(vector.group(), row);
    }
  }

  @Override
  public void processElement1(StreamRecord<FeatureVector> element) {
    processElement(element);
  }

  @Override
  public void processElement2(StreamRecord<ControlCommand> element) throws Exception {
    ControlCommand command = element.getValue();
    commands.put(command.id(), command);
    earliestCommand = Math.min(earliestCommand, command.from());
  }

  private void add(String group, SampledRow row) {
    boolean tooLate = true;
    long newest = row.timestamp() - Math.floorMod(row.timestamp(), plan.slideMillis());
    for (long from = newest;
        from > row.timestamp() - plan.sizeMillis();
        from -= plan.slideMillis()) {
      if (from + plan.sizeMillis() - 1 > watermark) {
        sample(group, from).add(row);
        tooLate = false;
      }
    }
    if (tooLate) {
      missed.increment();
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (earliestCommand - 1 <= mark.getTimestamp()) {
      obey(mark.getTimestamp());
    }
    release(mark.getTimestamp());
    watermark = mark.getTimestamp();
    if (earliestEnd - 1 <= watermark) {
      sendClosedWindows();
    }
    super.processWatermark(mark);
  }

  /** Samples the readings that waited, to this time inclusive. */
  private void release(long time) {
    for (Waiting one = waiting.peek();
        one != null && one.row().timestamp() <= time;
        one = waiting.peek()) {
      waiting.remove();
      add(one.group(), one.row());
    }
  }

  private void obey(long time) throws Exception {
    earliestCommand = Long.MAX_VALUE;
    List<ControlCommand> due = new ArrayList<>();
    for (Map.Entry<String, ControlCommand> entry : commands.immutableEntries()) {
      ControlCommand command = entry.getValue();
      if (command.from() - 1 <= time) {
        due.add(command);
      } else {
        earliestCommand = Math.min(earliestCommand, command.from());
      }
    }
    due.sort(ControlRules.ORDER);
    for (ControlCommand command : due) {
      release(command.from() - 1);
      output.collect(new StreamRecord<>(soFar(command), command.from() - 1));
      commands.remove(command.id());
    }
  }

  /** What the oldest window that holds the last time before a command's has of its group. */
  private TrainingSample soFar(ControlCommand command) {
    String group = String.valueOf(command.group());
    long to = command.from();
    long sinceSlide = Math.floorMod(to - 1, plan.slideMillis());
    long older = (plan.sizeMillis() - 1 - sinceSlide) / plan.slideMillis() * plan.slideMillis();
    long from = to - 1 - sinceSlide - older;
    BottomKSample sample = samples.get(new Window(group, from));
    // A window that ends just then is sent anyway.
    return sample == null || from + plan.sizeMillis() == to
        ? new TrainingSample(group, from, to, 0, List.of(), command.id())
        : new TrainingSample(group, from, to, sample.seen(), sample.rows(), command.id());
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
    Map<String, List<SampledRow>> byGroup = new HashMap<>();
    for (Waiting one : waiting) {
      byGroup.computeIfAbsent(one.group(), group -> new ArrayList<>()).add(one.row());
    }
    waitingRows.clear();
    for (Map.Entry<String, List<SampledRow>> entry : byGroup.entrySet()) {
      List<SampledRow> rows = entry.getValue();
      waitingRows.add(new TrainingSample(entry.getKey(), 0, 0, rows.size(), rows));
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
