// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.table;

import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.registry.RegisteredModel;
import io.caddis.detectors.table.TableLayout;
import io.caddis.detectors.table.TableModels;
import io.caddis.detectors.table.TableScorer;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of tables are scored, with the models themselves: whichever process does it, it does
 * it with these.
 *
 * @param common encoded model of all rows
 * @param bySensor encoded models of sensors that have their own
 * @param threshold score from which on a row is anomalous, null for each model's own
 * @param timeField column of the event time, null when there is none or it does not matter
 * @param calendar features from the event time
 * @param key column that names the sensor, null when sensors do not matter
 * @param prefix of the names of the columns added
 */
public record TableScoring(
    byte[] common,
    HashMap<String, byte[]> bySensor,
    @Nullable Double threshold,
    @Nullable String timeField,
    List<CalendarFeature> calendar,
    @Nullable String key,
    String prefix)
    implements Serializable {

  /**
   * Takes the models out of a registry.
   *
   * @param version of the models; an alias, when there is a key
   * @param time column of the event time, null for that of the training
   */
  public static TableScoring of(
      ModelRegistry models,
      String name,
      String version,
      @Nullable Double threshold,
      @Nullable String time,
      @Nullable String key,
      String prefix)
      throws IOException {
    RegisteredModel registered = models.load(name, version);
    ModelMetadata.Training training = registered.metadata().training();
    List<CalendarFeature> calendar =
        training.calendar().stream()
            .map(feature -> CalendarFeature.valueOf(feature.toUpperCase(Locale.ROOT)))
            .toList();
    boolean bySensor = registered.model().sensors() != null;
    // Who neither learns by sensor nor has calendar features has no use for the time.
    String timeField =
        calendar.isEmpty() && !bySensor ? null : time == null ? training.timeField() : time;
    return new TableScoring(
        ModelCodec.encode(registered.model()),
        key == null || bySensor ? new HashMap<>() : ofSensors(models, name, version),
        threshold,
        timeField,
        calendar,
        bySensor && key == null ? training.keyField() : key,
        prefix);
  }

  /** The models of single sensors that have the alias asked for. */
  private static HashMap<String, byte[]> ofSensors(
      ModelRegistry models, String name, String version) throws IOException {
    if (!version.equals(ModelRegistry.LATEST) && !ModelRegistry.ALIASES.contains(version)) {
      throw new IllegalArgumentException(
          "--model-version must be an alias or latest with --key, was '" + version + "'");
    }
    HashMap<String, byte[]> found = new HashMap<>();
    for (String other : models.names()) {
      boolean there =
          other.startsWith(name + '.')
              && (version.equals(ModelRegistry.LATEST)
                  || models.aliases(other).version(version) != null);
      if (there) {
        RegisteredModel own = models.load(other, version);
        String sensor = own.metadata().training().group();
        if (sensor != null && ModelMetadata.nameOf(name, sensor).equals(other)) {
          found.put(sensor, ModelCodec.encode(own.model()));
        }
      }
    }
    return found;
  }

  /**
   * What scores; made anew where it is used.
   *
   * @param threads that score, beside the one that reads and writes
   */
  public TableScorer scorer(int threads) {
    Model model = ModelCodec.decode(common);
    Map<String, Model> own = new HashMap<>();
    bySensor.forEach((sensor, bytes) -> own.put(sensor, ModelCodec.decode(bytes)));
    return new TableScorer(
        new TableLayout(model.schema(), timeField, calendar, key),
        new TableModels(model, own, threshold),
        prefix,
        threads);
  }
}
