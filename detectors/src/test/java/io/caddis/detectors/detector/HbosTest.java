// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HbosTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new Hbos();
  }

  @Override
  String knownChecksum() {
    return "28de02779a6e840e2b5d07fa9164a1beb566c54a9a999873fbc020ff684510e8";
  }

  @Test
  void rareValuesScoreHigherThanCommonOnes() {
    double[][] rows = new double[1_000][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {i % 50 == 0 ? 0.5 : i % 2};
    }
    FittedDetector fitted = detector().fit(rows, 1);
    double common = fitted.rawScore(new double[] {1});
    double rare = fitted.rawScore(new double[] {0.5});
    double unseen = fitted.rawScore(new double[] {0.75});
    assertThat(rare).isGreaterThan(common + 2);
    assertThat(unseen).isGreaterThan(rare + 2);
    assertThat(fitted.rawScore(new double[] {20})).isGreaterThan(unseen);
  }

  @Test
  void anEvenSpreadScoresZero() {
    double[][] rows = new double[10_000][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {i, -i};
    }
    assertThat(detector().fit(rows, 1).rawScore(new double[] {5_000, -5_000})).isBetween(0.0, 0.1);
  }

  @Test
  void oneWildValueDoesNotSqueezeTheOthersIntoOneBin() {
    double[][] rows = SampleRows.gaussian(1_000, 1, 3);
    rows[17][0] = 1e12;
    FittedDetector fitted = detector().fit(rows, 1);
    assertThat(fitted.rawScore(new double[] {2})).isGreaterThan(1 + fitted.rawScore(new double[1]));
  }
}
