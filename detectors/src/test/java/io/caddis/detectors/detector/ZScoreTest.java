// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class ZScoreTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new ZScore();
  }

  @Override
  String knownChecksum() {
    return "9f81456884770ac4b9c1ef52b14d5b5ee6918c368fb17c988d3facc87a4c1067";
  }

  @Test
  void rawScoreIsTheLargestDistanceInStandardDeviations() {
    // means 5 and 0, standard deviations 2 and 1
    double[][] rows = {{3, -1}, {7, 1}, {3, 1}, {7, -1}};
    FittedDetector fitted = detector().fit(rows, 1);
    assertThat(fitted.rawScore(new double[] {5, 0})).isZero();
    assertThat(fitted.rawScore(new double[] {11, 2})).isCloseTo(3, within(1e-12));
    assertThat(fitted.rawScore(new double[] {4, -4})).isCloseTo(4, within(1e-12));
  }

  @Test
  void theOrderOfTheRowsDoesNotMatter() {
    double[] probe = {0.3};
    double[][] rows = {{0.1}, {0.7}, {1e-9}, {5}};
    double[][] other = {{5}, {1e-9}, {0.7}, {0.1}};
    assertThat(detector().fit(rows, 1).rawScore(probe))
        .isEqualTo(detector().fit(other, 2).rawScore(probe));
  }
}
