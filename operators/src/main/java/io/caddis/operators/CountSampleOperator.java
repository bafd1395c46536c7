// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.sample.BottomKSample;
import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.SimpleTimerService;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Samples training windows that are measured in readings of a group rather than in time. Keyed by
 * group. With a second input, commands keyed by group as well, it also sends on the sample so far
 * at a command, without ending the window. An operator rather than a function, because functions
 * have either one input or two.
 *
 * <p>The sample is an append-only list with a cutoff, compacted when it has doubled: a bottom-k
 * heap in keyed state would be read and written whole for every reading.
 */
public final class CountSampleOperator extends AbstractStreamOperator<TrainingSample>
    implements OneInputStreamOperator<FeatureVector, TrainingSample>,
        TwoInputStreamOperator<FeatureVector, ControlCommand, TrainingSample>,
        Triggerable<String, VoidNamespace> {
  private static final ValueStateDescriptor<CountProgress> PROGRESS =
      new ValueStateDescriptor<>("count-progress", TypeInformation.of(CountProgress.class));
  private static final ListStateDescriptor<SampledRow> ROWS =
      new ListStateDescriptor<>("sampled-rows", TypeInformation.of(SampledRow.class));
  private static final MapStateDescriptor<Long, List<SampledRow>> WAITING =
      new MapStateDescriptor<>(
          "waiting", Types.LONG, Types.LIST(TypeInformation.of(SampledRow.class)));

  /** Ids, by the timer at which each takes the sample so far. */
  private static final MapStateDescriptor<Long, String> COMMANDS =
      new MapStateDescriptor<>("retrain-commands", Types.LONG, Types.STRING);

  /** End of the last growing window: its rows are in the next one, too. */
  private static final ValueStateDescriptor<Long> GROWN_TO =
      new ValueStateDescriptor<>("grown-to", Types.LONG);

  private final TrainingPlan plan;
  private final boolean reorder;
  private final long ttlMillis;

  private transient ValueState<CountProgress> progress;
  private transient ListState<SampledRow> rows;
  private transient MapState<Long, List<SampledRow>> waiting;
  private transient MapState<Long, String> commands;
  private transient ValueState<Long> grownTo;
  private transient IdleExpiry idle;
  private transient TimerService timers;

  /**
   * @param reorder whether readings of a group may come in another order than event time and must
   *     wait for the watermark, so that neither the windows nor what a command finds depend on
   *     arrival
   * @param ttlMillis event time after which an idle group is forgotten, milliseconds
   */
  public CountSampleOperator(TrainingPlan plan, boolean reorder, long ttlMillis) {
    this.plan = plan;
    this.reorder = reorder;
    this.ttlMillis = ttlMillis;
  }

  @Override
  public void open() throws Exception {
    super.open();
    // The name that timers of process functions have.
    timers =
        new SimpleTimerService(
            getInternalTimerService("user-timers", VoidNamespaceSerializer.INSTANCE, this));
    progress = getRuntimeContext().getState(PROGRESS);
    rows = getRuntimeContext().getListState(ROWS);
    waiting = getRuntimeContext().getMapState(WAITING);
    commands = getRuntimeContext().getMapState(COMMANDS);
    grownTo = getRuntimeContext().getState(GROWN_TO);
    idle = new IdleExpiry(getRuntimeContext(), ttlMillis);
  }

  @Override
  public void processElement(StreamRecord<FeatureVector> element) throws Exception {
    FeatureVector vector = element.getValue();
    idle.touch(vector.timestamp(), timers);
    SampledRow row = plan.sampled(vector);
    if (reorder && vector.timestamp() > timers.currentWatermark()) {
      List<SampledRow> sameTime = waiting.get(vector.timestamp());
      if (sameTime == null) {
        sameTime = new ArrayList<>();
        timers.registerEventTimeTimer(vector.timestamp());
      }
      sameTime.add(row);
      waiting.put(vector.timestamp(), sameTime);
    } else {
      count(row);
    }
  }

  @Override
  public void processElement1(StreamRecord<FeatureVector> element) throws Exception {
    processElement(element);
  }

  @Override
  public void processElement2(StreamRecord<ControlCommand> element) throws Exception {
    ControlCommand command = element.getValue();
    commands.put(command.from() - 1, command.id());
    timers.registerEventTimeTimer(command.from() - 1);
  }

  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    long timestamp = timer.getTimestamp();
    List<SampledRow> sameTime = waiting.get(timestamp);
    if (sameTime != null) {
      waiting.remove(timestamp);
      BottomKSample sorted = new BottomKSample(sameTime.size());
      sorted.merge(sameTime, sameTime.size());
      for (SampledRow row : sorted.rows()) {
        count(row);
      }
    }
    String command = commands.get(timestamp);
    if (command != null) {
      commands.remove(timestamp);
      send(soFar(timestamp + 1, command));
    }
    if (idle.expired(timestamp)) {
      progress.clear();
      rows.clear();
      grownTo.clear();
    }
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
    throw new IllegalStateException("sampling sets no processing-time timers");
  }

  private String group() {
    return (String) getCurrentKey();
  }

  private void send(TrainingSample sample) {
    output.collect(new StreamRecord<>(sample, sample.to() - 1));
  }

  private TrainingSample soFar(long to, String command) throws Exception {
    CountProgress now = progress.value();
    Long grown = grownTo.value();
    return now == null || (grown != null && grown == to)
        ? new TrainingSample(group(), to, to, 0, List.of(), command)
        : new TrainingSample(group(), now.from(), to, now.count(), sampled(), command);
  }

  private void count(SampledRow row) throws Exception {
    CountProgress now = progress.value();
    if (now == null) {
      now = CountProgress.start(row.timestamp(), plan.rows());
    }
    if (now.target() == 0) {
      return;
    }
    boolean candidate = row.priority() <= now.cutoff();
    if (candidate) {
      rows.add(row);
    }
    now = now.counted(candidate);
    if (now.count() >= now.target()) {
      now = close(row.timestamp() + 1, now);
    } else if (now.listed() >= 2L * plan.sampleRows()) {
      now = compact(now, sampled());
    }
    progress.update(now);
  }

  private CountProgress close(long to, CountProgress window) throws Exception {
    List<SampledRow> sample = sampled();
    send(new TrainingSample(group(), window.from(), to, window.count(), sample));
    if (plan.window() == TrainingPlan.Window.GROWING && !plan.once()) {
      grownTo.update(to);
      return compact(window, sample).growing();
    }
    rows.clear();
    return plan.once() ? CountProgress.finished() : CountProgress.start(to, plan.rows());
  }

  private List<SampledRow> sampled() throws Exception {
    BottomKSample sample = new BottomKSample(plan.sampleRows());
    for (SampledRow row : rows.get()) {
      sample.add(row);
    }
    return sample.rows();
  }

  private CountProgress compact(CountProgress window, List<SampledRow> sample) throws Exception {
    rows.update(sample);
    boolean full = sample.size() == plan.sampleRows();
    long cutoff = full ? sample.get(sample.size() - 1).priority() : Long.MAX_VALUE;
    return window.compacted(sample.size(), cutoff);
  }
}
