// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import io.caddis.cluster.ClusterException;
import io.caddis.cluster.FlinkCli;
import io.caddis.cluster.FlinkRest;
import io.caddis.cluster.Patience;
import io.caddis.cluster.StandaloneCluster;
import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.operators.OperatorMetrics;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

  private final StandaloneCluster cluster;
  private final List<String> job;
  private final Path results;
  private final SensorSimulator simulator;
  private final String dashboard;
  private final PrintStream out;

  /**
   * @param job arguments of {@code flink run}: the jar and what it is to do
   * @param results folder that this job writes its results to
   * @param simulator what the job simulates
   * @param dashboard its address, empty when there is none
   */
  public Demo(
      StandaloneCluster cluster,
      List<String> job,
      Path results,
      SensorSimulator simulator,
      String dashboard,
      PrintStream out) {
    this.cluster = cluster;
    this.job = List.copyOf(job);
    this.results = results;
    this.simulator = simulator;
    this.dashboard = dashboard;
    this.out = out;
  }

  /**
   * Runs until the latch opens or the time is over; then the job is stopped and the summary
   * printed.
   */
  public void run(Duration time, CountDownLatch stop) {
    String id = submit();
    Transcript transcript;
    try {
      long began = awaitRunning(id, stop);
      transcript = new Transcript(results, simulator, began, out);
      watch(id, transcript, began + time.toMillis(), stop);
    } finally {
      end(id);
    }
    transcript.report();
    transcript.summarize();
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

  /** When the sensors began, by this machine's clock. */
  private long awaitRunning(String id, CountDownLatch stop) {
    FlinkRest rest = cluster.rest();
    if (!Patience.await(
        START_TIMEOUT, () -> stop.getCount() == 0 || rest.runningSince(id).isPresent())) {
      throw new ClusterException(
          "the job did not run after %d s: %s"
              .formatted(START_TIMEOUT.toSeconds(), page("running", id)));
    }
    SensorSimulator.Settings sensors = simulator.settings();
    out.printf(
        "%nThe job runs: %s%n%d sensors, a reading every %d ms each. Their first 20 s are clean.%n%n",
        page("running", id), sensors.sensors(), sensors.intervalMillis());
    if (!dashboard.isEmpty()) {
      out.printf("Watch it:      %s%n%n", dashboard);
    }
    out.println("    time  event     sensor      what");
    return rest.runningSince(id).orElse(System.currentTimeMillis());
  }

  private void watch(String id, Transcript transcript, long end, CountDownLatch stop) {
    long counters = System.currentTimeMillis() + COUNTERS_EVERY.toMillis();
    long asking = counters - COUNTERS_AGE.toMillis();
    while (System.currentTimeMillis() < end && !opened(stop)) {
      transcript.report();
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

  private static boolean opened(CountDownLatch latch) {
    try {
      return latch.await(500, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
