// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a detector writes it reads, after each reading, whatever has come before. */
final class WrittenStatesTest {
  private static final double[] EXTREMES = {
    0, -1, 1e308, -1e308, Double.MAX_VALUE, Double.MIN_VALUE, 1e-300, 1e150, -1e160, Double.NaN
  };

  @ParameterizedTest
  @ValueSource(strings = {"univariate", "mewma", "t2q", "stream_knn", "auto"})
  void afterAFaultARestBesideTheOldLevelsAndAReturnToThem(String name) throws IOException {
    for (int features : new int[] {1, 4}) {
      assertReadsWhatItWrites(
          name, features, 13, i -> i < 600 || i >= 1_600 ? 0 : i < 1_000 ? 80 : 20);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"univariate", "mewma", "t2q", "stream_knn", "auto"})
  void amongValuesThatNoSensorShows(String name) throws IOException {
    for (int seed = 0; seed < 6; seed++) {
      Random random = new Random(seed);
      int often = 1 + seed * seed;
      assertReadsWhatItWrites(
          name,
          1 + seed % 4,
          seed,
          i -> random.nextInt(often) == 0 ? EXTREMES[random.nextInt(EXTREMES.length)] : 0);
    }
  }

  private static void assertReadsWhatItWrites(
      String name, int features, long seed, ToDoubleFunction<Integer> shift) throws IOException {
    Random random = new Random(seed);
    StreamDetectorType type = StreamDetectors.byName(name, Map.of());
    StreamDetector detector = type.create(features);
    double cause = 0;
    for (int i = 0; i < 2_600; i++) {
      cause = 0.9 * cause + random.nextGaussian();
      double[] row = new double[features];
      for (int j = 0; j < features; j++) {
        row[j] = 100 * j + (j + 1) * (cause + 0.5 * random.nextGaussian());
      }
      row[0] += shift.applyAsDouble(i);
      assertThat(detector.score(i * 1000L, row)).as("reading %d", i).isBetween(0.0, 1.0);
      byte[] written = written(detector);
      StreamDetector read = type.read(new DataInputStream(new ByteArrayInputStream(written)));
      assertThat(written(read)).as("reading %d of seed %d", i, seed).isEqualTo(written);
    }
  }

  private static byte[] written(StreamDetector detector) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    detector.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
