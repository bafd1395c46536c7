// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.checkpoint.CheckpointStatsStatus;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;

/** A job on a cluster in this JVM, and what it shows from outside. */
final class ScaleRun implements AutoCloseable {
  private static final int PROGRESS_SECONDS = 10;

  private final MiniCluster cluster;
  private final Path directory;
  private final PrintWriter log;
  private @Nullable String savepoint;

  /** What has been counted up to one time. */
  private record Glance(
      LatencyCounts usual, LatencyCounts hot, long cpuNanos, long gcMillis, long wallMillis) {
    long total() {
      return usual.total() + hot.total();
    }

    long lastNanos() {
      return Math.max(usual.lastNanos(), hot.lastNanos());
    }

    double lagSeconds() {
      return Math.max(usual.lagSeconds(), hot.lagSeconds());
    }
  }

  /**
   * @param directory deleted in the end
   */
  ScaleRun(Configuration configuration, Path directory, PrintWriter log) throws Exception {
    this.directory = directory;
    this.log = log;
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(configuration.get(TaskManagerOptions.NUM_TASK_SLOTS))
                .withRandomPorts()
                .build());
    cluster.start();
  }

  /** Runs a job that gives each sensor its state; the next one begins with these. */
  void grow(StreamGraph graph, int sensors) throws Exception {
    long begin = System.nanoTime();
    JobID job = cluster.submitJob(graph.getJobGraph()).get().getJobID();
    Long grown = 0L;
    while (grown == null || grown < sensors) {
      TimeUnit.SECONDS.sleep(1);
      grown = count(graphOf(job), GrownStatesFunction.GROWN, Long.class);
    }
    String target = directory.resolve("savepoint").toUri().toString();
    savepoint = cluster.stopWithSavepoint(job, target, false, SavepointFormatType.NATIVE).get();
    cluster.requestJobResult(job).get();
    say("%,d sensors have states after %.0f s", sensors, (System.nanoTime() - begin) / 1e9);
  }

  /**
   * Runs a job for a while.
   *
   * @param settle seconds at the rate before the clock starts
   * @param seconds from then on
   * @return what it showed, a line of JSON
   */
  String measure(StreamGraph graph, double perSecond, int settle, int seconds, int sensors)
      throws Exception {
    if (savepoint != null) {
      graph.setSavepointRestoreSettings(
          SavepointRestoreSettings.forPath(savepoint, true, RecoveryClaimMode.CLAIM));
    }
    long start = System.nanoTime();
    JobID job = cluster.submitJob(graph.getJobGraph()).get().getJobID();
    Glance first = glance(job);
    while (first == null || first.total() == 0) {
      TimeUnit.SECONDS.sleep(1);
      first = glance(job);
    }
    say("readings are on time after %.0f s", (System.nanoTime() - start) / 1e9);
    TimeUnit.SECONDS.sleep(settle);
    Glance begin = required(job);
    Glance before = begin;
    long measured = System.nanoTime();
    for (int second = 1; second <= seconds; second++) {
      TimeUnit.NANOSECONDS.sleep(measured + second * 1_000_000_000L - System.nanoTime());
      if (second % PROGRESS_SECONDS == 0) {
        Glance now = required(job);
        say(
            "%d s: %,.0f readings/s, %.3f s behind, %.1f us CPU a reading, load %.1f",
            second, rate(before, now), now.lagSeconds(), cpuMicros(before, now), load());
        before = now;
      }
    }
    Glance end = required(job);
    String result = json(begin, end, perSecond, sensors, graphOf(job));
    cluster.cancelJob(job).get();
    cluster.requestJobResult(job).get();
    return result;
  }

  private static double rate(Glance from, Glance to) {
    return (to.total() - from.total()) * 1e9 / (to.lastNanos() - from.lastNanos());
  }

  private static double cpuMicros(Glance from, Glance to) {
    return (to.cpuNanos() - from.cpuNanos()) / 1e3 / (to.total() - from.total());
  }

  private String json(
      Glance begin, Glance end, double perSecond, int sensors, AccessExecutionGraph graph)
      throws IOException {
    LatencyCounts usual = end.usual().since(begin.usual());
    LatencyCounts hot = end.hot().since(begin.hot());
    double cores =
        (end.cpuNanos() - begin.cpuNanos()) / 1e6 / (end.wallMillis() - begin.wallMillis());
    List<AbstractCheckpointStats> checkpoints =
        graph.getCheckpointStatsSnapshot().getHistory().getCheckpoints().stream()
            .filter(checkpoint -> checkpoint.getStatus() == CheckpointStatsStatus.COMPLETED)
            .filter(checkpoint -> checkpoint.getTriggerTimestamp() >= begin.wallMillis())
            .toList();
    double[] fullBytes =
        checkpoints.stream().mapToDouble(AbstractCheckpointStats::getStateSize).toArray();
    double[] newBytes =
        checkpoints.stream().mapToDouble(AbstractCheckpointStats::getCheckpointedSize).toArray();
    double[] millis =
        checkpoints.stream().mapToDouble(AbstractCheckpointStats::getEndToEndDuration).toArray();
    return String.format(
        Locale.ROOT,
        "{\"sensors\":%d,\"asked_per_second\":%s,\"per_second\":%.0f,\"behind_s_begin\":%.3f,"
            + "\"behind_s_end\":%.3f,\"cpu_us_per_reading\":%.2f,\"cores\":%.2f,"
            + "\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.1f,\"hot_readings\":%d,"
            + "\"hot_p99_ms\":%.2f,\"checkpoints\":%d,\"checkpoint_full_mb\":%.1f,"
            + "\"checkpoint_new_mb\":%.1f,\"checkpoint_s\":%.1f,\"checkpoint_s_max\":%.1f,"
            + "\"state_bytes_per_sensor\":%.0f,\"gc_percent\":%.2f,\"rss_mb\":%d,\"load\":%.1f}",
        sensors,
        Double.isFinite(perSecond) ? "%.0f".formatted(perSecond) : "null",
        rate(begin, end),
        begin.lagSeconds(),
        end.lagSeconds(),
        cpuMicros(begin, end),
        cores,
        usual.quantile(0.5),
        usual.quantile(0.99),
        usual.quantile(1),
        hot.total(),
        hot.quantile(0.99),
        checkpoints.size(),
        median(fullBytes) / 1e6,
        median(newBytes) / 1e6,
        median(millis) / 1e3,
        max(millis) / 1e3,
        median(fullBytes) / sensors,
        100.0 * (end.gcMillis() - begin.gcMillis()) / (end.wallMillis() - begin.wallMillis()),
        residentMegabytes(),
        load());
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values.length == 0 ? 0 : new Figures(values).median();
  }

  private static double max(double[] values) {
    return Arrays.stream(values).max().orElse(0);
  }

  private Glance required(JobID job) throws Exception {
    Glance glance = glance(job);
    if (glance == null) {
      throw new IllegalStateException("the job must be running, was " + graphOf(job).getState());
    }
    return glance;
  }

  private @Nullable Glance glance(JobID job) throws Exception {
    AccessExecutionGraph graph = graphOf(job);
    if (graph.getState().isGloballyTerminalState()) {
      throw new IllegalStateException("the job must be running, was " + graph.getFailureInfo());
    }
    LatencyCounts usual = count(graph, LatencyFunction.LATENCY, LatencyCounts.class);
    LatencyCounts hot = count(graph, LatencyFunction.HOT_LATENCY, LatencyCounts.class);
    if (usual == null || hot == null) {
      return null;
    }
    long gc = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      gc += collector.getCollectionTime();
    }
    return new Glance(usual, hot, machine().getProcessCpuTime(), gc, System.currentTimeMillis());
  }

  private AccessExecutionGraph graphOf(JobID job) throws ExecutionException, InterruptedException {
    return cluster.getExecutionGraph(job).get();
  }

  private <T> @Nullable T count(AccessExecutionGraph graph, String name, Class<T> type)
      throws IOException, ClassNotFoundException {
    var serialized = graph.getAccumulatorsSerialized().get(name);
    return serialized == null
        ? null
        : type.cast(serialized.deserializeValue(getClass().getClassLoader()).getUnchecked());
  }

  private static OperatingSystemMXBean machine() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }

  private static double load() {
    return machine().getSystemLoadAverage();
  }

  /** Of this process, RocksDB's memory with it; 0 where there is no /proc. */
  private static long residentMegabytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElse(0);
  }

  private void say(String format, Object... values) {
    log.printf(Locale.ROOT, format + "%n", values);
    log.flush();
  }

  @Override
  public void close() throws Exception {
    cluster.closeAsync().get();
    FileUtils.deleteDirectory(directory.toFile());
  }
}
