// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.sink.Sinks;
import io.caddis.operators.OperatorMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A job without end that finds months of files when it starts: training sees what is in them. With
 * all tests it is six hours of them; {@code ./caddis campaign backlog} has as many as wanted.
 */
@Timeout(value = 1, unit = TimeUnit.DAYS)
class BacklogSystemTest {
  private static final double GIGABYTES =
      Double.parseDouble(System.getProperty("caddis.campaign.gigabytes", "0"));
  private static final long SEED = Long.getLong("caddis.campaign.seed", 1);
  private static final Duration LOOK_EVERY =
      GIGABYTES > 0 ? Duration.ofSeconds(5) : Duration.ofMillis(500);

  /** Without any progress. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Of all readings, those that are late and those that no model has seen. */
  private static final double MOST_LOST = 0.001;

  @TempDir private static Path folder;

  private static StandaloneCluster cluster;

  private final Path output = folder.resolve("output");
  private final Ledger ledger = new Ledger();
  private final TakenLines scores = new TakenLines(output.resolve(Sinks.SCORES));
  private double mostState;
  private long lastProgress = System.nanoTime();

  @BeforeAll
  static void start() {
    cluster =
        GIGABYTES == 0
            ? TestCluster.unhurried(
                folder.resolve("cluster"),
                2,
                Map.of(
                    "execution.checkpointing.interval",
                    "1 s",
                    "metrics.fetcher.update-interval",
                    "200 ms"))
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
  void trainingSeesAllThatIsThereWhenTheJobStarts() throws Exception {
    PlantBacklog backlog = new PlantBacklog(folder.resolve("input"), SEED, ledger);
    backlog.write(Math.max(1, Math.round(GIGABYTES * 1e9)));
    long begin = System.nanoTime();
    String job = Submission.detached(cluster, List.of("-p", "2"), detect());
    Disturbances disturbances = new Disturbances(cluster, job);
    while (count(job, OperatorMetrics.READINGS) < backlog.readings()) {
      assertThat(cluster.rest().jobState(job)).isIn("INITIALIZING", "CREATED", "RUNNING");
      assertThat(Duration.ofNanos(System.nanoTime() - lastProgress))
          .as("since the last progress; state at most %.0f MiB", mostState)
          .isLessThan(PATIENCE);
      Patience.await(LOOK_EVERY, () -> false);
      takeScores();
      JsonNode newest = cluster.rest().get("/jobs/" + job + "/checkpoints").at("/latest/completed");
      mostState = Math.max(mostState, newest.path("state_size").asDouble(0) / (1 << 20));
    }
    disturbances.assertNoRestarts();
    disturbances.assertNoFailedCheckpoints();
    FlinkCli.Result drained = cluster.cli().run(List.of("stop", "--drain", job));
    assertThat(drained.exitCode()).as(drained.output()).isZero();
    assertThat(Patience.await(PATIENCE, () -> cluster.rest().jobState(job).equals("FINISHED")))
        .isTrue();
    takeScores();
    double seconds = (System.nanoTime() - begin) / 1e9;

    List<JsonNode> models = rows(Sinks.MODELS);
    long unused = backlog.readings() - sum(trainedOn(models));
    List<JsonNode> late = rows(Sinks.LATE);
    print(backlog, late.size(), unused, models.size(), seconds);

    assertThat(ledger.unexpected()).as("%s", ledger.examples()).isZero();
    assertThat(ledger.missing()).isZero();
    assertThat(ledger.scored()).isEqualTo(backlog.readings());
    assertThat(rows(Sinks.DEAD_LETTERS)).isEmpty();
    assertThat(late.size() + unused)
        .as("late and unused readings")
        .isLessThanOrEqualTo((long) (backlog.readings() * MOST_LOST));
    assertThat(trainedOn(models).keySet())
        .as("windows of training")
        .containsAll(backlog.byWindow().keySet());
    // What the job counts is what came of the readings.
    assertThat(finalCount(job, OperatorMetrics.LATE)).isEqualTo(late.size());
    assertThat(finalCount(job, OperatorMetrics.SCORED)).isEqualTo(backlog.readings());
  }

  private static long count(String job, String name) {
    return Math.round(
        cluster.rest().sums(job, OperatorMetrics.GROUP, List.of(name)).getOrDefault(name, 0.0));
  }

  private static long finalCount(String job, String name) {
    for (JsonNode one :
        cluster.rest().get("/jobs/" + job + "/accumulators").path("user-task-accumulators")) {
      if (one.path("name").asString().equals(name)) {
        return Long.parseLong(one.path("value").asString());
      }
    }
    throw new AssertionError("no accumulator " + name);
  }

  /** Readings that the models have seen, by the begin of their window. */
  private static Map<Long, Long> trainedOn(List<JsonNode> models) {
    Map<Long, Long> seen = new TreeMap<>();
    for (JsonNode model : models) {
      seen.merge(
          Instant.parse(model.path("train_from").asString()).toEpochMilli(),
          model.path("train_rows").asLong(),
          Math::max);
    }
    return seen;
  }

  private static long sum(Map<Long, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Enters what has been committed into the books. */
  private void takeScores() {
    for (String row : scores.take()) {
      ledger.scored(eventId(row));
      lastProgress = System.nanoTime();
    }
  }

  /** Of a row of the scores; there are too many to read them as JSON. */
  private static String eventId(String row) {
    String name = "\"event_id\":\"";
    int from = row.lastIndexOf(name) + name.length();
    return row.substring(from, row.indexOf('"', from));
  }

  private List<JsonNode> rows(String results) {
    return CommittedLines.readAll(output.resolve(results)).stream()
        .map(row -> JsonMapper.shared().readTree(row))
        .toList();
  }

  private void print(PlantBacklog backlog, long late, long unused, int models, double seconds) {
    System.out.printf(
        Locale.ROOT,
        "| GB | files | readings | lost | doubled or foreign | late | in no window of training |"
            + " windows | models | state at most, MiB | minutes | readings/s |%n"
            + "|---|---|---|---|---|---|---|---|---|---|---|---|%n"
            + "| %.2f | %,d | %,d | %,d | %,d | %,d | %,d | %,d | %,d | %.0f | %.1f | %,.0f |%n",
        backlog.bytes() / 1e9,
        backlog.files(),
        backlog.readings(),
        ledger.missing(),
        ledger.unexpected(),
        late,
        unused,
        backlog.byWindow().size(),
        models,
        mostState,
        seconds / 60,
        backlog.readings() / seconds);
  }

  private List<String> detect() {
    return List.of(
        TestCluster.distribution().resolve("jobs/caddis.jar").toString(),
        "detect",
        "--input",
        folder.resolve("input").toString(),
        "--output",
        output.toString(),
        "--continuous",
        "--alignment",
        "event-time",
        "--out-of-orderness",
        PlantBacklog.OUT_OF_ORDER.toSeconds() + "s",
        "--scope",
        "global",
        "--train-window",
        PlantBacklog.WINDOW.toHours() + "h");
  }
}
