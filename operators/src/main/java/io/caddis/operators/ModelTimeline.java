// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The models of one group by the event time from which each scores. Not thread-safe. */
final class ModelTimeline {
  private static final int SUPERSEDED_KEPT = 2;

  private final NavigableMap<Long, LoadedModel> models = new TreeMap<>();

  void put(LoadedModel model) {
    models.put(model.scoresFrom(), model);
  }

  int size() {
    return models.size();
  }

  /** The model that scores a sensor's readings of a time, null when there is none. */
  @Nullable LoadedModel at(String sensor, long time) {
    Map.Entry<Long, LoadedModel> entry = models.floorEntry(time);
    while (entry != null && !entry.getValue().scores(sensor)) {
      entry = models.lowerEntry(entry.getKey());
    }
    return entry == null ? null : entry.getValue();
  }

  /**
   * Drops the models that score no reading from a time on, but for the latest {@value
   * #SUPERSEDED_KEPT} of those that score all sensors.
   *
   * @return the times from which on those dropped scored
   */
  List<Long> prune(long noneBefore) {
    List<Long> dropped = new ArrayList<>(0);
    while (ofAllSensors(noneBefore) > SUPERSEDED_KEPT) {
      dropped.add(models.pollFirstEntry().getKey());
    }
    return dropped;
  }

  private long ofAllSensors(long until) {
    return models.headMap(until, true).values().stream().filter(m -> m.share() == 1).count();
  }
}
