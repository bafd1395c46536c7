// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.cluster.Ledger.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two running jobs, one that trains models and one that learns from each reading, get lines that
 * are no readings, or only almost. In each job each line comes out once, as a score or as a dead
 * letter of its place, the good ones in between as scores, and nothing else happens. {@code
 * ./caddis campaign input} sends a million.
 */
@Timeout(value = 1, unit = TimeUnit.DAYS)
class InputSystemTest {
  private static final int LINES = Integer.getInteger("caddis.campaign.lines", 0);
  private static final long SEED = Long.getLong("caddis.campaign.seed", 1);
  private static final int SMALL = 5_000;
  private static final Duration PATIENCE = Duration.ofSeconds(600);

  /** As many files of good lines may be under way. */
  private static final int AHEAD = 6;

  /** By how much a process may grow after the first third of the input. */
  private static final double MOST_GROWTH = 0.10;

  private static final int SAMPLES = 30;
  private static final double MEBI = 1 << 20;

  private static final String TIME =
      "time: {alignment: event-time, out-of-orderness: 1 h, idleness: 2 s}\n";

  /** Much of what there is, so that hostile values come by it. */
  private static final String TRAINED =
      """
      features:
        - name: temperature
        - {name: vibration, min: 0, max: 1000}
        - name: pressure
        - {name: mode, encoding: category}
      derived: [interval, delta(temperature), "mean(pressure,12)", "std(pressure,12)"]
      calendar: [hour, dayofweek]
      archive: alerts
      quality:
        checks: [flatline, gap, spike, rate, range, learned-range]
        drift: {method: adwin}
      training: {window: tumbling, size: 6 h, scope: global, adopt-new-features: true}
      """;

  private static final String LEARNING =
      """
      features:
        - name: temperature
        - {name: vibration, min: 0, max: 1000}
        - name: pressure
        - name: extra
      derived: [interval]
      archive: alerts
      """;

  private static final Map<String, String> PIPELINES =
      new TreeMap<>(Map.of("trained", TIME + TRAINED, "learning", TIME + LEARNING));

  @TempDir private static Path folder;

  private static StandaloneCluster cluster;

  private final Map<String, WatchedJob> jobs = new LinkedHashMap<>();
  private final Map<String, Vitals> vitals = new LinkedHashMap<>();
  private final Map<String, List<Memory>> memory = new LinkedHashMap<>();

  /** What a process holds after a collection, MiB: on its heap, and of the machine's memory. */
  private record Memory(double progress, double heap, double resident) {}

  @BeforeAll
  static void start() {
    Map<String, String> options =
        Map.of("execution.checkpointing.interval", "2 s", "metrics.reporter.prom.port", "0");
    cluster =
        LINES == 0
            ? TestCluster.unhurried(folder.resolve("cluster"), 2, options)
            : StandaloneCluster.start(
                new ClusterSettings(
                    TestCluster.distribution(), folder.resolve("cluster"), 0, 2, options));
  }

  @AfterAll
  static void stop() {
    cluster.stop();
  }

  @Test
  void whateverComesIsScoredOrRejectedOnceAndNothingElseHappens() throws Exception {
    Map<String, Ledger> ledgers = new LinkedHashMap<>();
    PIPELINES.keySet().forEach(name -> ledgers.put(name, new Ledger()));
    HostileFeed feed =
        new HostileFeed(folder, SEED, LINES > 0 ? LINES : SMALL, List.copyOf(ledgers.values()));
    feed.publishGood();
    long begin = System.nanoTime();
    try {
      for (Map.Entry<String, Ledger> one : ledgers.entrySet()) {
        String name = one.getKey();
        Path output = folder.resolve(name);
        Path specification =
            Files.writeString(folder.resolve(name + ".yaml"), PIPELINES.getOrDefault(name, ""));
        String id =
            Submission.detached(
                cluster, List.of("-p", "2"), detect(specification, feed.input(), output));
        jobs.put(name, new WatchedJob(cluster, id, output, one.getValue()));
      }
      for (ClusterProcess process : cluster.processes()) {
        vitals.put(process.name(), new Vitals(process.pid()));
      }
      publishAll(feed);
      await(job -> job.read() >= job.ledger().handedIn());
      measure(1);
      jobs.values().forEach(WatchedJob::assertUndisturbed);
      jobs.values().forEach(WatchedJob::drain);
      await(job -> job.ledger().missing() == 0);
    } finally {
      for (Vitals one : vitals.values()) {
        one.close();
      }
      print(feed, (System.nanoTime() - begin) / 6e10);
    }
    jobs.values().forEach(WatchedJob::assertEachLineCameOutOnce);
    if (LINES > 0) {
      assertThat(growing()).isEmpty();
    }
  }

  private static List<String> detect(Path specification, Path input, Path output) {
    return List.of(
        TestCluster.distribution().resolve("jobs/caddis.jar").toString(),
        "detect",
        "--config",
        specification.toString(),
        "--input",
        input.toString(),
        "--output",
        output.toString(),
        "--continuous",
        "--set",
        "source.poll-interval=200 ms");
  }

  /** Publishes all, never much more than the jobs have taken. */
  private void publishAll(HostileFeed feed) throws IOException {
    double nextSample = 1.0 / 3;
    while (feed.progress() < 1) {
      long before = feed.good();
      feed.publish();
      long each = feed.good() - before;
      await(job -> job.ledger().missing(Fate.SCORED) < AHEAD * each);
      jobs.values().forEach(WatchedJob::assertUndisturbed);
      if (LINES > 0 && feed.progress() >= nextSample) {
        measure(feed.progress());
        nextSample = feed.progress() + 1.0 / SAMPLES;
      }
    }
  }

  private void await(Predicate<WatchedJob> condition) {
    for (Map.Entry<String, WatchedJob> job : jobs.entrySet()) {
      boolean reached =
          Patience.await(
              PATIENCE,
              () -> {
                jobs.values().forEach(WatchedJob::take);
                return condition.test(job.getValue());
              });
      assertThat(reached)
          .as("%s, which is %s: %s", job.getKey(), job.getValue().state(), job.getValue().row())
          .isTrue();
    }
  }

  private void measure(double progress) throws IOException {
    for (Map.Entry<String, Vitals> process : vitals.entrySet()) {
      double heap = process.getValue().heapAfterCollection() / MEBI;
      double resident = process.getValue().resident() / MEBI;
      memory
          .computeIfAbsent(process.getKey(), name -> new ArrayList<>())
          .add(new Memory(progress, heap, resident));
    }
  }

  private List<String> growing() {
    List<String> growing = new ArrayList<>();
    memory.forEach(
        (process, samples) -> {
          double first = samples.get(0).resident();
          double last = samples.get(samples.size() - 1).resident();
          if (last > (1 + MOST_GROWTH) * first) {
            growing.add("%s: %s".formatted(process, samples));
          }
        });
    return growing;
  }

  private void print(HostileFeed feed, double minutes) {
    System.out.printf(
        Locale.ROOT,
        "%,d MB in %.1f minutes: %,d good lines, %,d mutated, %,d of the table%n"
            + "| job | lines in | scored | of these late | with a cell rejected | rejected |"
            + " missing | unexpected | reasons%n",
        feed.bytes() / 1_000_000,
        minutes,
        feed.good(),
        feed.mutated(),
        feed.cases());
    jobs.forEach((name, job) -> System.out.printf("| %s %s%n", name, job.row()));
    System.out.println("| process | resident at a third, MiB | at the end | | heap | at the end |");
    memory.forEach(
        (process, samples) -> {
          Memory first = samples.get(0);
          Memory last = samples.get(samples.size() - 1);
          System.out.printf(
              Locale.ROOT,
              "| %s | %.0f | %.0f | %+.1f %% | %.0f | %.0f |%n",
              process,
              first.resident(),
              last.resident(),
              100 * (last.resident() / first.resident() - 1),
              first.heap(),
              last.heap());
        });
  }
}
