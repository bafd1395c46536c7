// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class EnsembleTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new Ensemble();
  }

  @Override
  String knownChecksum() {
    return "c3171185ec58c867c6df7a295229ae54e7f235a5208956499efeae03e3e67219";
  }

  @Test
  void rarityIsMinusTheLogarithmOfTheShareThatScoresAsHigh() {
    double[] raw = new double[1_000];
    Arrays.setAll(raw, i -> i);
    TailScale scale = TailScale.fit(raw);
    assertThat(scale.rarity(-5)).isZero();
    assertThat(scale.rarity(499.5)).isCloseTo(Math.log(2), within(0.01));
    assertThat(scale.rarity(989)).isCloseTo(Math.log(100), within(0.05));
    assertThat(scale.rarity(999)).isCloseTo(Math.log(1_001), within(1e-9));
    // the mean excess over the upper decile is 50
    assertThat(scale.rarity(1_049)).isCloseTo(Math.log(1_001) + 1, within(0.05));
  }

  @Test
  void rarityNeverFallsAndTiesTakeTheLowest() {
    double[] raw = {1, 1, 1, 1, 2, 2, 2, 3, 3, 9};
    TailScale scale = TailScale.fit(raw);
    double previous = 0;
    for (double score = 0.5; score < 12; score += 0.125) {
      assertThat(scale.rarity(score)).isGreaterThanOrEqualTo(previous);
      previous = scale.rarity(score);
    }
    assertThat(scale.rarity(1)).isZero();
  }

  @Test
  void itFindsWhatSingleFeaturesDoNotShow() {
    double[][] rows = SampleRows.gaussian(1_000, 2, 3);
    for (double[] row : rows) {
      row[1] = row[0] + 0.1 * row[1];
    }
    FittedDetector fitted = detector().fit(rows, 1);
    assertThat(fitted.rawScore(new double[] {1.5, -1.5}))
        .isGreaterThan(fitted.rawScore(new double[] {1.5, 1.5}) + 2);
  }
}
