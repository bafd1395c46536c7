// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MissingValuesTest {
  private static final long MINUTE = 60_000;

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "stream_knn", "auto"})
  void whatIsExpectedOfAMissingValueIsWhatTheOthersSay(String name) {
    Random random = new Random(3);
    StreamDetector detector = StreamDetectors.byName(name, Map.of()).create(2);
    for (int i = 0; i < 2_000; i++) {
      double both = random.nextGaussian();
      double[] values = {both + 0.1 * random.nextGaussian(), both + 0.1 * random.nextGaussian()};
      detector.score(i * MINUTE, values);
    }
    detector.score(2_000 * MINUTE, new double[] {2, Double.NaN});
    assertThat(detector.expected()[1]).isCloseTo(1.8, within(0.2));

    detector.score(2_001 * MINUTE, new double[] {Double.NaN, Double.NaN});
    assertThat(detector.expected()[0]).as("of nothing").isCloseTo(0, within(0.3));
    assertThat(detector.expected()[1]).as("of nothing").isCloseTo(0, within(0.3));
  }
}
