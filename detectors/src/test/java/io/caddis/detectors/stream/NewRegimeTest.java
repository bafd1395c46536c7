// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A level that changes for good is usual after some thousand readings, however long the old was.
 */
final class NewRegimeTest {
  private static final int FEATURES = 4;

  /** Readings after which the new level must be usual. */
  private static final int LEARNED = 6_000;

  private static final int WATCHED = 6_000;

  @ParameterizedTest
  @CsvSource({
    "auto, 0.6, 3000, 6", "auto, 0.6, 60000, 6", "auto, 0.6, 60000, 20", "t2q, 0.6, 60000, 6",
    "auto, 0, 3000, 20", "auto, 0, 60000, 6", "auto, 0, 60000, 100", "t2q, 0, 60000, 1000",
  })
  void lastingChangeOfLevelBecomesUsual(String name, double phi, int before, double spreads) {
    StreamDetector detector = StreamDetectors.byName(name, Map.of()).create(FEATURES);
    Random random = new Random(7);
    double[] values = new double[FEATURES];
    int readings = before + LEARNED + WATCHED;
    int alarms = 0;
    int late = 0;
    for (int i = 0; i < readings; i++) {
      double[] row = new double[FEATURES];
      for (int j = 0; j < FEATURES; j++) {
        values[j] = phi * values[j] + Math.sqrt(1 - phi * phi) * random.nextGaussian();
        row[j] = values[j] + (j == 1 && i >= before ? spreads : 0);
      }
      boolean alarm = detector.score(i * 1000L, row) >= 0.5;
      alarms += alarm && i >= before && i < before + 1_000 ? 1 : 0;
      late += alarm && i >= before + LEARNED ? 1 : 0;
    }
    assertThat(alarms).as("alarms of the first thousand").isGreaterThan(300);
    assertThat(late).as("alarms when it is usual").isLessThan(WATCHED / 50);
  }
}
