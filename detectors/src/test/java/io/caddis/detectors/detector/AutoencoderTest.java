// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AutoencoderTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new Autoencoder();
  }

  @Override
  String knownChecksum() {
    return "74175f2802a809d0e90cff07c8ba0a5446a8316172c4d12a4d83afbd127101a0";
  }

  @Test
  void rowsThatBreakThePatternAreReconstructedWorse() {
    double[][] rows = SampleRows.gaussian(2_000, 1, 1);
    for (int i = 0; i < rows.length; i++) {
      double x = rows[i][0];
      rows[i] = new double[] {x, -x, 2 * x, 0.5 * x};
    }
    FittedDetector fitted = detector().fit(rows, 1);
    double with = fitted.rawScore(new double[] {1, -1, 2, 0.5});
    double against = fitted.rawScore(new double[] {1, 1, 2, 0.5});
    assertThat(with).isLessThan(0.02);
    assertThat(against).isGreaterThan(10 * with);
  }

  @Test
  void theGradientAgreesWithDifferences() {
    double[][] rows = SampleRows.gaussian(1, 3, 2);
    double[] weights = new double[Autoencoder.size(3, 2)];
    double[] ones = {1, 1, 1};
    FittedAutoencoder network = new FittedAutoencoder(new double[3], ones, 2, weights);
    Backpropagation training = new Backpropagation(network, rows, new SplitMix(3));
    // sets the weights; the step of a tiny rate leaves them where they are
    training.train(1, 1, 1e-12);
    double[] slopes = training.gradient();
    for (int i = 0; i < weights.length; i++) {
      double kept = weights[i];
      weights[i] = kept + 1e-5;
      double up = 3 * network.rawScore(rows[0]) / 2;
      weights[i] = kept - 1e-5;
      double down = 3 * network.rawScore(rows[0]) / 2;
      weights[i] = kept;
      assertThat(slopes[i]).isCloseTo((up - down) / 2e-5, within(1e-6));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "1, 1", "7, 16", "255, 3", "257, 6", "700, 5", "90, 700"})
  void aRowScoresTheSameToTheLastBitAloneAndAmongOthers(int count, int features) {
    double[][] rows = SampleRows.gaussian(60, features, 4);
    FittedDetector fitted = new Autoencoder(2, 32, 0, 0.01).fit(rows, 1);
    double[][] probes = SampleRows.gaussian(count, features, 5);
    if (count > 1) {
      Arrays.fill(probes[0], 1e150);
      Arrays.fill(probes[count - 1], -1e150);
    }
    double[] alone = Arrays.stream(probes).mapToDouble(fitted::rawScore).toArray();
    assertThat(fitted.rawScores(probes)).isEqualTo(alone);
  }

  @Test
  void parametersReachIt() {
    assertThat(
            Detectors.byName(
                "autoencoder", Map.of("epochs", 5, "batch_size", "8", "hidden_layer_size", "auto")))
        .isEqualTo(new Autoencoder(5, 8, 0, 0.001));
  }
}
