// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.RejectionReason;
import io.caddis.jobs.sink.Sinks;
import io.caddis.operators.OperatorMetrics;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A job that reads hostile lines: what it puts out is looked at and entered into its books. */
final class WatchedJob {
  private final StandaloneCluster cluster;
  private final String id;
  private final Ledger ledger;
  private final Map<String, TakenLines> results = new LinkedHashMap<>();
  private final Map<String, Long> reasons = new TreeMap<>();
  private final Disturbances disturbances;
  private long late;
  private long lateRows;

  /**
   * Waits until it runs: checkpoints are of no use before.
   *
   * @param output folder of its results
   */
  WatchedJob(StandaloneCluster cluster, String id, Path output, Ledger ledger) {
    this.cluster = cluster;
    this.id = id;
    this.ledger = ledger;
    disturbances = new Disturbances(cluster, id);
    for (String result :
        List.of(
            Sinks.DEAD_LETTERS,
            Sinks.SCORES,
            Sinks.LATE,
            Sinks.ALERTS,
            Sinks.QUALITY,
            Sinks.MODELS,
            Sinks.CHOICES,
            Sinks.ARCHIVE)) {
      results.put(result, new TakenLines(output.resolve(result)));
    }
  }

  Ledger ledger() {
    return ledger;
  }

  /** Takes what has been committed. All of it must be JSON. */
  void take() {
    results.forEach(
        (result, lines) -> {
          for (String line : lines.take()) {
            JsonNode row = JsonMapper.shared().readTree(line);
            switch (result) {
              case Sinks.SCORES -> takeScore(row);
              case Sinks.DEAD_LETTERS -> takeDeadLetter(row);
              case Sinks.LATE -> lateRows++;
              default -> assertThat(row.isObject()).as(line).isTrue();
            }
          }
        });
  }

  private void takeScore(JsonNode row) {
    ledger.scored(row);
    late += row.path("late").asBoolean(false) ? 1 : 0;
    assertThat(row.path("score").asDouble(-1)).as("%s", row).isBetween(0.0, 1.0);
    assertThat(row.path("key").asString("")).as("%s", row).isNotBlank();
  }

  private void takeDeadLetter(JsonNode row) {
    ledger.rejected(row);
    String reason = row.path("reason").asString("");
    reasons.merge(reason, 1L, Long::sum);
    assertThat(RejectionReason.valueOf(reason.toUpperCase(Locale.ROOT))).isNotNull();
    assertThat(row.path("detail").asString("")).as("%s", row).isNotBlank();
  }

  /** Lines that it has read, of whatever kind. */
  long read() {
    String name = OperatorMetrics.READINGS;
    return Math.round(
        cluster.rest().sums(id, OperatorMetrics.GROUP, List.of(name)).getOrDefault(name, 0.0));
  }

  String state() {
    return cluster.rest().jobState(id);
  }

  void assertUndisturbed() {
    disturbances.assertNoRestarts();
    disturbances.assertNoFailedCheckpoints();
  }

  /** Ends it; what waits for its time comes out. */
  void drain() {
    FlinkCli.Result drained = cluster.cli().run(List.of("stop", "--drain", id));
    assertThat(drained.exitCode()).as(drained.output()).isZero();
  }

  void assertEachLineCameOutOnce() {
    assertThat(ledger.unexpected()).as("%s", ledger.examples()).isZero();
    assertThat(ledger.missing()).isZero();
    assertThat(ledger.scored() + ledger.rejected()).isEqualTo(ledger.handedIn());
    assertThat(lateRows).as("rows in late").isEqualTo(late);
    assertThat(reasons).hasSizeGreaterThan(12);
  }

  /** A row of a table. */
  String row() {
    return String.format(
        Locale.ROOT,
        "| %,d | %,d | %,d | %,d | %,d | %,d | %,d | %s",
        ledger.handedIn(),
        ledger.scored(),
        late,
        ledger.noted(),
        ledger.rejected(),
        ledger.missing(),
        ledger.unexpected(),
        reasons);
  }
}
