// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.stream.SensorScorer;
import io.caddis.detectors.stream.SensorStates;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.detectors.threshold.ThresholdRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A small model of each detector. */
final class SmallModels {
  private static final int FIRST = 12;
  private static final Encoding[] ENCODINGS = Encoding.values();

  private SmallModels() {}

  /** Settings that keep models and trainings small. */
  static Map<String, Object> parameters(String detector) {
    return switch (detector) {
      case "isolation_forest" -> Map.of("trees", 3, "max_samples", 8);
      case "random_cut_forest" -> Map.of("n_estimators", 2, "training_rows", 8);
      case "extended_isolation_forest" -> Map.of("n_estimators", 3, "max_samples", 8);
      case "half_space_trees" -> Map.of("n_estimators", 3, "height", 3);
      case "local_outlier_factor", "knn" -> Map.of("reference_rows", 8);
      default -> Map.of();
    };
  }

  /** One model of each, as bytes. */
  static List<byte[]> encoded() {
    List<byte[]> models = new ArrayList<>();
    for (String detector : Detectors.NAMES) {
      models.add(ModelCodec.encode(fitted(detector)));
    }
    for (String detector : StreamDetectors.NAMES) {
      models.add(ModelCodec.encode(learned(detector)));
    }
    return models;
  }

  static Model fitted(String detector) {
    List<Feature> features = new ArrayList<>();
    for (Encoding encoding : ENCODINGS) {
      features.add(new Feature(encoding.name(), encoding));
    }
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < FIRST; i++) {
      @Nullable String[] texts = new String[ENCODINGS.length - 1];
      for (int text = 0; text < texts.length; text++) {
        texts[text] = random.nextInt(5) == 0 ? null : random.nextBoolean() ? "yes" : "no";
      }
      rows.add(new Row(new double[] {random.nextGaussian()}, texts));
    }
    return new ModelTrainer(
            new FeatureSchema(features),
            Detectors.byName(detector, parameters(detector)),
            Scaling.ROBUST,
            new ThresholdRule(ThresholdRule.Method.PERCENTILE, 90))
        .fit(rows, 1);
  }

  /** Of two sensors. */
  private static Model learned(String detector) {
    SensorScorer scorer = SensorStates.empty(detector, Map.of(), 1).scorer();
    Random random = new Random(2);
    for (int i = 0; i < 2 * FIRST; i++) {
      double[] row = {random.nextGaussian()};
      scorer.score(i % FIRST == 0 ? "b" : "", 60_000L * i, row, null);
    }
    FeatureSchema schema = new FeatureSchema(List.of(new Feature("x", Encoding.NUMERIC)));
    return Model.learned(scorer.states(), schema, 0.5, 5, 2 * FIRST);
  }
}
