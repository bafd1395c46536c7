// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.AlertState;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.triage.Episode;
import io.caddis.detectors.triage.TriagePolicy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Turns runs of anomalous readings of a sensor into episodes: one alert when an episode opens, one
 * whenever it becomes more severe, one when it is over. Keyed by sensor; a sensor without an open
 * episode has no state. An anomaly that is muted counts as a normal reading: it opens nothing, and
 * what is open comes to its end.
 */
public final class TriageFunction extends KeyedProcessFunction<String, ScoredVector, Alert> {
  private static final ValueStateDescriptor<Episode> EPISODE =
      new ValueStateDescriptor<>("episode", TypeInformation.of(Episode.class));

  private final TriagePolicy policy;

  private transient ValueState<Episode> episode;
  private transient Tally episodes;

  public TriageFunction(TriagePolicy policy) {
    this.policy = policy;
  }

  @Override
  public void open(OpenContext context) {
    episode = getRuntimeContext().getState(EPISODE);
    episodes = new Tally(getRuntimeContext(), OperatorMetrics.EPISODES);
  }

  @Override
  public void processElement(ScoredVector vector, Context context, Collector<Alert> out)
      throws Exception {
    Episode current = episode.value();
    if (current != null && current.isOver(policy, vector.timestamp())) {
      close(current, vector.timestamp(), out);
      current = null;
    }
    if (vector.anomaly() && !vector.muted()) {
      open(current, vector, context, out);
    } else if (current != null) {
      Episode next = current.normal();
      if (next.isOver(policy, vector.timestamp())) {
        close(next, vector.timestamp(), out);
      } else {
        episode.update(next);
      }
    }
  }

  private void open(
      @Nullable Episode current, ScoredVector vector, Context context, Collector<Alert> out)
      throws Exception {
    Episode next = current == null ? Episode.open(vector) : current.anomaly(vector);
    if (current == null) {
      episodes.increment();
      out.collect(next.alert(AlertState.OPENED, vector.timestamp()));
    } else if (next.messages() > current.messages()) {
      out.collect(next.alert(AlertState.UPDATED, vector.timestamp()));
    }
    episode.update(next);
    if (current == null || next.end() > current.end()) {
      context.timerService().registerEventTimeTimer(next.end() + policy.quietMillis());
      if (current != null) {
        context.timerService().deleteEventTimeTimer(current.end() + policy.quietMillis());
      }
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<Alert> out)
      throws Exception {
    Episode current = episode.value();
    if (current != null && current.isOver(policy, timestamp)) {
      close(current, timestamp, out);
    }
  }

  private void close(Episode over, long timestamp, Collector<Alert> out) {
    out.collect(over.alert(AlertState.CLOSED, timestamp));
    episode.clear();
  }
}
