// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.triage;

import io.caddis.detectors.event.ScoredVector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The episodes of one sensor's readings, taken in event-time order; nothing is told of them. */
public final class EpisodeRun {
  private final TriagePolicy policy;
  private final List<Episode> over = new ArrayList<>();
  private @Nullable Episode open;

  /**
   * @param open the episode that goes on when the first reading comes, null when none does
   */
  public EpisodeRun(TriagePolicy policy, @Nullable Episode open) {
    this.policy = policy;
    this.open = open;
  }

  /**
   * Takes in one more reading.
   *
   * @param anomaly the reading if it is anomalous, null if it is normal
   */
  public void next(long timestamp, @Nullable ScoredVector anomaly) {
    until(timestamp);
    Episode current = open;
    if (anomaly != null) {
      open = current == null ? Episode.open(anomaly) : current.anomaly(anomaly);
    } else if (current != null) {
      open = current.normal();
      until(timestamp);
    }
  }

  /** Ends the open episode if it is over at that time. */
  public void until(long time) {
    Episode current = open;
    if (current != null && current.isOver(policy, Math.max(time, current.end()))) {
      over.add(current);
      open = null;
    }
  }

  /** The episode that goes on, null when none does. */
  public @Nullable Episode open() {
    return open;
  }

  /** The episodes that have come to their end, in time. */
  public List<Episode> over() {
    return Collections.unmodifiableList(over);
  }

  /** All episodes in time, the open one last. */
  public List<Episode> episodes() {
    List<Episode> all = new ArrayList<>(over);
    if (open != null) {
      all.add(open);
    }
    return all;
  }
}
