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
  private static final int OUT_OF_ORDERNESS_MILLIS = 5_000;
  private static final long START = 1_577_836_800_000L;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void filesOneAfterTheOtherMissNoTraining(int parallelism) throws Exception {
    int sensors = 50;
    for (int file = 0; file < FILES; file++) {
      long first = (long) file * PER_FILE;
      write(file, i -> (first + i) / sensors, i -> (int) ((first + i) % sensors));
    }
    RunSummary counts = run(parallelism);
    assertThat(count(counts, OperatorMetrics.MISSED_TRAINING)).isLessThanOrEqualTo(READINGS / 1000);
    assertThat(count(counts, OperatorMetrics.MODELS)).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void filesOfOneSensorEachMissNoTraining(int parallelism) throws Exception {
    for (int file = 0; file < FILES; file++) {
      int sensor = file;
      write(file, i -> i, i -> sensor);
    }
    RunSummary counts = run(parallelism);
    assertThat(count(counts, OperatorMetrics.MISSED_TRAINING)).isLessThanOrEqualTo(READINGS / 1000);
  }

  private RunSummary run(int parallelism) throws Exception {
    return ContinuousRun.start(
            directory,
            null,
            "source.path=" + directory.resolve("in"),
            "source.continuous=true",
            "sink.directory=" + directory.resolve("out"),
            "training.window=tumbling",
            "training.size=10min",
            "training.scope=global",
            "training.sample-rows=1000",
            "detector.name=zscore",
            "time.out-of-orderness=5s",
            "parallelism=" + parallelism)
        .until(counts -> count(counts, OperatorMetrics.SCORED) == READINGS)
        .stop()
        .summary();
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
