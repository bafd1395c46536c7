// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import io.caddis.cluster.CommittedLines;
import io.caddis.detectors.simulate.Injection;
import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.jobs.sink.Sinks;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Prints what was injected and what was found of it, each once, and the summary of both. */
final class Transcript {
  /** How late an episode may begin and still be about an injection that has ended. */
  private static final long TOLERANCE_MILLIS = 2_000;

  /**
   * How far scores must have been committed past the end of an injection before it was missed: the
   * sinks' subtasks commit one after the other, and only results can tell, as the job may be slow.
   */
  private static final long MISSED_AFTER_MILLIS = 4_000;

  private static final JsonMapper JSON = new JsonMapper();

  private final CommittedLines alerts;
  private final CommittedLines scores;
  private final SensorSimulator simulator;
  private final PrintStream out;
  private final Tally tally = new Tally(TOLERANCE_MILLIS);
  private final Set<Object> told = new HashSet<>();
  private final long began;

  /** The latest event time of committed scores. */
  private long scoredUntil = Long.MIN_VALUE;

  /**
   * @param results folder of the job's results
   * @param began when the sensors began, by this machine's clock
   */
  Transcript(Path results, SensorSimulator simulator, long began, PrintStream out) {
    this.alerts = new CommittedLines(results.resolve(Sinks.ALERTS));
    this.scores = new CommittedLines(results.resolve(Sinks.SCORES));
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
    // Before the alerts, so that those of the scores seen are there.
    scores.poll(this::scored);
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
        if (isScored(injection) && told.add(identity)) {
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

  private void scored(String line) {
    try {
      String time = JSON.readTree(line).path("timestamp").asString("");
      scoredUntil = Math.max(scoredUntil, Instant.parse(time).toEpochMilli());
    } catch (JacksonException | DateTimeException e) {
      // A line that is no score tells no time.
      return;
    }
  }

  private boolean isScored(Injection injection) {
    return scoredUntil > injection.end() + MISSED_AFTER_MILLIS;
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
    List<Injection> injections = injectedBy(eventTime());
    // The last seconds are too young to say that something was missed.
    List<Injection> judged =
        injections.stream().filter(one -> isScored(one) || tally.finder(one).isPresent()).toList();
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
