// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.table;

import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.registry.Aliases;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.stream.SensorStates;
import io.caddis.detectors.table.TableTrainer;
import io.caddis.detectors.table.TableTraining;
import io.caddis.jobs.registry.Registries;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is to be learned from a table and where its models go, for whichever process does it.
 *
 * @param settings what kind of model
 * @param columns that are features
 * @param timeField column of the event time, null when there is none
 * @param keyField column of the sensor, null when there is none
 * @param bySensor whether each sensor has a model of its own too
 * @param calendar features from the event time
 * @param seed of the samples and of the training
 * @param sampleRows most rows to fit a model on
 * @param dataSource what is read, for a person
 * @param registry a directory or a URI
 * @param name of the model
 * @param challenger whether new versions are put on trial instead of being promoted
 * @param keep how many versions stay, null for all
 */
public record TrainingOrder(
    TableTraining.Settings settings,
    List<RecordLayout.Column> columns,
    @Nullable String timeField,
    @Nullable String keyField,
    boolean bySensor,
    List<CalendarFeature> calendar,
    long seed,
    int sampleRows,
    String dataSource,
    String registry,
    String name,
    boolean challenger,
    @Nullable Integer keep)
    implements Serializable {

  public TrainingOrder {
    calendar = List.copyOf(calendar);
    columns = List.copyOf(columns);
  }

  /** What reads and fits; made anew where it is used. */
  public TableTraining training() {
    return TableTraining.of(
        settings, columns, timeField, keyField, calendar, bySensor, seed, sampleRows);
  }

  /**
   * The same, for files that are read side by side.
   *
   * @throws IllegalArgumentException when the detector has to read one row after the other
   */
  public TableTrainer trainer() {
    if (training() instanceof TableTrainer trainer) {
      return trainer;
    }
    throw new IllegalArgumentException(
        "--detector must be one that is fitted on a sample in a job, was %s, which reads rows one"
                .formatted(settings.detector())
            + " after the other: give it one file, without a cluster");
  }

  /**
   * Adds what has been trained to the registry.
   *
   * @return what was done, in lines for a person
   */
  public List<String> publish(TableTrainer.Result result) throws IOException {
    ModelRegistry models = Registries.open(registry);
    ModelMetadata.Training training =
        new ModelMetadata.Training(
            dataSource,
            settings.parameters(),
            timeField,
            keyField,
            calendar.stream().map(f -> f.name().toLowerCase(Locale.ROOT)).toList(),
            result.from(),
            result.to(),
            result.rows(),
            result.metrics());
    // the sensors' first: who scores by the new model for all finds theirs
    for (Map.Entry<String, TableTrainer.SensorResult> entry : result.sensors().entrySet()) {
      String sensor = entry.getKey();
      TableTrainer.SensorResult own = entry.getValue();
      publish(
          models,
          ModelMetadata.nameOf(name, sensor),
          own.model(),
          training.of(sensor, own.from(), own.to(), own.rows(), own.metrics()));
    }
    ModelMetadata metadata = publish(models, name, result.model(), training);
    return lines(result, metadata, models.aliases(name));
  }

  /** How many sensors got no model of their own, for a person; null when all did. */
  public @Nullable String untrained(TableTrainer.Result result) {
    return result.untrained().isEmpty()
        ? null
        : String.format(
            Locale.ROOT,
            "%,d sensors have no model of their own, %s stands in; first: %s, %s",
            result.untrained().size(),
            name,
            result.untrained().firstKey(),
            result.untrained().get(result.untrained().firstKey()));
  }

  /** Adds a version and gives it its part. */
  private ModelMetadata publish(
      ModelRegistry models, String to, Model model, ModelMetadata.Training training)
      throws IOException {
    ModelMetadata metadata = models.publish(to, model, training);
    if (challenger) {
      models.challenge(to, metadata.version());
    } else {
      models.promote(to, metadata.version());
    }
    if (keep != null) {
      models.retain(to, keep);
    }
    return metadata;
  }

  private List<String> lines(TableTrainer.Result result, ModelMetadata metadata, Aliases aliases) {
    List<String> used = result.model().used();
    List<String> lines = new ArrayList<>();
    lines.add(
        "Trained %s on %d of %d rows, %d features: %s"
            .formatted(
                metadata.algorithm(),
                metadata.sampledRows(),
                result.rows(),
                used.size(),
                String.join(", ", used)));
    SensorStates states = result.model().sensors();
    if (states != null) {
      Map<String, Integer> members = new TreeMap<>();
      states
          .choices(Integer.MAX_VALUE)
          .values()
          .forEach(choice -> members.merge(choice.member(), 1, Integer::sum));
      lines.add("Sensors by what they are measured by: " + members);
    }
    lines.add(
        "%s %s is %s in %s"
            .formatted(
                name,
                metadata.version(),
                String.join(" and ", aliases.of(metadata.version())),
                registry));
    if (!result.sensors().isEmpty()) {
      lines.add(
          "%d sensors have models of their own, %s and on"
              .formatted(
                  result.sensors().size(),
                  ModelMetadata.nameOf(name, result.sensors().firstKey())));
    }
    return lines;
  }
}
