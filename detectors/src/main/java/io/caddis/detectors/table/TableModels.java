// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.stream.SensorScorer;
import io.caddis.detectors.stream.SensorStates;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The models that score a table: one for all rows, and possibly some sensors' own for theirs.
 * Immutable and thread-safe.
 *
 * @param common scores the rows of sensors that have no model, and rows that name none
 * @param bySensor models of the same features
 * @param threshold score from which on a row is anomalous, 0 to 1; null for each model's own
 */
public record TableModels(Model common, Map<String, Model> bySensor, @Nullable Double threshold) {
  public TableModels {
    bySensor = Map.copyOf(bySensor);
    if (threshold != null && !(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("threshold must be 0 to 1, was " + threshold);
    }
    bySensor.forEach(
        (sensor, model) -> {
          if (!model.schema().equals(common.schema())) {
            throw new IllegalArgumentException(
                "model of sensor '%s' must have the features %s of the model for all, has %s:"
                        .formatted(sensor, common.schema(), model.schema())
                    + " train it again, or delete it");
          }
        });
  }

  /** What scores a table in place of the model, null for one that scores each row by itself. */
  @Nullable SensorScorer scorer() {
    SensorStates states = common.sensors();
    return states == null ? null : states.scorer();
  }

  Model of(@Nullable String sensor) {
    return sensor == null ? common : bySensor.getOrDefault(sensor, common);
  }

  /** Whether a score of this model is an anomaly. */
  boolean isAnomaly(Model model, double score) {
    return score >= (threshold == null ? model.threshold() : threshold);
  }

  /**
   * The raw score of each row by the model at its index; the rows of a model are scored together.
   */
  double[] rawScores(List<Row> rows, List<Model> models) {
    if (bySensor.isEmpty()) {
      return common.rawScores(rows);
    }
    Map<Model, List<Integer>> indices = new IdentityHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      indices.computeIfAbsent(models.get(i), model -> new ArrayList<>()).add(i);
    }
    double[] scores = new double[rows.size()];
    indices.forEach(
        (model, own) -> {
          double[] raw = model.rawScores(own.stream().map(rows::get).toList());
          for (int i = 0; i < raw.length; i++) {
            scores[own.get(i)] = raw[i];
          }
        });
    return scores;
  }
}
