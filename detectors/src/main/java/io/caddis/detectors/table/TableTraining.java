// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.IsolationForest;
import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.stream.SensorStates;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.detectors.threshold.ThresholdRule;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A way to make a model of a table. */
public sealed interface TableTraining permits TableTrainer, StreamTrainer {
  /**
   * What to fit.
   *
   * @param detector a name in {@link Detectors} or {@link StreamDetectors}
   * @param rule of the threshold, null when none was asked for
   * @param contamination makes the threshold then, of a detector that does not set its own
   */
  record Settings(
      String detector,
      Map<String, Object> parameters,
      Scaling scaling,
      @Nullable ThresholdRule rule,
      double contamination)
      implements Serializable {
    /** What fits such a detector on samples; {@code auto} is a forest there. */
    public ModelTrainer trainer(FeatureSchema schema) {
      String trained = StreamDetectors.NAMES.contains(detector) ? IsolationForest.NAME : detector;
      return new ModelTrainer(
          schema,
          Detectors.byName(trained, parameters),
          scaling,
          rule == null
              ? new ThresholdRule(ThresholdRule.Method.CONTAMINATION, contamination)
              : rule);
    }
  }

  /**
   * The way to learn a table with these columns: by reading for the detectors that do, else on a
   * sample.
   *
   * @param keyField column of the sensor, null when there is none
   * @param own whether a sample of each sensor's rows is fitted as well
   * @param seed of every random choice
   * @param sampleRows most rows of a sample
   * @throws IllegalArgumentException when the settings do not go with the columns
   */
  static TableTraining of(
      Settings settings,
      List<RecordLayout.Column> columns,
      @Nullable String timeField,
      @Nullable String keyField,
      List<CalendarFeature> calendar,
      boolean own,
      long seed,
      int sampleRows) {
    String detector = settings.detector();
    if (StreamDetectors.learns(detector, columns)) {
      TableLayout layout = TableLayout.bySensor(columns, timeField, calendar, keyField);
      int width = layout.schema().features().size();
      return new StreamTrainer(
          layout,
          SensorStates.empty(detector, settings.parameters(), width),
          0,
          StreamDetectors.threshold(detector, settings.rule()),
          seed);
    }
    TableLayout layout = TableLayout.of(columns, timeField, calendar);
    return new TableTrainer(
        own && keyField != null ? layout.keyedBy(keyField) : layout,
        settings.trainer(layout.schema()),
        seed,
        sampleRows);
  }

  /** How lines become rows. */
  TableLayout layout();

  /**
   * Reads the table to its end and fits.
   *
   * @throws io.caddis.detectors.model.UnusableSampleException if no model can come of its rows
   * @throws IllegalArgumentException if they are of too many sensors for a detector that learns by
   *     reading
   */
  TableTrainer.Result train(InputStream in, String source) throws IOException;
}
