// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OneClassSvmTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new OneClassSvm();
  }

  @Override
  String knownChecksum() {
    return "0153b0394e798bb77da93f0ded23159edf3d40c718fd0df064b6ef87d6a412d0";
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.2, 0.5, 0.9})
  void nuIsTheShareOfTrainingRowsOutside(double nu) {
    double[][] rows = SampleRows.gaussian(600, 3, 1);
    FittedDetector fitted = new OneClassSvm(nu, 0, 2_000).fit(rows, 1);
    long outside = 0;
    for (double[] row : rows) {
      outside += fitted.rawScore(row) > 0 ? 1 : 0;
    }
    assertThat(outside / 600.0).isCloseTo(nu, within(0.03));
  }

  @Test
  void nuIsTheExpectedContaminationUnlessGiven() {
    assertThat(new OneClassSvm().expecting(0.05)).isEqualTo(new OneClassSvm(0.05, 0, 2_000));
    assertThat(new OneClassSvm().expecting(0)).isEqualTo(new OneClassSvm(0.001, 0, 2_000));
    assertThat(new OneClassSvm(0.3, 0, 2_000).expecting(0.05))
        .isEqualTo(new OneClassSvm(0.3, 0, 2_000));
    assertThat(Detectors.byName("one_class_svm", Map.of("nu", "auto")))
        .isEqualTo(new OneClassSvm());
  }

  @Test
  void twoRowsShareTheWeight() {
    // both at weight 0.5; on the boundary, where the kernel sum is 0.5 * (1 + e^-1)
    FittedDetector fitted = new OneClassSvm(0.5, 1, 2_000).fit(new double[][] {{0}, {1}}, 1);
    double boundary = 0.5 * (1 + Math.exp(-1));
    assertThat(fitted.rawScore(new double[] {0})).isCloseTo(0, within(1e-3));
    assertThat(fitted.rawScore(new double[] {0.5}))
        .isCloseTo(boundary - Math.exp(-0.25), within(1e-3));
    assertThat(fitted.rawScore(new double[] {1e9})).isCloseTo(boundary, within(1e-3));
  }

  @Test
  void parametersReachIt() {
    assertThat(Detectors.byName("one_class_svm", Map.of("nu", "0.1", "gamma", "scale")))
        .isEqualTo(new OneClassSvm(0.1, 0, 2_000));
    assertThat(Detectors.byName("one_class_svm", Map.of("gamma", 0.5, "max_samples", 100)))
        .isEqualTo(new OneClassSvm(0, 0.5, 100));
    assertThatThrownBy(() -> Detectors.byName("one_class_svm", Map.of("nu", 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nu must be 0.001 to 1.0, was 0.0");
    assertThatThrownBy(() -> Detectors.byName("one_class_svm", Map.of("gamma", "auto")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("gamma must be a number, was 'auto'");
  }

  @Test
  void theExponentialAgreesWithTheLibrary() {
    for (double x = 0; x < 680; x = 1.1 * x + 1e-3) {
      assertThat(NegativeExponential.of(x) / StrictMath.exp(-x)).isCloseTo(1, within(1e-12));
      assertThat(NegativeExponential.tanh(-x)).isCloseTo(StrictMath.tanh(-x), within(1e-14));
    }
    assertThat(NegativeExponential.of(Double.POSITIVE_INFINITY)).isZero();
  }
}
