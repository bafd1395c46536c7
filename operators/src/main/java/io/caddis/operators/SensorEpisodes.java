// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.AlertState;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.triage.AlertCorrection;
import io.caddis.detectors.triage.Episode;
import io.caddis.detectors.triage.EpisodeRun;
import io.caddis.detectors.triage.TriagePolicy;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * The open episode of a sensor, if there is one, and how it goes on. What {@link TriageFunction},
 * {@link RetractingTriageFunction} and {@link CorrectingTriageFunction} share; belongs to one of
 * them and uses its keyed state. An anomaly that is muted counts as a normal reading: it opens
 * nothing, and what is open comes to its end.
 */
final class SensorEpisodes {
  private static final ValueStateDescriptor<Episode> EPISODE =
      new ValueStateDescriptor<>("episode", TypeInformation.of(Episode.class));

  private final TriagePolicy policy;
  private final ValueState<Episode> episode;
  private final Tally episodes;

  SensorEpisodes(RuntimeContext context, TriagePolicy policy) {
    this.policy = policy;
    episode = context.getState(EPISODE);
    episodes = new Tally(context, OperatorMetrics.EPISODES);
  }

  /** The episode that is open, null when none is. */
  @Nullable Episode open() throws Exception {
    return episode.value();
  }

  /** Drops the open episode without a word. */
  void drop() {
    episode.clear();
  }

  /** Puts what a correction has found in place of all that is open, and tells of it. */
  void correct(AlertCorrection correction, TimerService timers, Collector<Alert> out)
      throws Exception {
    for (Alert message : correction.messages()) {
      if (message.state() == AlertState.OPENED) {
        episodes.increment();
      }
      out.collect(message);
    }
    Episode open = correction.open();
    if (open == null) {
      episode.clear();
    } else {
      episode.update(open);
      timers.registerEventTimeTimer(open.end() + policy.quietMillis());
    }
  }

  /**
   * Takes in one more reading.
   *
   * @return the episode that has come to its end, null when none has
   */
  @Nullable Episode next(ScoredVector vector, TimerService timers, Collector<Alert> out)
      throws Exception {
    Episode known = episode.value();
    ScoredVector anomaly = vector.anomaly() && !vector.muted() ? vector : null;
    if (known == null && anomaly == null) {
      return null;
    }
    EpisodeRun run = new EpisodeRun(policy, known);
    run.next(vector.timestamp(), anomaly);
    Episode over = null;
    for (Episode ended : run.over()) {
      over = close(ended, vector.timestamp(), out);
      known = null;
    }
    Episode open = run.open();
    if (open != null) {
      goOn(known, open, vector.timestamp(), timers, out);
    }
    return over;
  }

  private void goOn(
      @Nullable Episode known,
      Episode open,
      long timestamp,
      TimerService timers,
      Collector<Alert> out)
      throws Exception {
    if (known == null) {
      episodes.increment();
      out.collect(open.alert(AlertState.OPENED, timestamp));
    } else if (open.messages() > known.messages()) {
      out.collect(open.alert(AlertState.UPDATED, timestamp));
    }
    episode.update(open);
    if (known == null || open.end() > known.end()) {
      timers.registerEventTimeTimer(open.end() + policy.quietMillis());
      if (known != null) {
        timers.deleteEventTimeTimer(known.end() + policy.quietMillis());
      }
    }
  }

  /**
   * Ends the open episode when it has been quiet for long enough at the time of a timer.
   *
   * @return that episode, null when none has come to its end
   */
  @Nullable Episode expire(long timer, TimerService timers, Collector<Alert> out) throws Exception {
    Episode current = episode.value();
    if (current == null) {
      return null;
    }
    if (current.isOver(policy, timer)) {
      return close(current, timer, out);
    }
    // Seldom not there already: where the quiet period was another one before a restart.
    timers.registerEventTimeTimer(current.end() + policy.quietMillis());
    return null;
  }

  private Episode close(Episode over, long timestamp, Collector<Alert> out) {
    out.collect(over.ending(timestamp));
    episode.clear();
    return over.closed();
  }
}
