// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.IsolationForest;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.operators.DetectorPlan;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which detector a specification gets: the one it names, or the one that {@code auto} stands for.
 */
final class ChosenDetector {
  private static final String AUTO = "auto";

  private ChosenDetector() {}

  /**
   * @param schema the features of the vectors
   * @param columns of the readings
   * @throws IllegalArgumentException if the detector cannot do what the specification asks for
   */
  static DetectorPlan of(
      PipelineSpec spec, FeatureSchema schema, List<RecordLayout.Column> columns) {
    String named = spec.detector().name();
    String obstacle = StreamDetectors.NAMES.contains(named) ? trainedOnly(spec) : null;
    boolean auto = named.equals(AUTO);
    if (obstacle != null && !auto) {
      throw new IllegalArgumentException(
          "%s: the detector %s learns from each reading of a sensor, and sets its boundary itself"
              .formatted(obstacle, named));
    }
    boolean trained = auto && (obstacle != null || !StreamDetectors.learns(named, columns));
    DetectorPlan detector =
        new DetectorPlan(
            schema,
            trained ? IsolationForest.NAME : named,
            spec.detector().parameters(),
            Scaling.valueOf(spec.detector().scaling().name()),
            new ThresholdRule(
                ThresholdRule.Method.valueOf(spec.threshold().method().name()),
                spec.threshold().value()));
    check(detector, spec.training().update());
    return detector;
  }

  /** What the specification asks for that only a trained model can do; null when nothing. */
  private static @Nullable String trainedOnly(PipelineSpec spec) {
    PipelineSpec.Training training = spec.training();
    PipelineSpec.Threshold threshold = spec.threshold();
    if (training.window() != PipelineSpec.Window.GROWING) {
      return "training.window must be growing, was " + word(training.window());
    }
    if (training.scope() != PipelineSpec.Scope.SENSOR) {
      return "training.scope must be sensor, was " + word(training.scope());
    }
    if (training.update() != PipelineSpec.Update.REFIT) {
      return "training.update must be refit, was " + word(training.update());
    }
    if (threshold.method() != PipelineSpec.ThresholdMethod.FIXED
        && !threshold.equals(PipelineSpec.Threshold.DEFAULT)) {
      return "threshold.method must be fixed, was " + word(threshold.method());
    }
    return null;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static void check(DetectorPlan detector, PipelineSpec.Update update) {
    boolean updatable = false;
    try {
      if (detector.learnsByReading()) {
        StreamDetectors.byName(detector.detector(), detector.parameters());
      } else {
        updatable = Detectors.byName(detector.detector(), detector.parameters()).updatable();
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("detector.parameters: " + e.getMessage(), e);
    }
    if (update == PipelineSpec.Update.INCREMENTAL && !updatable) {
      throw new IllegalArgumentException(
          "detector.name must be one whose models can be updated, half_space_trees or"
              + " zscore, for training.update incremental, was "
              + detector.detector());
    }
    if (detector.learnsByReading() && detector.schema().numbers().isEmpty()) {
      throw new IllegalArgumentException(
          "detector.name must be one that takes text, such as isolation_forest, when no feature is"
              + " a number, was "
              + detector.detector());
    }
  }
}
