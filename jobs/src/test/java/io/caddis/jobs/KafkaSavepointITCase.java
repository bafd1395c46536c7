// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.broker.KafkaBroker;
import io.caddis.operators.OperatorMetrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As {@link SavepointMigrationITCase}, with readings from Kafka: a topic that holds the same
 * records is read on from the offsets of the savepoint.
 */
class KafkaSavepointITCase {
  private static final String TOPIC = "kept-readings";
  private static final int PARTITIONS = 2;
  private static final int BEFORE = 300;
  private static final int AFTER = 200;
  private static final KeptSavepoint SAVEPOINT =
      KeptSavepoint.of(SavepointMigrationITCase.RELEASE, "savepoint-kafka");

  @TempDir Path directory;

  @Test
  void readingsGoOnAtTheOffsetsOfTheSavepoint() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(directory.resolve("broker"))) {
      broker.createTopic(TOPIC, PARTITIONS);
      send(broker, 0, BEFORE);
      if (Boolean.getBoolean("caddis.write-savepoints")) {
        ContinuousRun.End end =
            start(broker, null, "before", true).until(read(PARTITIONS * BEFORE)).stop();
        SAVEPOINT.write(end.savepoint(), directory.resolve("before"));
      }

      send(broker, BEFORE, BEFORE + AFTER);
      start(broker, SAVEPOINT.folder(), "after", true).until(read(PARTITIONS * AFTER)).drain();
      start(broker, null, "undisturbed", false).end();
      SAVEPOINT.assertGoesOn(directory.resolve("after"), directory.resolve("undisturbed"));
    }
  }

  private ContinuousRun start(
      KafkaBroker broker, @Nullable Path savepoint, String name, boolean continuous)
      throws Exception {
    return ContinuousRun.start(
        directory,
        savepoint,
        "source.type=kafka",
        "source.continuous=" + continuous,
        "source.kafka.topics=[" + TOPIC + "]",
        "kafka.bootstrap-servers=" + broker.bootstrapServers(),
        "features=[{name: x}]",
        "time.alignment=event-time",
        "parallelism=2",
        "sink.directory=" + directory.resolve(name));
  }

  private static Predicate<RunSummary> read(long readings) {
    return counts -> counts.counters().get(OperatorMetrics.READINGS) >= readings;
  }

  /** A sensor a partition, one reading a second, with anomalies. */
  private static void send(KafkaBroker broker, int from, int to) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      List<String> rows = new ArrayList<>();
      for (int i = from; i < to; i++) {
        double value = new Random(31L * i + partition).nextGaussian() + (i % 50 > 46 ? 40 : 0);
        rows.add(
            "{\"timestamp\":%d,\"key\":\"s%d\",\"x\":%s}"
                .formatted(1_767_225_600L + i, partition, value));
      }
      broker.send(TOPIC, partition, rows);
    }
  }
}
