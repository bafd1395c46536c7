// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.detector.Detector;
import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.operators.ModelUpdate;
import java.util.Map;

/** Models trained on {@link SyntheticRows}, with each detector's default parameters. */
final class BenchmarkModels {
  private static final ThresholdRule RULE =
      new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.01);

  private BenchmarkModels() {}

  static Model fit(String detector, int features, int rows) {
    return fit(Detectors.byName(detector, Map.of()), features, rows);
  }

  static Model fit(Detector detector, int features, int rows) {
    ModelTrainer trainer =
        new ModelTrainer(SyntheticRows.schema(features), detector, Scaling.ROBUST, RULE);
    return trainer.fit(SyntheticRows.training(SyntheticRows.of(rows, features, 1)), 42);
  }

  /** The model on its way to the scorers, admissible for readings from an event time on. */
  static ModelUpdate update(Model model, String group, long trainTo) {
    byte[] bytes = ModelCodec.encode(model);
    String sha256 = ModelCodec.sha256(bytes);
    return new ModelUpdate(
        group,
        "benchmark-" + sha256.substring(0, 8),
        model.detector(),
        0,
        trainTo,
        model.rows(),
        model.rows(),
        RULE.toString(),
        null,
        null,
        sha256,
        bytes,
        0,
        null,
        null,
        null,
        1);
  }
}
