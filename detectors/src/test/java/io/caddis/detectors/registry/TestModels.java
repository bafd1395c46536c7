// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import io.caddis.detectors.detector.IsolationForest;
import io.caddis.detectors.detector.SampleRows;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.threshold.ThresholdRule;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Small models for tests of the registry. */
final class TestModels {
  static final InstantSource CLOCK = () -> Instant.parse("2026-01-02T03:04:05.678Z");
  static final ModelMetadata.Training TRAINING =
      new ModelMetadata.Training(
          "readings.csv",
          Map.of("trees", 3),
          "timestamp",
          null,
          List.of(),
          Instant.parse("2026-01-01T00:00:00Z"),
          Instant.parse("2026-01-02T00:00:00Z"),
          40,
          Map.of("flagged_share", 0.025, "nothing", Double.NaN));

  private TestModels() {}

  static Model model(long seed) {
    return new ModelTrainer(
            SampleRows.mixedSchema(),
            new IsolationForest(3, 16),
            Scaling.ROBUST,
            new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.02))
        .fit(SampleRows.mixed(40, 1), seed);
  }

  static ModelRegistry registry(Path root) {
    return new ModelRegistry(new LocalRegistryFiles(root), CLOCK);
  }
}
