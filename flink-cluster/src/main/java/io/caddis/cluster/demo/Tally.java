// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import io.caddis.detectors.simulate.Injection;
import java.util.Collection;
import java.util.Comparator;
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
   * Figures over some injections.
   *
   * @param medianDelayMillis see {@link #delayMillis}; -1 when none was found
   */
  record Summary(int injected, int found, long medianDelayMillis) {}

  /** Takes a word on an episode; the latest in sequence counts. */
  void add(Episode episode) {
    episodes.merge(
        episode.id(), episode, (old, now) -> now.sequence() >= old.sequence() ? now : old);
  }

  Collection<Episode> episodes() {
    return List.copyOf(episodes.values());
  }

  /** The first episode that finds an injection. */
  Optional<Episode> finder(Injection injection) {
    return episodes.values().stream()
        .filter(episode -> matches(episode, injection))
        .min(Comparator.comparingLong(Episode::start));
  }

  /** Whether no injection explains an episode. */
  boolean isFalseAlarm(Episode episode, List<Injection> injections) {
    return injections.stream().noneMatch(injection -> matches(episode, injection));
  }

  /** Event time from the start of an injection to the first anomalous reading that finds it. */
  static long delayMillis(Injection injection, Episode finder) {
    return Math.max(0, finder.start() - injection.start());
  }

  Summary summary(List<Injection> injections) {
    long[] delays =
        injections.stream()
            .flatMap(one -> finder(one).map(episode -> delayMillis(one, episode)).stream())
            .mapToLong(Long::longValue)
            .sorted()
            .toArray();
    return new Summary(
        injections.size(), delays.length, delays.length == 0 ? -1 : delays[delays.length / 2]);
  }

  int falseAlarms(List<Injection> injections) {
    return (int) episodes.values().stream().filter(one -> isFalseAlarm(one, injections)).count();
  }

  private boolean matches(Episode episode, Injection injection) {
    return episode.sensor().equals(injection.sensor())
        && episode.start() <= injection.end() + toleranceMillis
        && episode.end() >= injection.start();
  }
}
