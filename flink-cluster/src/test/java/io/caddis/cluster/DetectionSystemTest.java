// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.feature.RollingState;
import io.caddis.detectors.triage.Episode;
import io.caddis.detectors.warmup.SensorStatistics;
import io.caddis.jobs.OperatorUids;
import io.caddis.jobs.sink.Sinks;
import io.caddis.operators.OperatorMetrics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The detection job on a cluster of processes: generator, nemesis, verifier. What a disturbed
 * stream of files has committed when it is drained equals what a bounded run gives for the same
 * files.
 */
class DetectionSystemTest {
  private static final int FILES = 60;
  private static final long SEED = 20_260_101;
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(300);

  /** Published after the last fault: a restored job knows of no event time until it reads again. */
  private static final int LAST_FILES = 4;

  private static final List<String> GLOBAL = List.of("--scope", "global");

  private static final List<String> BY_SENSOR = List.of("--scope", "sensor");

  /** What the state of a sensor consists of, of three operators. */
  private static final Set<String> WIDENED =
      Set.of(
          RollingState.class.getName(), SensorStatistics.class.getName(), Episode.class.getName());

  /** Readings that wait for the watermark at the end of the files: 5 s of out-of-orderness. */
  private static final long WAITING = 10L * SensorFiles.SENSORS;

  private static final List<String> METRICS =
      List.of(
          metric(OperatorUids.PARSE, OperatorMetrics.READINGS),
          metric(OperatorUids.FEATURES, OperatorMetrics.LATE),
          metric(OperatorUids.SAMPLE, OperatorMetrics.MISSED_TRAINING),
          metric(OperatorUids.SCORE, OperatorMetrics.SCORED),
          metric(OperatorUids.SCORE, OperatorMetrics.ANOMALIES),
          metric(OperatorUids.SCORE, OperatorMetrics.MODEL_AGE_MILLIS),
          metric(OperatorUids.SCORE, OperatorMetrics.SCORE_LATENCY_NANOS) + "_p99");

  @TempDir private static Path folder;

  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        TestCluster.start(
            folder.resolve("cluster"),
            2,
            Map.of(
                "execution.checkpointing.interval",
                CHECKPOINT_INTERVAL.toMillis() + " ms",
                "metrics.fetcher.update-interval",
                "200 ms"));
  }

  @AfterAll
  static void stop() {
    cluster.stop();
  }

  @Test
  void threeKilledTaskManagersChangeNothingInTheOutput(@TempDir Path work) throws Exception {
    SensorFiles files = new SensorFiles(work, FILES);
    Path output = work.resolve("output");
    files.publish(5);
    String job = Submission.detached(cluster, List.of(), streaming(files, output, GLOBAL));

    ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
    List<Nemesis.Kill> killed;
    try {
      publisher.scheduleAtFixedRate(() -> publishOne(files), 0, 600, TimeUnit.MILLISECONDS);
      killed = new Nemesis(cluster, SEED).kill(job, 3, 0, CHECKPOINT_INTERVAL);
    } finally {
      publisher.shutdown();
    }
    assertThat(publisher.awaitTermination(2, TimeUnit.MINUTES)).isTrue();
    files.publish(files.left());
    awaitCommitted(output, files.readings() - WAITING);
    awaitCheckpoints(job, 2);

    assertThat(killed).hasSize(3);
    assertThat(cluster.rest().checkpoints(job).restored()).isPositive();
    assertShowsMetrics(job);
    drain(job);
    Path undisturbed = undisturbed(files, work, GLOBAL);
    assertSameResults(undisturbed, output, files);
  }

  @Test
  void anUpgradedJarResumesFromSavepointsAtOneTwoAndFourSubtasks() throws IOException {
    Path work = Files.createDirectories(folder.resolve("upgrade"));
    SensorFiles files = new SensorFiles(work, FILES / 4);
    // As typed in a shell: the job has to find them from another working directory.
    Path output = Path.of("").toAbsolutePath().relativize(work.resolve("output"));
    List<String> released = streaming(files, output, BY_SENSOR);
    files.publish(FILES / 8);
    String first = Submission.detached(cluster, List.of("-p", "1"), released);
    awaitCommitted(output, 1);

    // The jar of a later release, and a specification that asks for one more kind of results.
    List<String> upgraded = new ArrayList<>(released);
    Path jar = work.resolve("upgraded.jar");
    upgraded.set(0, UpgradedJar.write(Path.of(released.get(0)), jar, WIDENED).toString());
    upgraded.addAll(List.of("--set", "sink.readings=true"));
    String second =
        Submission.detached(cluster, List.of("-s", stopped(first), "-p", "2"), upgraded);
    long before = committed(output);
    files.publish(FILES / 16);
    awaitCommitted(output, before + 1);
    String third =
        Submission.detached(cluster, List.of("-s", stopped(second), "-p", "4"), upgraded);
    files.publish(files.left());
    awaitCommitted(output, files.readings() - WAITING);
    awaitCheckpoints(third, 2);
    drain(third);

    assertSameResults(undisturbed(files, work, BY_SENSOR), output, files);
    assertThat(lines(output, Sinks.READINGS)).isNotEmpty();
  }

  /** The savepoint that a job is stopped with. */
  private static String stopped(String job) {
    FlinkCli.Result stopped = cluster.cli().run(List.of("stop", job));
    assertThat(stopped.output()).contains("Savepoint completed. Path: file:");
    return stopped.output().replaceAll("(?s).*Path: (\\S+).*", "$1");
  }

  @Test
  void tablesAreTrainedOnScoredAndEvaluatedByTheSameJar() throws IOException {
    Path work = Files.createDirectories(folder.resolve("tables"));
    Path table = Files.createDirectories(work.resolve("in"));
    for (int file = 0; file < 2; file++) {
      StringBuilder csv = new StringBuilder("timestamp,sensor,a\n");
      for (int row = 0; row < 200; row++) {
        csv.append("%d,s%d,%d%n".formatted(1_767_225_600L + row, file, row == 9 ? 500 : row % 7));
      }
      Files.writeString(table.resolve("f" + file + ".csv"), csv);
    }
    Path labels =
        Files.writeString(
            work.resolve("labels.csv"),
            "key,start,end\ns0,2026-01-01T00:00:09Z,2026-01-01T00:00:09Z\n");
    String registry = "--registry=" + work.resolve("models");

    assertThat(run("train", "--input=" + table, registry, "--name=pump"))
        .contains("on 400 of 400 rows", "is champion");
    Path output = work.resolve("out");
    assertThat(run("score", "--input=" + table, registry, "--name=pump", "--output=" + output))
        .contains("Scored 400 rows", "100 %  400 rows");
    assertThat(output.resolve("f1.csv")).content().contains("raw_score", ",500,");
    assertThat(run("models", "list", registry)).contains("pump", "champion");
    assertThat(run("evaluate", "--scores=" + output.resolve("f0.csv"), "--labels=" + labels))
        .contains("roc_auc                  1.0000");
  }

  @Test
  void parquetGoesInAndComesOut() throws IOException {
    Path work = Files.createDirectories(folder.resolve("parquet"));
    Path table = Files.createDirectories(work.resolve("in"));
    try (InputStream readings = getClass().getResourceAsStream("/readings.parquet")) {
      Files.copy(readings, table.resolve("readings.parquet"));
    }
    String registry = "--registry=" + work.resolve("models");
    assertThat(run("train", "--input=" + table, registry, "--name=pump", "--scope=sensor"))
        .contains("on 200 of 200 rows", "2 sensors have models of their own");
    Path output = work.resolve("out");
    assertThat(run("score", "--input=" + table, registry, "--name=pump", "--output=" + output))
        .contains("Scored 200 rows");
    // the whole file and its end, which names the columns
    assertThat(Files.readString(output.resolve("readings.parquet"), StandardCharsets.ISO_8859_1))
        .startsWith("PAR1")
        .contains("sensor", "raw_score")
        .endsWith("PAR1");
  }

  /** What a command of the jar says, run as {@code ./caddis flink run caddis.jar} runs it. */
  private static String run(String... command) {
    FlinkCli.Result result =
        cluster
            .cli()
            .run(
                ClusterCli.withJars(
                    Stream.concat(Stream.of("run", "caddis.jar"), Stream.of(command)).toList()));
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result.output();
  }

  private static List<String> streaming(SensorFiles files, Path output, List<String> options) {
    return Stream.concat(
            detect(files, output, options).stream(),
            Stream.of("--continuous", "--set", "source.poll-interval=200 ms"))
        .toList();
  }

  private static List<String> detect(SensorFiles files, Path output, List<String> options) {
    List<String> command =
        List.of(
            TestCluster.distribution().resolve("jobs/caddis.jar").toString(),
            "detect",
            "--input",
            files.input().toString(),
            "--output",
            output.toString(),
            "--alignment",
            "event-time",
            "--train-window",
            "10min",
            "--set",
            "derived=[interval, delta(temperature)]");
    return Stream.concat(command.stream(), options.stream()).toList();
  }

  /** Where the results of a bounded run of the same files are; it waits for its end. */
  private static Path undisturbed(SensorFiles files, Path work, List<String> options) {
    Path output = work.resolve("undisturbed");
    FlinkCli.Result result =
        cluster
            .cli()
            .run(Stream.concat(Stream.of("run"), detect(files, output, options).stream()).toList());
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("readings scored");
    return output;
  }

  private static void assertSameResults(Path undisturbed, Path disturbed, SensorFiles files) {
    assertThat(lines(undisturbed, Sinks.SCORES)).hasSize(Math.toIntExact(files.readings()));
    assertThat(lines(undisturbed, Sinks.ALERTS)).isNotEmpty();
    assertThat(lines(undisturbed, Sinks.MODELS)).isNotEmpty();
    for (String results : List.of(Sinks.SCORES, Sinks.ALERTS, Sinks.MODELS)) {
      assertThat(OutputDifference.between(lines(undisturbed, results), lines(disturbed, results)))
          .as(results)
          .isEqualTo(OutputDifference.NONE);
    }
    assertThat(lines(disturbed, Sinks.DEAD_LETTERS)).isEmpty();
    assertThat(lines(disturbed, Sinks.LATE)).isEmpty();
  }

  /** The web UI lists what it lists by these names; Flink collects them only when asked. */
  private static void assertShowsMetrics(String job) {
    Patience.await(PATIENCE, () -> shownMetrics(job).containsAll(METRICS));
    assertThat(shownMetrics(job)).containsAll(METRICS);
    FlinkRest rest = cluster.rest();
    assertThat(
            rest.sums(
                job,
                OperatorMetrics.GROUP,
                List.of(OperatorMetrics.LATE, OperatorMetrics.MISSED_TRAINING)))
        .containsEntry(OperatorMetrics.LATE, 0.0)
        .containsEntry(OperatorMetrics.MISSED_TRAINING, 0.0);
  }

  private static Set<String> shownMetrics(String job) {
    FlinkRest rest = cluster.rest();
    Set<String> shown = new HashSet<>();
    for (JsonNode vertex : rest.get("/jobs/" + job).path("vertices")) {
      String metrics =
          "/jobs/" + job + "/vertices/" + vertex.path("id").asString() + "/subtasks/metrics";
      rest.get(metrics).forEach(metric -> shown.add(metric.path("id").asString()));
    }
    return shown;
  }

  private static String metric(String operator, String name) {
    return operator + "." + OperatorMetrics.GROUP + "." + name;
  }

  private static long committed(Path output) {
    return lines(output, Sinks.SCORES).size();
  }

  private static void awaitCommitted(Path output, long readings) {
    CommittedLines scores = new CommittedLines(output.resolve(Sinks.SCORES));
    long[] committed = {0};
    assertThat(Patience.await(PATIENCE, () -> (committed[0] += scores.poll().size()) >= readings))
        .as("%d of %d scores committed", committed[0], readings)
        .isTrue();
  }

  private static void awaitCheckpoints(String job, int more) {
    int target = cluster.rest().checkpoints(job).completed() + more;
    assertThat(
            Patience.await(PATIENCE, () -> cluster.rest().checkpoints(job).completed() >= target))
        .isTrue();
  }

  private static void drain(String job) {
    FlinkCli.Result result = cluster.cli().run(List.of("stop", "--drain", job));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(Patience.await(PATIENCE, () -> cluster.rest().jobState(job).equals("FINISHED")))
        .isTrue();
  }

  private static void publishOne(SensorFiles files) {
    try {
      if (files.left() > LAST_FILES) {
        files.publish(1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(Path output, String results) {
    return CommittedLines.readAll(output.resolve(results));
  }
}
