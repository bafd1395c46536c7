// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.sink.Sinks;
import io.caddis.operators.OperatorMetrics;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.ObjLongConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A cluster as it is shipped and a gateway at a steady rate of readings, while models are trained,
 * promoted and rolled back. {@code ./caddis campaign soak} runs for long and looks whether anything
 * grows; with all tests it is too short for that.
 */
@Timeout(value = 1, unit = TimeUnit.DAYS)
class SoakSystemTest {
  private static final int MINUTES = Integer.getInteger("caddis.campaign.minutes", 0);
  private static final long SEED = Long.getLong("caddis.campaign.seed", 1);
  private static final Duration LENGTH =
      MINUTES > 0 ? Duration.ofMinutes(MINUTES) : Duration.ofSeconds(8);

  /** Two hundred samples tell as much as more. */
  private static final Duration INTERVAL =
      MINUTES > 0 ? Duration.ofSeconds(Math.max(10, MINUTES * 60L / 200)) : Duration.ofSeconds(1);

  private static final Duration PATIENCE = Duration.ofSeconds(180);
  private static final String MODEL = "soak";

  /** Files that are there before the job: two windows of training, and some. */
  private static final int BACKLOG = 15;

  /** How long whoever keeps results elsewhere leaves them where they are. */
  private static final Duration KEEP = Duration.ofMinutes(1);

  private static final double MEBI = 1 << 20;

  @TempDir private static Path folder;

  private static StandaloneCluster cluster;

  private final Path output = folder.resolve("output");
  private final Path registry = folder.resolve("models");
  private final Path control = folder.resolve("commands");
  private final Ledger ledger = new Ledger();
  private final SoakReport report = new SoakReport();
  private final CommittedLines scores = new CommittedLines(output.resolve(Sinks.SCORES));
  private final CommittedLines deadLetters = new CommittedLines(output.resolve(Sinks.DEAD_LETTERS));
  private final CommittedLines alerts = new CommittedLines(output.resolve(Sinks.ALERTS));
  private final CommittedLines models = new CommittedLines(output.resolve(Sinks.MODELS));
  private final Map<String, Integer> found = new TreeMap<>();
  private final Map<Path, Long> results = new HashMap<>();

  @BeforeAll
  static void start() {
    Map<String, String> options =
        Map.of("execution.checkpointing.interval", "1 s", "metrics.reporter.prom.port", "0");
    cluster =
        MINUTES == 0
            ? TestCluster.unhurried(folder.resolve("cluster"), 2, options)
            : StandaloneCluster.start(
                new ClusterSettings(
                    TestCluster.distribution(),
                    folder.resolve("cluster"),
                    0,
                    2,
                    Map.of("metrics.reporter.prom.port", "0")));
  }

  @AfterAll
  static void stop() {
    cluster.stop();
  }

  @Test
  void nothingIsLostAndNothingGrowsWhileModelsComeAndGo() throws Exception {
    try (SteadyReadings readings = new SteadyReadings(folder, SEED, ledger)) {
      for (int file = 0; file < BACKLOG; file++) {
        readings.publish();
      }
      String job = Submission.detached(cluster, List.of("-p", "2"), detect(readings));
      readings.start();
      try (GatewayProcess gateway = gateway()) {
        run(job, readings, gateway);
      }
    }
  }

  private void run(String job, SteadyReadings readings, GatewayProcess gateway) throws IOException {
    RestlessOperator operator = new RestlessOperator(gateway, control, MODEL);
    try {
      await(() -> gateway.get("/api/registry").at("/models/0/versions").asInt() >= 2);
      operator.crown();
      Disturbances disturbances = new Disturbances(cluster, job);
      soak(job, gateway, operator);
      await(
          () -> {
            operator.settle();
            return operator.waiting().isEmpty();
          });
      readings.close();
      // All but the last minutes of event time, which wait for a watermark.
      await(() -> ledger.missing() < 2L * SteadyReadings.SENSORS);
      disturbances.assertNoRestarts();
      if (MINUTES > 0) {
        disturbances.assertNoFailedCheckpoints();
      }
      FlinkCli.Result drained = cluster.cli().run(List.of("stop", "--drain", job));
      assertThat(drained.exitCode()).as(drained.output()).isZero();
      await(() -> ledger.missing() == 0 && read(gateway) >= ledger.scored());
    } finally {
      print(operator);
    }
    assertThat(ledger.unexpected()).isZero();
    assertThat(ledger.scored() + ledger.rejected()).isEqualTo(ledger.handedIn());
    assertThat(read(gateway)).isEqualTo(ledger.scored());
    assertThat(operator.refused()).allMatch(reason -> reason.startsWith("retrain:"));
    assertThat(operator.applied() + operator.refused().size()).isEqualTo(operator.sent());
    assertThat(found).containsKeys("alert opened", "alert closed");
    if (MINUTES > 0) {
      assertThat(report.growing()).isEmpty();
    }
  }

  /** How many scores the gateway has read. */
  private static long read(GatewayProcess gateway) {
    return gateway.get("/api/feed").at("/totals/" + Sinks.SCORES).asLong();
  }

  private void print(RestlessOperator operator) {
    System.out.printf(
        "%,d lines in: %,d scored, %,d rejected, %,d missing, %,d unexpected%n"
            + "%d commands: %d applied, refused %s%n%s%n%s",
        ledger.handedIn(),
        ledger.scored(),
        ledger.rejected(),
        ledger.missing(),
        ledger.unexpected(),
        operator.sent(),
        operator.applied(),
        operator.refused(),
        found,
        report.table());
  }

  private void soak(String job, GatewayProcess gateway, RestlessOperator operator)
      throws IOException {
    Map<String, Vitals> vitals = new LinkedHashMap<>();
    try {
      for (ClusterProcess process : cluster.processes()) {
        vitals.put(process.name(), new Vitals(process.pid()));
      }
      vitals.put("gateway", new Vitals(gateway.pid()));
      long begin = System.nanoTime();
      for (int sample = 1; sample <= LENGTH.dividedBy(INTERVAL); sample++) {
        long due = begin + sample * INTERVAL.toNanos();
        Patience.await(Duration.ofNanos(due - System.nanoTime()), () -> false);
        takeOutput();
        putAside();
        operator.settle();
        operator.next();
        measure(job, vitals, (System.nanoTime() - begin) / 3.6e12);
        if (sample % 6 == 0) {
          CaddisCli.run(
              "models", "prune", MODEL, "--keep", "20", "--registry", registry.toString());
        }
      }
    } finally {
      for (Vitals one : vitals.values()) {
        one.close();
      }
    }
  }

  private void await(BooleanSupplier condition) {
    boolean reached =
        Patience.await(
            PATIENCE,
            () -> {
              takeOutput();
              return condition.getAsBoolean();
            });
    assertThat(reached).as("%s, %d missing", found, ledger.missing()).isTrue();
  }

  /** Enters into the books what has been committed. */
  private void takeOutput() {
    rows(scores).forEach(ledger::scored);
    rows(deadLetters).forEach(ledger::rejected);
    rows(alerts).forEach(row -> count("alert " + row.path("state").asString()));
    rows(models).forEach(row -> count("model " + row.path("verdict").asString("trained")));
  }

  private void count(String what) {
    found.merge(what, 1, Integer::sum);
  }

  private static List<JsonNode> rows(CommittedLines lines) {
    return lines.poll().stream().map(line -> JsonMapper.shared().readTree(line)).toList();
  }

  /** Input that has been read, and results that have been there for long, go elsewhere. */
  private void putAside() throws IOException {
    for (Path input : ledger.settled()) {
      Files.delete(input);
    }
    long now = System.nanoTime();
    forEachFile(
        output,
        (file, bytes) -> {
          if (!file.getFileName().toString().startsWith(".")) {
            results.putIfAbsent(file, now);
          }
        });
    for (Map.Entry<Path, Long> result : Map.copyOf(results).entrySet()) {
      if (now - result.getValue() > KEEP.toNanos()) {
        Files.delete(result.getKey());
        results.remove(result.getKey());
      }
    }
  }

  private void measure(String job, Map<String, Vitals> vitals, double hours) throws IOException {
    for (Map.Entry<String, Vitals> process : vitals.entrySet()) {
      String name = process.getKey();
      Vitals one = process.getValue();
      report.add(
          name + ": heap after collection, MiB", 0.1, hours, one.heapAfterCollection() / MEBI);
      report.add(name + ": threads", 0.05, hours, one.threads());
      report.add(name + ": open files and sockets", 0.05, hours, one.handles());
    }
    JsonNode newest = cluster.rest().get("/jobs/" + job + "/checkpoints").at("/latest/completed");
    report.add("state, KiB", 0.1, hours, newest.path("state_size").asDouble() / 1024);
    report.add(
        "checkpoint, ms", 0.5, hours, newest.path("end_to_end_duration").asDouble(Double.NaN));
    report.add("scoring, p99, µs", 0.5, hours, p99(job));
    double[] delays = ledger.delays();
    Arrays.sort(delays);
    report.add(
        "from publication to committed, median, s",
        0.5,
        hours,
        delays.length == 0 ? Double.NaN : delays[delays.length / 2]);
    report.add("checkpoints on disk, KiB", 0.1, hours, kibibytes(cluster.checkpoints()));
    report.add("registry, KiB", SoakReport.NO_BOUND, hours, kibibytes(registry));
    report.add(
        "store of the gateway, KiB",
        SoakReport.NO_BOUND,
        hours,
        kibibytes(folder.resolve("gateway.db")));
  }

  private static double p99(String job) {
    String name = OperatorMetrics.SCORE_LATENCY_NANOS + "_p99";
    double ofBoth =
        cluster.rest().sums(job, OperatorMetrics.GROUP, List.of(name)).getOrDefault(name, 0.0);
    return ofBoth / 2 / 1_000;
  }

  private static double kibibytes(Path root) throws IOException {
    long[] sum = {0};
    forEachFile(root, (file, bytes) -> sum[0] += bytes);
    return sum[0] / 1024.0;
  }

  /** Files with their sizes; those that vanish meanwhile are passed over. */
  private static void forEachFile(Path root, ObjLongConsumer<Path> action) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            action.accept(file, attributes.size());
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private GatewayProcess gateway() throws IOException {
    return new GatewayProcess(
        folder,
        "--registry=" + registry,
        "--control=" + control,
        "--flink=" + cluster.webInterface(),
        "--feed=" + output,
        "--store=" + folder.resolve("gateway.db"),
        "--score-window=20000");
  }

  private List<String> detect(SteadyReadings readings) {
    return List.of(
        TestCluster.distribution().resolve("jobs/caddis.jar").toString(),
        "detect",
        "--input",
        readings.input().toString(),
        "--output",
        output.toString(),
        "--continuous",
        "--control",
        control.toString(),
        "--registry",
        registry.toString(),
        "--name",
        MODEL,
        "--alignment",
        "event-time",
        "--scope",
        "global",
        "--train-window",
        "1h",
        "--contamination",
        "0.002",
        "--readings",
        "--archive",
        "--set",
        "promotion.watch=15 min",
        "--set",
        "control.registry=" + registry);
  }
}
