// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class KMeansTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new KMeans();
  }

  @Override
  String knownChecksum() {
    return "ceaac9d5c0705e4c7233fd8ae80ebea14133cbedd3ffe1ab7dae60a76716e55c";
  }

  @Test
  void centersLieInTheMiddleOfTheClusters() {
    double[][] rows = SampleRows.gaussian(900, 2, 1);
    double[][] middles = {{0, 0}, {100, 0}, {0, 100}};
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] += middles[i % 3][0];
      rows[i][1] += middles[i % 3][1];
    }
    FittedDetector fitted = new KMeans(3).fit(rows, 1);
    for (double[] middle : middles) {
      assertThat(fitted.rawScore(middle)).isLessThan(0.5);
    }
    assertThat(fitted.rawScore(new double[] {50, 50})).isCloseTo(Math.sqrt(5_000), within(1.0));
  }

  @Test
  void everyClusterHasSixteenRowsOnAverage() {
    PayloadWriter out = new PayloadWriter();
    // a tenth of the 100 rows is dropped, 5 clusters are left
    detector().fit(SampleRows.gaussian(100, 3, 1), 1).write(out);
    assertThat(out.size()).isEqualTo(4 + 5 * 3 * 8);
  }
}
