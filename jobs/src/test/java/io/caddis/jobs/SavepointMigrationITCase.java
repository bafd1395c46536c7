// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.files.ResultFolder;
import io.caddis.operators.OperatorMetrics;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Savepoints of released versions must restore: the job goes on at the next reading, with the model
 * that it had.
 *
 * <p>To write those of a new version, after the number in {@link #RELEASE} has been raised: {@code
 * ./mvnw -pl jobs -am test -Dtest=SavepointMigrationITCase -Dsurefire.failIfNoSpecifiedTests=false
 * -Dcaddis.write-savepoints=true}. Savepoints of versions that were released are never written
 * anew; a test for each stays. All state is in the file {@code _metadata}, because it is small;
 * that of the sinks is left out: its format is Flink's, and it holds the directory that was written
 * to, where a restored sink would go on.
 */
class SavepointMigrationITCase {
  private static final String RELEASE = "v1";
  private static final Path RESOURCES = Path.of("src/test/resources/formats");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"global", "sensor"})
  void savepointOfAReleaseRestoresAndScoringGoesOnWithItsModel(String scope) throws Exception {
    Path savepoint = RESOURCES.resolve(RELEASE).resolve("savepoint-" + scope);
    if (Boolean.getBoolean("caddis.write-savepoints")) {
      write(scope, savepoint);
    }
    Set<String> known = new TreeSet<>(Files.readAllLines(savepoint.resolve("models.txt")));
    long next = Long.parseLong(Files.readString(savepoint.resolve("next-reading.txt")).strip());

    RunSummary counts =
        start(scope, savepoint)
            .until(summary -> count(summary, OperatorMetrics.SCORED) >= 100)
            .stop()
            .summary();
    long scored = count(counts, OperatorMetrics.SCORED);
    List<JsonNode> rows = rows("scores");
    assertThat(rows)
        .extracting(SavepointMigrationITCase::number)
        .containsExactlyInAnyOrderElementsOf(
            LongStream.range(next, next + scored).boxed().toList());
    assertThat(count(counts, OperatorMetrics.SCORED_BY_MODEL)).isEqualTo(scored);
    assertThat(rows)
        .filteredOn(row -> number(row) < next + 10)
        .extracting(row -> row.get("model_version").asString())
        .isSubsetOf(known);
  }

  private void write(String scope, Path savepoint) throws Exception {
    // Between trainings: models come after 24, 48, ... 192, 384 readings of one sensor or of all.
    ContinuousRun.End end =
        start(scope, null).until(summary -> count(summary, OperatorMetrics.SCORED) >= 610).stop();
    assertThat(end.savepoint()).isDirectoryNotContaining("glob:**[!a]");
    Files.createDirectories(savepoint);
    copyWithoutSinks(end.savepoint().resolve("_metadata"), savepoint.resolve("_metadata"));
    Files.write(
        savepoint.resolve("models.txt"),
        rows("models").stream().map(row -> row.get("model_version").asString()).sorted().toList());
    long next =
        rows("scores").stream().mapToLong(SavepointMigrationITCase::number).max().orElseThrow() + 1;
    Files.writeString(savepoint.resolve("next-reading.txt"), next + "\n");
  }

  private static void copyWithoutSinks(Path from, Path to) throws IOException {
    CheckpointMetadata all;
    try (DataInputStream in = new DataInputStream(Files.newInputStream(from))) {
      ClassLoader loader = SavepointMigrationITCase.class.getClassLoader();
      all = Checkpoints.loadCheckpointMetadata(in, loader, from.toString());
    }
    List<OperatorState> kept =
        all.getOperatorStates().stream()
            .filter(state -> !state.getOperatorUid().orElseThrow().endsWith("-sink"))
            .toList();
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(to))) {
      Checkpoints.storeCheckpointMetadata(
          new CheckpointMetadata(all.getCheckpointId(), kept, all.getMasterStates()), out);
    }
  }

  private ContinuousRun start(String scope, @Nullable Path savepoint) throws Exception {
    return ContinuousRun.start(
        directory,
        savepoint,
        "source.type=simulator",
        "source.sensors=3",
        "source.rate=100",
        "training.scope=" + scope,
        "training.min-rows=10",
        "training.size=24",
        "training.sample-rows=32",
        "detector.name=zscore",
        "time.out-of-orderness=0s",
        "derived=[delta(temperature)]",
        "parallelism=2",
        "sink.directory=" + directory.resolve(savepoint == null ? "before" : "after"));
  }

  private List<JsonNode> rows(String folder) throws IOException {
    Path before = directory.resolve("before").resolve(folder);
    Path after = directory.resolve("after").resolve(folder);
    return new ResultFolder(Files.exists(after) ? after : before).fresh();
  }

  private static long number(JsonNode row) {
    String id = row.get("event_id").asString();
    return Long.parseLong(id.substring(id.indexOf('-') + 1), 16);
  }

  private static long count(RunSummary counts, String name) {
    return counts.counters().get(name);
  }
}
