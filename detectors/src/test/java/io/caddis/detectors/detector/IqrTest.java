// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class IqrTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new Iqr();
  }

  @Override
  String knownChecksum() {
    return "d4f893f1616bd0b4f05c7ea54750096521ac0709cbebe387d4f0262dc0eeb48e";
  }

  @Test
  void rawScoreIsTheLargestDistanceFromTheBoxInBoxWidths() {
    // quartiles 2 and 4
    FittedDetector fitted = detector().fit(new double[][] {{1}, {2}, {3}, {4}, {5}}, 1);
    assertThat(fitted.rawScore(new double[] {2})).isZero();
    assertThat(fitted.rawScore(new double[] {3.9})).isZero();
    assertThat(fitted.rawScore(new double[] {7})).isCloseTo(1.5, within(1e-12));
    assertThat(fitted.rawScore(new double[] {-4})).isCloseTo(3, within(1e-12));
  }

  @Test
  void equalQuartilesFallBackToTheStandardDeviation() {
    // both quartiles are 0, the mean is 4/3
    double[][] rows = {{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {12}};
    double std = Math.sqrt(8 * Math.pow(4 / 3.0, 2) / 9 + Math.pow(12 - 4 / 3.0, 2) / 9);
    assertThat(detector().fit(rows, 1).rawScore(new double[] {std})).isCloseTo(1, within(1e-12));
  }
}
