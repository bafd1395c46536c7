// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.sink.Sinks;
import io.caddis.operators.OperatorMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A job without end whose late readings correct what it has told, also after it was restarted. */
class LateDataITCase {
  private static final long START = 1_577_836_800_000L;
  private static final int READINGS = 400;

  @TempDir Path directory;

  @Test
  @Timeout(600)
  void lateReadingsAmendAndRaiseAlertsInTheJobAndInTheOneAfterIt() throws Exception {
    write("a.csv", i -> i != 305 && i != 340 && i != 341);
    ContinuousRun.End first =
        start(null).until(so -> count(so, OperatorMetrics.SCORED) == READINGS - 3).stop();
    assertThat(states()).containsExactly("opened 300-300 1 null", "closed 300-300 1 null");

    write("b.csv", i -> i == 305);
    ContinuousRun.End second =
        start(first.savepoint()).until(so -> count(so, OperatorMetrics.AMENDMENTS) == 1).stop();
    assertThat(count(second.summary(), OperatorMetrics.SCORED)).isOne();
    assertThat(states()).hasSize(3).endsWith("amended 300-305 2 null");

    write("c.csv", i -> i == 340 || i == 341);
    start(second.savepoint()).until(so -> count(so, OperatorMetrics.SCORED) == 2).stop();
    assertThat(states()).hasSize(5);
    assertThat(states().subList(3, 5))
        .allMatch(state -> state.matches("(opened|closed) 340-340 1.*"));
  }

  private ContinuousRun start(@Nullable Path savepoint) throws Exception {
    return ContinuousRun.start(
        directory,
        savepoint,
        "source.path=" + directory.resolve("in"),
        "source.continuous=true",
        "source.poll-interval=100ms",
        "sink.directory=" + directory.resolve("out"),
        "detector.name=zscore",
        "training.scope=global",
        "training.window=count",
        "training.size=1000000",
        "time.out-of-orderness=0s",
        "time.late-retention=10min",
        "triage.quiet-readings=20",
        "parallelism=1");
  }

  private static long count(RunSummary counts, String name) {
    return counts.counters().get(name);
  }

  /** A reading a second, of which three are far from the others. */
  private void write(String name, IntPredicate which) throws IOException {
    StringBuilder text = new StringBuilder("timestamp,sensor,x,y\n");
    for (int i = 0; i < READINGS; i++) {
      if (which.test(i)) {
        int fault = i == 300 || i == 305 || i == 340 ? 1000 : 0;
        text.append("%d,s,%d,%d\n".formatted(START + i * 1000L, i % 7 + fault, i % 5 + fault));
      }
    }
    Path hidden = Files.writeString(directory.resolve(name), text);
    Files.move(hidden, Files.createDirectories(directory.resolve("in")).resolve(name));
  }

  /** All messages in their order: state, first and last second, count, whether raised late. */
  private List<String> states() throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory.resolve("out").resolve(Sinks.ALERTS))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).toList()) {
        if (!file.getFileName().toString().startsWith(".")) {
          Files.readAllLines(file).forEach(line -> rows.add(JsonMapper.shared().readTree(line)));
        }
      }
    }
    rows.sort(
        Comparator.comparing((JsonNode row) -> row.path("alert_id").asString())
            .thenComparing(row -> row.path("sequence").asInt()));
    rows.sort(Comparator.comparing(row -> row.path("start").asString()));
    return rows.stream()
        .map(
            row ->
                "%s %d-%d %d %s"
                    .formatted(
                        row.path("state").asString(),
                        second(row, "start"),
                        second(row, "end"),
                        row.path("anomalies").asInt(),
                        row.get("raised_late")))
        .toList();
  }

  private static long second(JsonNode row, String name) {
    return (Instant.parse(row.path(name).asString()).toEpochMilli() - START) / 1000;
  }
}
