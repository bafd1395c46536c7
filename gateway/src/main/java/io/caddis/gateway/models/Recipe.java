// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.SchemaInference;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.stream.SensorStates;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.detectors.table.StreamTrainer;
import io.caddis.detectors.table.TableLayout;
import io.caddis.detectors.table.TableTrainer;
import io.caddis.detectors.table.TableTraining;
import io.caddis.detectors.threshold.ThresholdRule;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a model is fitted, whatever the rows.
 *
 * @param detector its name
 * @param parameters of the detector
 * @param schema encoding of each feature by name; empty to find them in the rows
 * @param rule of the threshold, null for the usual one
 * @param seed of every random choice
 * @param calendar features taken from the time
 */
record Recipe(
    String detector,
    Map<String, Object> parameters,
    Map<String, Encoding> schema,
    @Nullable ThresholdRule rule,
    Scaling scaling,
    long seed,
    List<CalendarFeature> calendar) {
  /** Share of the rows to flag when nothing is asked for. */
  private static final double CONTAMINATION = 0.1;

  /** A model and how to read rows for it. */
  record Fitted(TableLayout layout, @Nullable String keyField, TableTrainer.Result result) {}

  /** The recipe that gave a model, as far as the model and its metadata tell. */
  static Recipe of(Model model, TableLayout layout, ModelMetadata.Training training) {
    List<String> columns = layout.columns();
    Map<String, Encoding> schema = new LinkedHashMap<>();
    for (Feature feature : model.schema().features()) {
      if (columns.contains(feature.name())) {
        schema.put(feature.name(), feature.encoding());
      }
    }
    return new Recipe(
        model.detector(),
        training.parameters(),
        schema,
        model.thresholdRule(),
        model.encoder().scaling(),
        model.seed(),
        layout.calendar());
  }

  /**
   * Fits a model exactly as {@code ./caddis train} does on a file of the same lines.
   *
   * @param most rows to fit on; of more a uniform sample is drawn
   * @throws IllegalArgumentException when the recipe does not go with the rows, or no model can
   *     come of them; the message says why
   */
  Fitted fit(SchemaInference.Input rows, int most) throws IOException {
    RecordLayout found =
        SchemaInference.inferTable(rows, SchemaInference.Options.DEFAULT, Set.of());
    String time = found.timeField();
    List<RecordLayout.Column> columns = found.columns();
    if (!schema.isEmpty()) {
      columns = new ArrayList<>();
      for (Map.Entry<String, Encoding> feature : schema.entrySet()) {
        columns.add(new RecordLayout.Column(feature.getKey(), feature.getValue()));
      }
      time = time != null && schema.containsKey(time) ? null : time;
    }
    if (time == null && !calendar.isEmpty()) {
      throw new IllegalArgumentException(
          "calendar needs a time in the rows: a field timestamp, ts, time or datetime");
    }
    TableTraining training =
        TableTraining.of(settings(), columns, time, found.keyField(), calendar, false, seed, most);
    try (InputStream in = rows.open()) {
      return new Fitted(training.layout(), found.keyField(), training.train(in, rows.name()));
    }
  }

  private TableTraining.Settings settings() {
    return new TableTraining.Settings(detector, parameters, scaling, rule, CONTAMINATION);
  }

  /**
   * What goes on learning by reading.
   *
   * @param rows that what is known was learned from
   */
  StreamTrainer goingOn(TableLayout layout, SensorStates known, long rows) {
    return new StreamTrainer(layout, known, rows, StreamDetectors.threshold(detector, rule), seed);
  }

  /** What fits and updates models of this layout. */
  ModelTrainer trainer(TableLayout layout) {
    return settings().trainer(layout.schema());
  }

  /** What the registry keeps of a training. */
  ModelMetadata.Training training(String source, Fitted fitted) {
    return new ModelMetadata.Training(
        source,
        new TreeMap<>(parameters),
        fitted.layout().timeField(),
        fitted.keyField(),
        calendar.stream().map(feature -> feature.name().toLowerCase(Locale.ROOT)).toList(),
        fitted.result().from(),
        fitted.result().to(),
        fitted.result().rows(),
        fitted.result().metrics());
  }
}
