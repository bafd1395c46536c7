// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import io.caddis.cluster.ClusterException;
import io.caddis.cluster.CommittedLines;
import io.caddis.cluster.FlinkCli;
import io.caddis.cluster.FlinkRest;
import io.caddis.cluster.Patience;
import io.caddis.cluster.StandaloneCluster;
import io.caddis.detectors.simulate.Injection;
import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.operators.OperatorMetrics;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Submits the job to a running cluster and prints, until told to stop, what its simulator injects
 * and what the job finds, as both become known. Times are seconds of the sensors, which begin when
 * the job runs.
 */
public final class Demo {
  private static final Pattern JOB_ID = Pattern.compile("JobID ([0-9a-f]{32})");
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration COUNTERS_EVERY = Duration.ofSeconds(10);
  private static final Duration COUNTERS_AGE = Duration.ofSeconds(3);
  private static final List<String> COUNTERS =
      List.of(
          OperatorMetrics.SCORED,
          OperatorMetrics.ANOMALIES,
          OperatorMetrics.DEAD_LETTERS,
          OperatorMetrics.MODELS);

  /** How late an episode may begin and still be about an injection that has ended. */
  private static final long TOLERANCE_MILLIS = 2_000;

  /** From the end of an injection until its alert must have been committed. */
  private static final long MISSED_AFTER_MILLIS = 8_000;

  private final StandaloneCluster cluster;
  private final List<String> job;
  private final CommittedLines alerts;
  private final SensorSimulator simulator;
  private final PrintStream out;
  private final Tally tally = new Tally(TOLERANCE_MILLIS);
  private final Set<Object> told = new HashSet<>();

  /** When the sensors began, by this machine's clock. */
  private long began;

  /**
   * @param job arguments of {@code flink run}: the jar and what it is to do
   * @param alerts folder that this job writes its alerts to
   * @param simulator what the job simulates
   */
  public Demo(
      StandaloneCluster cluster,
      List<String> job,
      Path alerts,
      SensorSimulator simulator,
      PrintStream out) {
    this.cluster = cluster;
    this.job = List.copyOf(job);
    this.alerts = new CommittedLines(alerts);
    this.simulator = simulator;
    this.out = out;
  }

  /**
   * Runs until the latch opens or the time is over; then the job is stopped and the summary
   * printed.
   */
  public void run(Duration time, CountDownLatch stop) {
    String id = submit();
    try {
      awaitRunning(id, stop);
      watch(id, time, stop);
    } finally {
      end(id);
    }
    report();
    summarize();
  }

  private String submit() {
    List<String> command = new ArrayList<>(List.of("run", "--detached"));
    command.addAll(job);
    FlinkCli.Result result = cluster.cli().run(command);
    Matcher matcher = JOB_ID.matcher(result.output());
    if (result.exitCode() != 0 || !matcher.find()) {
      throw new ClusterException("the job was not accepted:\n" + result.output().strip());
    }
    return matcher.group(1);
  }

  private void awaitRunning(String id, CountDownLatch stop) {
    FlinkRest rest = cluster.rest();
    if (!Patience.await(
        START_TIMEOUT, () -> stop.getCount() == 0 || rest.runningSince(id).isPresent())) {
      throw new ClusterException(
          "the job did not run after %d s: %s"
              .formatted(START_TIMEOUT.toSeconds(), page("running", id)));
    }
    began = rest.runningSince(id).orElse(System.currentTimeMillis());
    SensorSimulator.Settings sensors = simulator.settings();
    out.printf(
        "%nThe job runs: %s%n%d sensors, a reading every %d ms each. Their first 20 s are clean.%n%n",
        page("running", id), sensors.sensors(), sensors.intervalMillis());
    out.println("    time  event     sensor      what");
  }

  private void watch(String id, Duration time, CountDownLatch stop) {
    long end = began + time.toMillis();
    long asking = began + COUNTERS_EVERY.toMillis() - COUNTERS_AGE.toMillis();
    long counters = began + COUNTERS_EVERY.toMillis();
    while (System.currentTimeMillis() < end && !opened(stop)) {
      report();
      if (System.currentTimeMillis() >= asking) {
        asking += COUNTERS_EVERY.toMillis();
        // Flink answers with what it knows and only then asks its TaskManagers.
        counters(id);
      }
      if (System.currentTimeMillis() >= counters) {
        counters += COUNTERS_EVERY.toMillis();
        printCounters(id);
      }
    }
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

  private void report() {
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

  private void printCounters(String id) {
    FlinkRest rest = cluster.rest();
    String state = rest.jobState(id);
    if (!state.equals("RUNNING") && !state.equals("RESTARTING") && !state.equals("CREATED")) {
      throw new ClusterException(
          "the job ended by itself: " + state + "; see " + page("completed", id));
    }
    Map<String, Double> sums = counters(id);
    out.printf(
        Locale.ROOT,
        "          -- job %s: %,.0f readings scored, %,.0f anomalous, %,.0f dead letters,"
            + " %,.0f models, %d checkpoints --%n",
        state.toLowerCase(Locale.ROOT),
        sums.get(OperatorMetrics.SCORED),
        sums.get(OperatorMetrics.ANOMALIES),
        sums.get(OperatorMetrics.DEAD_LETTERS),
        sums.get(OperatorMetrics.MODELS),
        rest.checkpoints(id).completed());
  }

  private Map<String, Double> counters(String id) {
    return cluster.rest().sums(id, OperatorMetrics.GROUP, COUNTERS);
  }

  private String page(String state, String id) {
    return cluster.webInterface() + "/#/job/" + state + "/" + id;
  }

  /** Stops the job so that what it found last is committed; cancels it when it does not stop. */
  private void end(String id) {
    FlinkRest rest = cluster.rest();
    if (rest.overview().isEmpty() || !rest.jobState(id).equals("RUNNING")) {
      return;
    }
    rest.stop(id);
    if (!Patience.await(STOP_TIMEOUT, () -> rest.jobState(id).equals("FINISHED"))) {
      rest.cancel(id);
    }
  }

  private void summarize() {
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

  private static boolean opened(CountDownLatch latch) {
    try {
      return latch.await(500, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
