// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class LocalOutlierFactorTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new LocalOutlierFactor();
  }

  @Override
  String knownChecksum() {
    return "b2adcf360fa691c7691078fe4fbf32a4ece4208cefaf8e49cf4dd1e0c89d30fb";
  }

  @Test
  void rowOfAnEvenGridHasAFactorOfOne() {
    double[][] rows = new double[400][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {i % 20, i / 20};
    }
    FittedDetector fitted = new LocalOutlierFactor(8, 1024).fit(rows, 1);
    assertThat(fitted.rawScore(new double[] {10, 10})).isCloseTo(1, within(1e-9));
    assertThat(fitted.rawScore(new double[] {10.5, 30})).isGreaterThan(4);
  }

  @Test
  void distanceIsJudgedByTheDensityOfTheNeighbours() {
    double[][] rows = SampleRows.gaussian(800, 2, 1);
    for (int i = 0; i < 400; i++) {
      rows[i] = new double[] {100 + 0.01 * rows[i][0], 0.01 * rows[i][1]};
    }
    FittedDetector fitted = detector().fit(rows, 1);
    double besideDense = fitted.rawScore(new double[] {101, 0});
    double withinWide = fitted.rawScore(new double[] {1, 0});
    assertThat(besideDense).isGreaterThan(10 * withinWide);
  }
}
