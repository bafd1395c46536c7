// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which injections were found, and which episodes nobody injected. An episode finds an injection of
 * the same sensor when their times overlap, give or take the tolerance: detectors look at windows,
 * so they notice a little late and calm down a little late. Not thread-safe.
 */
final class Tally {
  private final long toleranceMillis;
  private final Map<String, Episode> episodes = new LinkedHashMap<>();

  Tally(long toleranceMillis) {
    if (toleranceMillis < 0) {
      throw new IllegalArgumentException("toleranceMillis must be >= 0, was " + toleranceMillis);
    }
    this.toleranceMillis = toleranceMillis;
  }

  /**
   * Figures over all injections.
   *
   * @param falseAlarms episodes that overlap no injection
   * @param medianDelayMillis event time from the start of an injection to the first anomalous
   *     reading of the episode that found it; -1 when none was found
   */
  record Summary(int injected, int found, int falseAlarms, long medianDelayMillis) {}

  /** Takes the newest word on an episode. */
  void add(Episode episode) {
    episodes.put(episode.id(), episode);
  }

  /** The injection that an episode belongs to. */
  Optional<Injection> cause(Episode episode, List<Injection> injections) {
    return injections.stream().filter(injection -> matches(episode, injection)).findFirst();
  }

  Summary summary(List<Injection> injections) {
    List<Long> delays = new ArrayList<>();
    for (Injection injection : injections) {
      episodes.values().stream()
          .filter(episode -> matches(episode, injection))
          .mapToLong(episode -> Math.max(0, episode.start() - injection.start()))
          .min()
          .ifPresent(delays::add);
    }
    int falseAlarms =
        (int) episodes.values().stream().filter(one -> cause(one, injections).isEmpty()).count();
    return new Summary(injections.size(), delays.size(), falseAlarms, median(delays));
  }

  private boolean matches(Episode episode, Injection injection) {
    return episode.key().equals(injection.key())
        && episode.start() <= injection.end() + toleranceMillis
        && episode.end() >= injection.start();
  }

  private static long median(List<Long> values) {
    long[] sorted = values.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return sorted.length == 0 ? -1 : sorted[sorted.length / 2];
  }
}
