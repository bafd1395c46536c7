// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.detectors.threshold.ThresholdRule;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * What kind of model is trained.
 *
 * @param schema columns of the feature vectors
 * @param detector name in {@link Detectors} or {@link StreamDetectors}
 * @param parameters of the detector, by name
 * @param scaling of the features
 * @param threshold where the boundary is learned
 */
public record DetectorPlan(
    FeatureSchema schema,
    String detector,
    HashMap<String, Object> parameters,
    Scaling scaling,
    ThresholdRule threshold)
    implements Serializable {

  public DetectorPlan(
      FeatureSchema schema,
      String detector,
      Map<String, Object> parameters,
      Scaling scaling,
      ThresholdRule threshold) {
    this(schema, detector, new HashMap<>(parameters), scaling, threshold);
  }

  /** Whether the detector learns from each reading of a sensor instead of training on samples. */
  public boolean learnsByReading() {
    return StreamDetectors.NAMES.contains(detector);
  }

  ModelTrainer trainer() {
    return trainer(schema);
  }

  /** A trainer for other features. */
  ModelTrainer trainer(FeatureSchema schema) {
    return new ModelTrainer(schema, Detectors.byName(detector, parameters), scaling, threshold);
  }
}
