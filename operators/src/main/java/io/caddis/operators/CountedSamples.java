// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.sample.BottomKSample;
import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.util.Collector;

/**
 * The samples of training windows that are measured in readings of a group rather than in time, in
 * keyed state.
 *
 * <p>The sample is an append-only list with a cutoff, compacted when it has doubled: a bottom-k
 * heap in keyed state would be read and written whole for every reading.
 */
final class CountedSamples {
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
  private final ValueState<CountProgress> progress;
  private final ListState<SampledRow> rows;
  private final MapState<Long, List<SampledRow>> waiting;
  private final MapState<Long, String> commands;
  private final ValueState<Long> grownTo;
  private final IdleExpiry idle;

  CountedSamples(TrainingPlan plan, boolean reorder, long ttlMillis, RuntimeContext context) {
    this.plan = plan;
    this.reorder = reorder;
    progress = context.getState(PROGRESS);
    rows = context.getListState(ROWS);
    waiting = context.getMapState(WAITING);
    commands = context.getMapState(COMMANDS);
    grownTo = context.getState(GROWN_TO);
    idle = new IdleExpiry(context, ttlMillis);
  }

  /** Takes a reading of the current key, which is {@code group}. */
  void add(FeatureVector vector, String group, TimerService timers, Collector<TrainingSample> out)
      throws Exception {
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
      count(group, row, out);
    }
  }

  /** Has the sample so far taken when the watermark is just before the command's time. */
  void cut(ControlCommand command, TimerService timers) throws Exception {
    commands.put(command.from() - 1, command.id());
    timers.registerEventTimeTimer(command.from() - 1);
  }

  /** Does what is due at a timer of the current key. */
  void onTimer(long timestamp, String group, Collector<TrainingSample> out) throws Exception {
    List<SampledRow> sameTime = waiting.get(timestamp);
    if (sameTime != null) {
      waiting.remove(timestamp);
      BottomKSample sorted = new BottomKSample(sameTime.size());
      sorted.merge(sameTime, sameTime.size());
      for (SampledRow row : sorted.rows()) {
        count(group, row, out);
      }
    }
    String command = commands.get(timestamp);
    if (command != null) {
      commands.remove(timestamp);
      out.collect(soFar(group, timestamp + 1, command));
    }
    if (idle.expired(timestamp)) {
      progress.clear();
      rows.clear();
      grownTo.clear();
    }
  }

  private TrainingSample soFar(String group, long to, String command) throws Exception {
    CountProgress now = progress.value();
    Long grown = grownTo.value();
    return now == null || (grown != null && grown == to)
        ? new TrainingSample(group, to, to, 0, List.of(), command)
        : new TrainingSample(group, now.from(), to, now.count(), sampled(), command);
  }

  private void count(String group, SampledRow row, Collector<TrainingSample> out) throws Exception {
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
      now = close(group, row.timestamp() + 1, now, out);
    } else if (now.listed() >= 2L * plan.sampleRows()) {
      now = compact(now, sampled());
    }
    progress.update(now);
  }

  private CountProgress close(
      String group, long to, CountProgress window, Collector<TrainingSample> out) throws Exception {
    List<SampledRow> sample = sampled();
    out.collect(new TrainingSample(group, window.from(), to, window.count(), sample));
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
