// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.jobs.EmbeddedCluster.StateBackend;
import io.caddis.jobs.sink.Sinks;
import io.caddis.operators.OperatorMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Savepoints of released versions must restore: what the job puts out from there on is what a run
 * that never stopped puts out. {@link KafkaSavepointITCase} does the same with readings from Kafka.
 *
 * <p>To write those of a new version, after the number in {@link #RELEASE} has been raised: {@code
 * ./mvnw -pl jobs -am verify -Dtest=NoUnitTest
 * -Dit.test=SavepointMigrationITCase,KafkaSavepointITCase -Dsurefire.failIfNoSpecifiedTests=false
 * -Dfailsafe.failIfNoSpecifiedTests=false -Dcaddis.write-savepoints=true}. Savepoints of versions
 * that were released are never written anew; a test for each stays.
 */
class SavepointMigrationITCase {
  static final String RELEASE = "v1";

  private static final String SET_THRESHOLD =
      """
      {"id":"a","type":"set_threshold","threshold":0.45,"effective_from":"2026-01-01T00:00:00.700Z"}
      """;
  private static final String MUTE =
      """
      {"id":"b","type":"mute","sensors":"*2","effective_from":"2026-01-01T00:00:00.700Z"}
      """;
  private static final String ACCEPT =
      """
      {"id":"c","type":"accept","from":"2026-01-01T00:00:01Z","to":"2026-01-01T00:00:01.300Z",\
      "effective_from":"2026-01-01T00:00:00.700Z"}
      """;
  private static final String CHALLENGE =
      """
      {"id":"d","type":"challenge","version":"20260101T000000.200Z-364340be","effective_from":"2026-01-01T00:00:00.800Z"}
      """;

  @TempDir Path directory;

  /** What is between the settings of all of them and one kind of job each. */
  enum Kept {
    /** Models of each sensor, trained on counted readings; thresholds from tails of scores. */
    SENSOR(
        StateBackend.HASHMAP,
        List.of(),
        "detector.name=zscore",
        "training.scope=sensor",
        "training.min-rows=10",
        "training.size=24",
        "training.sample-rows=32",
        "threshold.method=spot",
        "threshold.value=0.01"),
    /** A detector that learns by reading, commands, drift, alerts that late readings correct. */
    STREAM(
        StateBackend.ROCKSDB,
        List.of(SET_THRESHOLD, MUTE),
        "detector.name=mewma",
        "quality.drift.method=adwin",
        "time.late-retention=100ms"),
    /** A detector that keeps apart what few readings ask for. */
    UNIVARIATE(StateBackend.ROCKSDB, List.of(), "detector.name=univariate"),
    /** Shared models of windows, commands, a model on trial, models under watch. */
    PROMOTION(
        StateBackend.HASHMAP,
        List.of(SET_THRESHOLD, ACCEPT, CHALLENGE),
        "detector.name=zscore",
        "training.scope=global",
        "training.window=tumbling",
        "training.size=200ms",
        "training.min-rows=10",
        "training.retrain=on-drift",
        "training.max-interval=400ms",
        "quality.drift.method=adwin",
        "promotion.challengers=promote",
        "promotion.trial=5s",
        "promotion.watch=300ms"),
    /** Shared models of counted readings, each told on to the next, in a registry. */
    COUNTED(
        StateBackend.HASHMAP,
        List.of(ACCEPT),
        "detector.name=half_space_trees",
        "detector.parameters={n_estimators: 5, height: 5, window_size: 50}",
        "training.scope=global",
        "training.min-rows=10",
        "training.size=100",
        "training.sample-rows=64",
        "training.window=count",
        "training.update=incremental",
        "training.once=false",
        "registry.name=kept");

    final StateBackend backend;
    final List<String> commands;
    final String[] settings;

    Kept(StateBackend backend, List<String> commands, String... settings) {
      this.backend = backend;
      this.commands = commands;
      this.settings = settings;
    }

    KeptSavepoint savepoint() {
      return KeptSavepoint.of(RELEASE, "savepoint-" + name().toLowerCase(Locale.ROOT));
    }
  }

  @ParameterizedTest
  @EnumSource
  void resultsGoOnAsThoseOfARunThatNeverStopped(Kept kept) throws Exception {
    KeptSavepoint savepoint = kept.savepoint();
    if (Boolean.getBoolean("caddis.write-savepoints")) {
      ContinuousRun.End end = start(kept, null, "before", kept.commands).until(scored(1000)).stop();
      savepoint.write(end.savepoint(), directory.resolve("before"));
    }

    // What commands there were is in the savepoint.
    start(kept, savepoint, "after", List.of()).until(scored(500)).drain();
    long last =
        KeptSavepoint.rows(directory.resolve("after"), Sinks.SCORES).stream()
            .mapToLong(SavepointMigrationITCase::number)
            .max()
            .orElseThrow();
    start(kept, null, "undisturbed", kept.commands, "source.count=" + (last + 1)).end();
    savepoint.assertGoesOn(directory.resolve("after"), directory.resolve("undisturbed"));
  }

  private ContinuousRun start(
      Kept kept,
      @Nullable KeptSavepoint savepoint,
      String name,
      List<String> commands,
      String... more)
      throws Exception {
    Path control = Files.createDirectories(directory.resolve(name + "-control"));
    for (int i = 0; i < commands.size(); i++) {
      Files.writeString(control.resolve(i + ".json"), commands.get(i));
    }
    List<String> settings =
        new ArrayList<>(
            List.of(
                "source.type=simulator",
                "source.sensors=3",
                "source.rate=1000",
                "time.alignment=event-time",
                "time.out-of-orderness=50ms",
                "derived=[delta(temperature), interval]",
                "parallelism=2",
                "sink.directory=" + directory.resolve(name)));
    settings.addAll(List.of(kept.settings));
    settings.addAll(List.of(more));
    if (kept == Kept.COUNTED) {
      settings.add("registry.directory=" + directory.resolve(name + "-registry"));
    }
    if (!kept.commands.isEmpty()) {
      settings.add("control.directory=" + control);
      settings.add("control.poll-interval=50ms");
    }
    return ContinuousRun.start(
        directory,
        savepoint == null ? null : savepoint.folder(),
        kept.backend,
        settings.toArray(String[]::new));
  }

  private static Predicate<RunSummary> scored(long readings) {
    return counts -> counts.counters().get(OperatorMetrics.SCORED) >= readings;
  }

  private static long number(String row) {
    String id = JsonMapper.shared().readTree(row).get("event_id").asString();
    return Long.parseLong(id.substring(id.indexOf('-') + 1), 16);
  }
}
