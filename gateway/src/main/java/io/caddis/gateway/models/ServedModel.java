// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.RegisteredModel;
import io.caddis.detectors.table.TableLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model in memory, with what belongs to it. Immutable but for the statistics of new fields.
 *
 * @param name by which clients ask for it
 * @param stored its name in the registry
 * @param layout how rows become its rows
 * @param training where its rows came from
 * @param version in the registry, or {@code unsaved-} and the beginning of its checksum
 * @param saved whether the registry has it
 * @param bytes of its file
 * @param recipe how it was fitted
 * @param sample of its training rows, null when it came from the registry
 * @param reader of its rows
 * @param newFields that its rows had
 */
record ServedModel(
    String name,
    String stored,
    Model model,
    TableLayout layout,
    ModelMetadata.Training training,
    String version,
    boolean saved,
    int bytes,
    Recipe recipe,
    @Nullable TrainingRows sample,
    RowReader reader,
    NewFields newFields) {

  /** A model just fitted. */
  static ServedModel fitted(
      String name,
      String stored,
      Model model,
      TableLayout layout,
      ModelMetadata.Training training,
      Recipe recipe,
      @Nullable TrainingRows sample) {
    byte[] encoded = ModelCodec.encode(model);
    String checksum = ModelCodec.sha256(encoded);
    return new ServedModel(
        name,
        stored,
        model,
        layout,
        training,
        "unsaved-" + checksum.substring(0, 8),
        false,
        encoded.length,
        recipe,
        sample,
        new RowReader(layout),
        new NewFields());
  }

  /** A model out of the registry. */
  static ServedModel registered(String name, RegisteredModel registered) {
    Model model = registered.model();
    ModelMetadata metadata = registered.metadata();
    ModelMetadata.Training training = metadata.training();
    List<CalendarFeature> calendar = new ArrayList<>();
    for (String feature : training.calendar()) {
      calendar.add(CalendarFeature.valueOf(feature.toUpperCase(Locale.ROOT)));
    }
    TableLayout layout =
        new TableLayout(
            model.schema(),
            training.timeField(),
            calendar,
            model.sensors() == null ? null : training.keyField());
    return new ServedModel(
        name,
        metadata.name(),
        model,
        layout,
        training,
        metadata.version(),
        true,
        metadata.bytes(),
        Recipe.of(model, layout, training),
        null,
        new RowReader(layout),
        new NewFields());
  }

  /** The same model, now in the registry. */
  ServedModel saved(String publishedAs) {
    return new ServedModel(
        name,
        stored,
        model,
        layout,
        training,
        publishedAs,
        true,
        bytes,
        recipe,
        sample,
        reader,
        newFields);
  }

  /** Bytes of its file and of the rows that it keeps. */
  long size() {
    return sample == null ? bytes : bytes + sample.bytes();
  }

  /** The encoding of each feature that is a field of the rows, in the order of the model. */
  Map<String, String> encodings() {
    Map<String, String> encodings = new LinkedHashMap<>();
    for (String column : layout.columns()) {
      for (Feature feature : model.schema().features()) {
        if (feature.name().equals(column)) {
          encodings.put(column, feature.encoding().name().toLowerCase(Locale.ROOT));
        }
      }
    }
    return encodings;
  }
}
