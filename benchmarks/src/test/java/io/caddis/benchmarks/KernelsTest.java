// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.detector.FittedDetector;
import io.caddis.detectors.detector.IsolationForest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class KernelsTest {
  @Test
  void printsTheRateOfBothForestsAndTheirRatio() {
    StringWriter printed = new StringWriter();
    int exit =
        new CommandLine(new Kernels())
            .setOut(new PrintWriter(printed))
            .execute(
                "--trees=8",
                "--sample-size=32",
                "--train-rows=500",
                "--test-rows=200",
                "--turns=1",
                "--turn-millis=5");
    assertThat(exit).isZero();
    assertThat(printed.toString()).contains("caddis ", "smile 3.1.1 ", "caddis / smile");
  }

  @Test
  void bothForestsRankRowsAlikeSoThatTheirSpeedMayBeCompared() {
    double[][] training = SyntheticRows.of(5000, 16, 1);
    double[][] rows = SyntheticRows.of(2000, 16, 2);
    FittedDetector ours = new IsolationForest(100, 256).fit(training, 42);
    smile.anomaly.IsolationForest smiles = SmileForest.fit(training, 100, 256, 42);
    double[] caddis = new double[rows.length];
    double[] smile = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      caddis[i] = ours.rawScore(rows[i]);
      smile[i] = smiles.score(rows[i]);
    }
    assertThat(correlation(caddis, smile)).isGreaterThan(0.9);
    for (int i = 0; i < rows.length; i += SyntheticRows.OUTLIER_EVERY) {
      assertThat(caddis[i]).isGreaterThan(0.6);
      assertThat(smile[i]).isGreaterThan(0.6);
    }
  }

  private static double correlation(double[] left, double[] right) {
    double meanLeft = Arrays.stream(left).average().orElseThrow();
    double meanRight = Arrays.stream(right).average().orElseThrow();
    double both = 0;
    double squaresLeft = 0;
    double squaresRight = 0;
    for (int i = 0; i < left.length; i++) {
      both += (left[i] - meanLeft) * (right[i] - meanRight);
      squaresLeft += Math.pow(left[i] - meanLeft, 2);
      squaresRight += Math.pow(right[i] - meanRight, 2);
    }
    return both / Math.sqrt(squaresLeft * squaresRight);
  }
}
