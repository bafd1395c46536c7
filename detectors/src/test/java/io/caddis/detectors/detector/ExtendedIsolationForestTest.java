// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ExtendedIsolationForestTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new ExtendedIsolationForest();
  }

  @Override
  String knownChecksum() {
    return "e83dacb4138ea4634c48f512cac588358fb2e064a5c3dcc1d4c713217df6607f";
  }

  /** The case of the paper: between two clusters a plain forest sees ghosts of both. */
  @Test
  void cornersBetweenTwoClustersAreMoreAnomalousThanToAPlainForest() {
    Random random = new Random(1);
    double[][] rows = new double[2_000][];
    for (int i = 0; i < rows.length; i++) {
      double side = i % 2 == 0 ? 0 : 10;
      rows[i] = new double[] {side + random.nextGaussian(), 10 - side + random.nextGaussian()};
    }
    double[] ghost = {0, 0};
    double[] usual = {0, 10};
    double plain = margin(new IsolationForest().fit(rows, 1), ghost, usual);
    double extended = margin(new ExtendedIsolationForest().fit(rows, 1), ghost, usual);
    assertThat(extended).isGreaterThan(plain);
  }

  private static double margin(FittedDetector fitted, double[] ghost, double[] usual) {
    return fitted.rawScore(ghost) - fitted.rawScore(usual);
  }

  @Test
  void isolationForestWithAnExtensionLevelIsOne() {
    assertThat(
            Detectors.byName("isolation_forest", Map.of("extension_level", 3, "max_samples", 64)))
        .isEqualTo(new ExtendedIsolationForest(100, 64, 3));
    assertThat(Detectors.byName("isolation_forest", Map.of("extension_level", 0)))
        .isEqualTo(new IsolationForest());
    assertThat(Detectors.byName("extended_isolation_forest", Map.of("n_estimators", 7)))
        .isEqualTo(new ExtendedIsolationForest(7, 256, 1));
  }

  @Test
  void sizesThatWouldNotFitAModelAreRefused() {
    assertThatThrownBy(() -> new ExtendedIsolationForest(1_000, 512, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "n_estimators times max_samples times (extension_level + 1) must be at most 1000000,"
                + " was 2048000");
    assertThatThrownBy(() -> new ExtendedIsolationForest(10, 256, 16))
        .hasMessage("extension_level must be 1 to 15, was 16");
  }
}
