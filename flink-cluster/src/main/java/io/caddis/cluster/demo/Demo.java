// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import io.caddis.cluster.ClusterException;
import io.caddis.cluster.CommittedLines;
import io.caddis.cluster.FlinkCli;
import io.caddis.cluster.FlinkRest;
import io.caddis.cluster.Patience;
import io.caddis.cluster.StandaloneCluster;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Submits the job to a running cluster and prints, until told to stop, what was injected and what
 * was found, as both become known.
 */
public final class Demo {
  private static final Pattern JOB_ID = Pattern.compile("JobID ([0-9a-f]{32})");
  private static final Duration COUNTERS_EVERY = Duration.ofSeconds(10);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
  private static final long TOLERANCE_MILLIS = 30_000;

  private final StandaloneCluster cluster;
  private final List<String> job;
  private final Path alerts;
  private final CommittedLines lines;
  private final Injections injections;
  private final PrintStream out;
  private final Tally tally = new Tally(TOLERANCE_MILLIS);
  private final Set<Injection> announced = new HashSet<>();

  /**
   * @param job arguments of {@code flink run}: the jar and what it is to do
   * @param alerts folder that this job writes its alerts to
   */
  public Demo(
      StandaloneCluster cluster,
      List<String> job,
      Path alerts,
      Injections injections,
      PrintStream out) {
    this.cluster = cluster;
    this.job = List.copyOf(job);
    this.alerts = alerts;
    this.lines = new CommittedLines(alerts);
    this.injections = injections;
    this.out = out;
  }

  /**
   * Runs until the latch opens or the time is over; then the job is stopped and the summary
   * printed.
   */
  public void run(Duration time, CountDownLatch stop) {
    String id = submit();
    out.println("Web UI   " + cluster.webInterface() + "/#/job/running/" + id);
    out.println("Alerts   " + alerts);
    out.println();
    try {
      watch(id, time, stop);
    } finally {
      end(id);
    }
    report(lines.poll());
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

  private void watch(String id, Duration time, CountDownLatch stop) {
    Instant end = Instant.now().plus(time);
    Instant counters = Instant.now().plus(COUNTERS_EVERY);
    while (Instant.now().isBefore(end) && !opened(stop)) {
      announce();
      report(lines.poll());
      if (!Instant.now().isBefore(counters)) {
        counters = counters.plus(COUNTERS_EVERY);
        printCounters(id);
      }
    }
  }

  private void announce() {
    for (Injection injection : injections.startedBy(System.currentTimeMillis())) {
      if (announced.add(injection)) {
        line(injection.start(), "injected", injection.key(), injection.kind());
      }
    }
  }

  private void report(List<String> committed) {
    List<Injection> known = injections.startedBy(System.currentTimeMillis());
    for (String text : committed) {
      Episode.parse(text)
          .ifPresent(
              episode -> {
                tally.add(episode);
                String cause =
                    tally.cause(episode, known).map(i -> "is " + i.kind()).orElse("not injected");
                String verdict =
                    String.format("%-8s %.3f  %s", episode.severity(), episode.peakScore(), cause);
                line(
                    episode.start(),
                    episode.state().toLowerCase(Locale.ROOT),
                    episode.key(),
                    verdict);
              });
    }
  }

  private void line(long millis, String what, String key, String text) {
    LocalTime at =
        Instant.ofEpochMilli(millis)
            .atZone(ZoneId.systemDefault())
            .toLocalTime()
            .truncatedTo(ChronoUnit.SECONDS);
    out.printf("%-8s  %-9s %-20s %s%n", at, what, key, text);
  }

  private void printCounters(String id) {
    FlinkRest rest = cluster.rest();
    String state = rest.jobState(id);
    if (!state.equals("RUNNING") && !state.equals("RESTARTING") && !state.equals("CREATED")) {
      throw new ClusterException(
          "the job ended by itself: "
              + state
              + "; see "
              + cluster.webInterface()
              + "/#/job/completed/"
              + id);
    }
    Tally.Summary now = tally.summary(List.copyOf(announced));
    out.printf(
        "          %s  %,.0f readings scored, %,.0f anomalous, %,.0f dead letters, %d checkpoints; found %d of %d%n",
        state.toLowerCase(Locale.ROOT),
        rest.sum(id, "scoredTotal"),
        rest.sum(id, "anomaliesTotal"),
        rest.sum(id, "rejectedTotal"),
        rest.checkpoints(id).completed(),
        now.found(),
        now.injected());
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
    Tally.Summary all = tally.summary(List.copyOf(announced));
    out.println();
    out.printf(
        "Injected %d, found %d, false alarms %d%s.%n",
        all.injected(),
        all.found(),
        all.falseAlarms(),
        all.medianDelayMillis() < 0
            ? ""
            : String.format(", median delay %.1f s", all.medianDelayMillis() / 1000.0));
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
