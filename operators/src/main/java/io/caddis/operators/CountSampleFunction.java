// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.sample.BottomKSample;
import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Samples training windows that are measured in readings of a group rather than in time. Keyed by
 * group.
 *
 * <p>The sample is an append-only list with a cutoff, compacted when it has doubled: a bottom-k
 * heap in keyed state would be read and written whole for every reading.
 */
public final class CountSampleFunction
    extends KeyedProcessFunction<String, FeatureVector, TrainingSample> {
  private static final ValueStateDescriptor<CountProgress> PROGRESS =
      new ValueStateDescriptor<>("count-progress", TypeInformation.of(CountProgress.class));
  private static final ListStateDescriptor<SampledRow> ROWS =
      new ListStateDescriptor<>("sampled-rows", TypeInformation.of(SampledRow.class));
  private static final MapStateDescriptor<Long, List<SampledRow>> WAITING =
      new MapStateDescriptor<>(
          "waiting", Types.LONG, Types.LIST(TypeInformation.of(SampledRow.class)));

  private final TrainingPlan plan;
  private final boolean reorder;
  private final long ttlMillis;

  private transient ValueState<CountProgress> progress;
  private transient ListState<SampledRow> rows;
  private transient MapState<Long, List<SampledRow>> waiting;
  private transient IdleExpiry idle;

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
    progress = getRuntimeContext().getState(PROGRESS);
    rows = getRuntimeContext().getListState(ROWS);
    waiting = getRuntimeContext().getMapState(WAITING);
    idle = new IdleExpiry(getRuntimeContext(), ttlMillis);
  }

  @Override
  public void processElement(FeatureVector vector, Context context, Collector<TrainingSample> out)
      throws Exception {
    idle.touch(vector.timestamp(), context.timerService());
    SampledRow row = plan.sampled(vector);
    if (reorder && vector.timestamp() > context.timerService().currentWatermark()) {
      List<SampledRow> sameTime = waiting.get(vector.timestamp());
      if (sameTime == null) {
        sameTime = new ArrayList<>();
        context.timerService().registerEventTimeTimer(vector.timestamp());
      }
      sameTime.add(row);
      waiting.put(vector.timestamp(), sameTime);
    } else {
      count(context.getCurrentKey(), row, out);
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<TrainingSample> out)
      throws Exception {
    List<SampledRow> sameTime = waiting.get(timestamp);
    if (sameTime != null) {
      waiting.remove(timestamp);
      BottomKSample sorted = new BottomKSample(sameTime.size());
      sorted.merge(sameTime, sameTime.size());
      for (SampledRow row : sorted.rows()) {
        count(context.getCurrentKey(), row, out);
      }
    }
    if (idle.expired(timestamp)) {
      progress.clear();
      rows.clear();
    }
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
