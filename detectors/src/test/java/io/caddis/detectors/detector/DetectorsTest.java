// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class DetectorsTest {
  @Test
  void parametersReachTheForest() {
    assertThat(Detectors.byName("isolation_forest", Map.of()))
        .isEqualTo(new IsolationForest(100, 256));
    assertThat(Detectors.byName("isolation_forest", Map.of("trees", 7, "max_samples", "64")))
        .isEqualTo(new IsolationForest(7, 64));
    assertThat(
            Detectors.byName("isolation_forest", Map.of("n_estimators", 9L, "max_samples", "auto")))
        .isEqualTo(new IsolationForest(9, 256));
  }

  @Test
  void errorsNameWhatIsKnown() {
    assertFails(
        "forest",
        Map.of(),
        "detector must be one of " + String.join(", ", Detectors.NAMES) + ", was 'forest'");
    assertFails(
        "isolation_forest",
        Map.of("tree", 5),
        "parameter must be known to detector isolation_forest, was 'tree'"
            + " (it has extension_level, max_samples, n_estimators, trees)");
    assertFails(
        "zscore",
        Map.of("trees", 5),
        "parameter must be known to detector zscore, was 'trees' (it has none)");
    assertFails(
        "iqr",
        Map.of("trees", 5),
        "parameter must be known to detector iqr, was 'trees' (it has none)");
    assertFails(
        "isolation_forest", Map.of("trees", "many"), "trees must be a whole number, was 'many'");
    assertFails(
        "isolation_forest", Map.of("trees", 1.5), "trees must be a whole number, was '1.5'");
    assertFails(
        "isolation_forest",
        Map.of("trees", 5, "n_estimators", 5),
        "trees must be given once, was given as trees and as n_estimators");
    assertFails("isolation_forest", Map.of("n_estimators", 0), "trees must be 1 to 10000, was 0");
  }

  private static void assertFails(String name, Map<String, Object> parameters, String message) {
    assertThatThrownBy(() -> Detectors.byName(name, parameters))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
