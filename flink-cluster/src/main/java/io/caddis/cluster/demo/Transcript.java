// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import io.caddis.cluster.CommittedLines;
import io.caddis.detectors.simulate.Injection;
import io.caddis.detectors.simulate.SensorSimulator;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Prints what was injected and what was found of it, each once, and the summary of both. */
final class Transcript {
  /** How late an episode may begin and still be about an injection that has ended. */
  private static final long TOLERANCE_MILLIS = 2_000;

  /** From the end of an injection until its alert must have been committed. */
  private static final long MISSED_AFTER_MILLIS = 8_000;

  private final CommittedLines alerts;
  private final SensorSimulator simulator;
  private final PrintStream out;
  private final Tally tally = new Tally(TOLERANCE_MILLIS);
  private final Set<Object> told = new HashSet<>();
  private final long began;

  /**
   * @param began when the sensors began, by this machine's clock
   */
  Transcript(CommittedLines alerts, SensorSimulator simulator, long began, PrintStream out) {
    this.alerts = alerts;
    this.simulator = simulator;
    this.began = began;
    this.out = out;
  }

  /** What the sensors' clocks show now, at least. */
  private long eventTime() {
    long byClock = simulator.settings().startMillis() + System.currentTimeMillis() - began;
    return tally.episodes().stream().mapToLong(Episode::end).reduce(byClock, Math::max);
  }

  private List<Injection> injectedBy(long eventTime) {
    SensorSimulator.Settings sensors = simulator.settings();
    long steps = (eventTime - sensors.startMillis()) / sensors.intervalMillis() + 1;
    return simulator.injections(steps * sensors.sensors()).stream()
        .filter(injection -> injection.start() <= eventTime)
        .toList();
  }

  /** Prints what has become known since the last call. */
  void report() {
    alerts.poll().forEach(line -> Episode.parse(line).ifPresent(tally::add));
    long now = eventTime();
    // An injection still in progress grows with each call, so it is known by its start.
    List<Injection> injections = injectedBy(now);
    for (Injection injection : injections) {
      if (told.add(List.of("injected", injection.sensor(), injection.start()))) {
        line(injection.start(), "injected", injection.sensor(), name(injection));
      }
    }
    for (Injection injection : injections) {
      List<Object> identity = List.of("resolved", injection.sensor(), injection.start());
      if (!told.contains(identity)) {
        tally
            .finder(injection)
            .ifPresent(
                episode -> {
                  told.add(identity);
                  found(injection, episode);
                });
        if (now > injection.end() + MISSED_AFTER_MILLIS && told.add(identity)) {
          line(injection.end(), "MISSED", injection.sensor(), name(injection));
        }
      }
    }
    for (Episode episode : tally.episodes()) {
      if (tally.isFalseAlarm(episode, injections) && told.add(episode.id())) {
        line(episode.start(), "FALSE", episode.sensor(), "nothing injected, " + verdict(episode));
      }
    }
  }

  private void found(Injection injection, Episode episode) {
    line(
        Math.max(episode.start(), injection.start()),
        "found",
        injection.sensor(),
        String.format(
            Locale.ROOT,
            "%-10s  after %.1f s, %s",
            name(injection),
            Tally.delayMillis(injection, episode) / 1000.0,
            verdict(episode)));
  }

  private static String verdict(Episode episode) {
    return String.format(Locale.ROOT, "%s (score %.2f)", episode.severity(), episode.peakScore());
  }

  private static String name(Injection injection) {
    return name(injection.kind());
  }

  private static String name(Injection.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private void line(long eventTime, String what, String sensor, String text) {
    double seconds = (eventTime - simulator.settings().startMillis()) / 1000.0;
    out.printf(Locale.ROOT, "%6.1f s  %-8s  %-10s  %s%n", seconds, what, sensor, text);
  }

  void summarize() {
    long now = eventTime();
    List<Injection> injections = injectedBy(now);
    // The last seconds are too young to say that something was missed.
    List<Injection> judged =
        injections.stream()
            .filter(one -> now > one.end() + MISSED_AFTER_MILLIS || tally.finder(one).isPresent())
            .toList();
    out.printf("%n%-12s %8s  %5s  %6s  %12s%n", "", "injected", "found", "missed", "median delay");
    for (Injection.Kind kind : Injection.Kind.values()) {
      row(name(kind), judged.stream().filter(one -> one.kind() == kind).toList());
    }
    row("all", judged);
    out.printf(
        "False alarms: %d. Delays are time of the sensors, from the first reading touched;%n"
            + "alerts become visible with the checkpoint after them.%n",
        tally.falseAlarms(injections));
    if (judged.size() < injections.size()) {
      out.printf("Not counted: %d that had only just begun.%n", injections.size() - judged.size());
    }
  }

  private void row(String name, List<Injection> injections) {
    Tally.Summary sum = tally.summary(injections);
    out.printf(
        Locale.ROOT,
        "%-12s %8d  %5d  %6d  %12s%n",
        name,
        sum.injected(),
        sum.found(),
        sum.injected() - sum.found(),
        sum.found() == 0
            ? "-"
            : String.format(Locale.ROOT, "%.1f s", sum.medianDelayMillis() / 1000.0));
  }
}
