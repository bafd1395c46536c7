// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.operators.OperatorMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is estimated of state is what a job has. */
class EstimateITCase {
  /** How far an estimate may be from what is measured. */
  private static final double FACTOR = 1.25;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"100, 1, 2000", "1000, 3, 40", "500, 8, 40", "150, 19, 40"})
  void theStateOfAJobIsAsLargeAsEstimated(int sensors, int features, int each) throws Exception {
    Path input = Files.createDirectories(directory.resolve("input"));
    write(input.resolve("readings.csv"), sensors, features, each);
    long readings = (long) sensors * each;
    ContinuousRun.End end =
        ContinuousRun.start(
                directory,
                null,
                "source.path=" + input,
                "source.continuous=true",
                "sink.directory=" + directory.resolve("out"),
                "parallelism=2")
            .until(run -> run.counters().getOrDefault(OperatorMetrics.READINGS, 0L) >= readings)
            .stop();

    assertThat(end.summary().counters()).containsEntry(OperatorMetrics.SCORED, readings);
    Estimate estimate = new Estimate(sensors, features, 1);
    assertThat((double) size(end.savepoint()))
        .isBetween(estimate.stateBytes() / FACTOR, estimate.stateBytes() * FACTOR);
  }

  /** Readings ten minutes apart: 2,000 fill a week's hours. */
  private static void write(Path file, int sensors, int features, int each) throws IOException {
    Random random = new Random(1);
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file))) {
      out.print("timestamp,key");
      for (int feature = 0; feature < features; feature++) {
        out.print(",f" + feature);
      }
      for (int i = 0; i < each; i++) {
        for (int sensor = 0; sensor < sensors; sensor++) {
          out.print("\n" + (1_767_225_600L + 600L * i) + ",sensor-" + sensor);
          for (int feature = 0; feature < features; feature++) {
            out.print("," + (float) random.nextGaussian());
          }
        }
      }
      out.println();
    }
  }

  private static long size(Path savepoint) throws IOException {
    try (Stream<Path> files = Files.walk(savepoint)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void theCommandTellsWhatACorrectQuestionAsksAndRefusesOthers() {
    CommandRun run =
        CommandRun.of(
            new DetectionJob(), "estimate", "--sensors=1000000", "--features=5", "--rate=16700");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("state ", "checkpoint ", "processors ", "memory ", "network ", " GB in all");
    CommandRun wrong =
        CommandRun.of(new DetectionJob(), "estimate", "--sensors=0", "--features=5", "--rate=1");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("--sensors must be at least 1, was 0");
  }
}
