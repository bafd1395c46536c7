// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class McdTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new Mcd();
  }

  @Override
  String knownChecksum() {
    return "a0d7941b5f891ae33d2ffc5787db307a84234f960ae942edcad5093255defbd0";
  }

  @Test
  void rawScoreIsTheDistanceInStandardDeviations() {
    // independent features of standard deviation 1 and 10
    double[][] rows = SampleRows.gaussian(4_000, 1, 1);
    double[][] others = SampleRows.gaussian(4_000, 1, 2);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {rows[i][0], 10 * others[i][0]};
    }
    FittedDetector fitted = detector().fit(rows, 1);
    assertThat(fitted.rawScore(new double[] {3, 0})).isCloseTo(3, within(0.3));
    assertThat(fitted.rawScore(new double[] {0, 30})).isCloseTo(3, within(0.3));
    assertThat(fitted.rawScore(new double[] {0, 0})).isCloseTo(0, within(0.1));
  }

  @Test
  void valuesThatAreUsualEachButNotTogetherAreFound() {
    double[][] rows = SampleRows.gaussian(1_000, 2, 3);
    for (double[] row : rows) {
      row[1] = row[0] + 0.1 * row[1];
    }
    FittedDetector fitted = detector().fit(rows, 1);
    double against = fitted.rawScore(new double[] {1, -1});
    assertThat(against).isGreaterThan(5 * fitted.rawScore(new double[] {1, 1}));
  }

  @Test
  void aFifthOfTheRowsCannotMoveIt() {
    double[][] rows = SampleRows.gaussian(1_000, 4, 5);
    double clean = detector().fit(rows, 1).rawScore(new double[] {9, 9, 9, 9});
    for (int i = 0; i < rows.length; i += 5) {
      rows[i] = new double[] {9, 9, 9 + 0.01 * i / 1_000, 9};
    }
    double dirty = detector().fit(rows, 1).rawScore(new double[] {9, 9, 9, 9});
    assertThat(dirty).isBetween(0.7 * clean, 1.3 * clean);
  }

  @Test
  void theDistanceDoesNotDependOnUnits() {
    double[][] rows = SampleRows.gaussian(500, 3, 6);
    double[][] scaled = SampleRows.gaussian(500, 3, 6);
    for (double[] row : scaled) {
      row[1] = 1_000 * row[1] + 1_000_000;
    }
    assertThat(detector().fit(scaled, 1).rawScore(new double[] {1, 1_001_000, -1}))
        .isCloseTo(detector().fit(rows, 1).rawScore(new double[] {1, 1, -1}), within(1e-6));
  }

  @Test
  void manyFeaturesCountWithoutTheirCovariances() {
    int dimension = Mcd.MAX_CORRELATED + 1;
    double[][] rows = SampleRows.gaussian(200, dimension, 7);
    FittedDetector fitted = detector().fit(rows, 1);
    PayloadWriter out = new PayloadWriter();
    fitted.write(out);
    assertThat(out.size()).isEqualTo(16 * dimension);
    double[] row = rows[0].clone();
    double before = fitted.rawScore(row);
    row[dimension - 1] += 50;
    assertThat(fitted.rawScore(row)).isGreaterThan(before + 10);
  }
}
