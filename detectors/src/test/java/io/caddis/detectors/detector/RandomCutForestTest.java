// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RandomCutForestTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new RandomCutForest();
  }

  @Override
  String knownChecksum() {
    return "3e9acb80b25b0864c3941cac7a05964d5f03793823a0e6384bf5716a706d577b";
  }

  @Test
  void parametersReachIt() {
    assertThat(
            Detectors.byName(
                "random_cut_forest",
                Map.of("n_estimators", 30, "max_samples", "auto", "training_rows", "500")))
        .isEqualTo(new RandomCutForest(30, 256, 500));
    assertThatThrownBy(() -> Detectors.byName("random_cut_forest", Map.of("max_samples", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("max_samples must be 2 to 2048, was 1");
  }

  @Test
  void modelHoldsNoMoreThanTheTrainingRowsAskedFor() {
    double[][] rows = SampleRows.gaussian(5_000, 3, 1);
    PayloadWriter out = new PayloadWriter();
    new RandomCutForest(5, 64, 100).fit(rows, 1).write(out);
    assertThat(out.size()).isEqualTo(2 + 2 + 8 + 4 + 100 * 3 * 4);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 50})
  void aSampleMayBeSmall(int trees) {
    double[][] rows = SampleRows.gaussian(300, 3, 1);
    double[] far = {9, 9, 9};
    for (int size = 2; size <= 6; size++) {
      FittedDetector fitted = new RandomCutForest(trees, size, 300).fit(rows, 1);
      PayloadWriter out = new PayloadWriter();
      fitted.write(out);
      FittedDetector again =
          Detectors.read(fitted.name(), 3, new PayloadReader(out.toByteArray(), 0, out.size()));
      assertThat(again.rawScore(far)).isPositive().isEqualTo(fitted.rawScore(far));
    }
  }
}
