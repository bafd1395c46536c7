// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.triage.TriagePolicy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Turns runs of anomalous readings of a sensor into episodes: one alert when an episode opens, one
 * whenever it becomes more severe, one when it is over. Keyed by sensor; a sensor without an open
 * episode has no state.
 */
public final class TriageFunction extends KeyedProcessFunction<String, ScoredVector, Alert> {
  private final TriagePolicy policy;

  private transient SensorEpisodes episodes;

  public TriageFunction(TriagePolicy policy) {
    this.policy = policy;
  }

  @Override
  public void open(OpenContext context) {
    episodes = new SensorEpisodes(getRuntimeContext(), policy);
  }

  @Override
  public void processElement(ScoredVector vector, Context context, Collector<Alert> out)
      throws Exception {
    episodes.next(vector, context.timerService(), out);
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<Alert> out)
      throws Exception {
    episodes.expire(timestamp, context.timerService(), out);
  }
}
