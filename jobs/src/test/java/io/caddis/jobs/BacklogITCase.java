// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.operators.OperatorMetrics;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A streaming run over a backlog of many files, which are read much faster than they were written:
 * training must not miss what is late only because its file came after another.
 */
class BacklogITCase {
  private static final int FILES = 40;
  private static final int READINGS = 400_000;
  private static final int PER_FILE = READINGS / FILES;
  private static final int WINDOW_SECONDS = 60;
  private static final int OUT_OF_ORDERNESS_MILLIS = 5_000;
  private static final long START = 1_577_836_800_000L;

  @TempDir Path directory;

  @ParameterizedTest
  @Timeout(600)
  @ValueSource(ints = {1, 2, 4})
  void filesOneAfterTheOtherMissNoTraining(int parallelism) throws Exception {
    int sensors = 50;
    for (int file = 0; file < FILES; file++) {
      long first = (long) file * PER_FILE;
      write(file, i -> (first + i) / sensors, i -> (int) ((first + i) % sensors));
    }
    assertMissesNoTraining(parallelism, READINGS / sensors);
  }

  @ParameterizedTest
  @Timeout(600)
  @ValueSource(ints = {1, 2, 4})
  void filesOfOneSensorEachMissNoTraining(int parallelism) throws Exception {
    for (int file = 0; file < FILES; file++) {
      int sensor = file;
      write(file, i -> i, i -> sensor);
    }
    assertMissesNoTraining(parallelism, PER_FILE);
  }

  private void assertMissesNoTraining(int parallelism, int seconds) throws Exception {
    // The last windows stay open in a stream that does not end.
    int windows = (seconds - 2 * OUT_OF_ORDERNESS_MILLIS / 1000) / WINDOW_SECONDS - 1;
    RunSummary counts =
        ContinuousRun.start(
                directory,
                null,
                "source.path=" + directory.resolve("in"),
                "source.continuous=true",
                "sink.directory=" + directory.resolve("out"),
                "training.window=tumbling",
                "training.size=" + WINDOW_SECONDS + "s",
                "training.scope=global",
                "training.sample-rows=1000",
                "detector.name=zscore",
                "time.out-of-orderness=5s",
                "time.idleness=3s",
                "parallelism=" + parallelism)
            .until(
                so ->
                    count(so, OperatorMetrics.SCORED) == READINGS
                        && count(so, OperatorMetrics.MODELS) >= windows)
            .stop()
            .summary();
    assertThat(count(counts, OperatorMetrics.SCORED)).isEqualTo(READINGS);
    assertThat(count(counts, OperatorMetrics.MISSED_TRAINING)).isLessThanOrEqualTo(READINGS / 1000);
  }

  private static long count(RunSummary counts, String name) {
    return counts.counters().get(name);
  }

  /** The second and the sensor of a file's reading. */
  private interface OfReading<T> {
    T of(long index);
  }

  /** Writes a file whose readings come up to the out-of-orderness after their time. */
  private void write(int file, OfReading<Long> second, OfReading<Integer> sensor)
      throws IOException {
    Random random = new Random(file);
    long[] arrivals = new long[PER_FILE];
    for (int i = 0; i < PER_FILE; i++) {
      long arrival = second.of(i) * 1000 + random.nextInt(OUT_OF_ORDERNESS_MILLIS);
      arrivals[i] = arrival * PER_FILE + i;
    }
    Arrays.sort(arrivals);
    Path folder = Files.createDirectories(directory.resolve("in"));
    try (BufferedWriter out =
        Files.newBufferedWriter(folder.resolve("part-%02d.csv".formatted(file)))) {
      out.write("timestamp,sensor,x,y\n");
      for (long arrival : arrivals) {
        int i = (int) (arrival % PER_FILE);
        out.write(
            "%d,s%d,%d,%d\n"
                .formatted(
                    START + second.of(i) * 1000, sensor.of(i), random.nextInt(), random.nextInt()));
      }
    }
  }
}
