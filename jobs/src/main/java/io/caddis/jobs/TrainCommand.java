// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.SchemaInference;
import io.caddis.detectors.registry.Aliases;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.stream.SensorStates;
import io.caddis.detectors.table.TableTrainer;
import io.caddis.detectors.table.TableTraining;
import io.caddis.detectors.threshold.ThresholdRule;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code train}: fits a model on a plain file and publishes it in a registry. */
@Command(
    name = "train",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Fits models on the rows of a file and puts them into a registry.",
    footer = {
      "",
      "The file is CSV with a header, JSON lines or Parquet. Every column is a feature but those of",
      "time, sensor and --ignore: leave out labels, they would be learned from like any other column.",
      "  train --input readings.csv --ignore label --registry models --name pump",
      "With --scope sensor, each sensor of 32 rows or more has a model as well: M.SENSOR, which",
      "score --key takes for its rows.",
      "The same file, options and seed give the same model, byte for byte.",
      "Exit status: 0 done, 1 no model came of it, 2 wrong usage."
    })
final class TrainCommand implements Callable<Integer> {
  /** Share of the rows to flag when nothing was asked for. */
  private static final double CONTAMINATION = 0.01;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(names = "--input", required = true, paramLabel = "FILE", description = "What to learn.")
  @SuppressWarnings("NullAway.Init")
  private Path input;

  @Mixin private RegistryOption registry = new RegistryOption();

  @Option(names = "--name", required = true, paramLabel = "M", description = "Of the model.")
  private String name = "";

  @Option(
      names = "--detector",
      paramLabel = "NAME",
      description = {
        "As for detect (default: ${DEFAULT-VALUE}). One that learns by reading, such as auto,",
        "reads the rows in their order, sensor by sensor."
      })
  private String detector = "isolation_forest";

  @Option(
      names = "--param",
      paramLabel = "K=V",
      description = "A parameter of the detector, e.g. n_estimators=200. Repeatable.")
  private Map<String, String> parameters = new TreeMap<>();

  @Option(
      names = "--contamination",
      paramLabel = "C",
      description = "Share of the rows to flag, 0 to 0.5 (default: 0.01).")
  private @Nullable Double contamination;

  @Option(
      names = "--threshold",
      paramLabel = "M:V",
      description = "Threshold by method and value instead: percentile:99, std:3, fixed:0.7.")
  private @Nullable String threshold;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of every random choice (default: ${DEFAULT-VALUE}).")
  private long seed = 42;

  @Option(
      names = "--key",
      paramLabel = "COL",
      description = "Column that names the sensor: no feature (default: key, sensor or sensor_id).")
  private @Nullable String key;

  private enum Scope {
    GLOBAL,
    SENSOR
  }

  @Option(
      names = "--scope",
      paramLabel = "S",
      description =
          "global: one model for all rows; sensor: each sensor's too (default: ${DEFAULT-VALUE}).")
  private Scope scope = Scope.GLOBAL;

  @Option(
      names = "--time",
      paramLabel = "COL",
      description = "Column of the time: no feature (default: timestamp, ts, time or datetime).")
  private @Nullable String time;

  @Option(
      names = "--ignore",
      split = ",",
      paramLabel = "COL",
      description = "Columns to leave out, such as labels. Repeatable, or separated by commas.")
  private Set<String> ignored = new LinkedHashSet<>();

  @Option(
      names = "--features",
      split = ",",
      paramLabel = "COL[:ENC]",
      description = {
        "Only these columns, with their encoding: numeric, label, onehot, hash, frequency,",
        "binary or category (default: numeric or category, by what the column holds)."
      })
  private List<String> features = new ArrayList<>();

  @Option(
      names = "--calendar",
      split = ",",
      paramLabel = "F",
      description = "Features from the time: hour, dayofweek.")
  private List<CalendarFeature> calendar = new ArrayList<>();

  @Option(
      names = "--scaling",
      paramLabel = "S",
      description = "robust, standard or none (default: ${DEFAULT-VALUE}).")
  private Scaling scaling = Scaling.ROBUST;

  @Option(
      names = "--sample-rows",
      paramLabel = "N",
      description = "Most rows to fit on, drawn uniformly (default: ${DEFAULT-VALUE}).")
  private int sampleRows = 10_000;

  @Option(
      names = "--challenger",
      description = "Put the model on trial: the champion stays. Without this it is promoted.")
  private boolean challenger;

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "Delete the oldest versions without an alias until N are left.")
  private @Nullable Integer keep;

  @Override
  public Integer call() throws IOException {
    TableInput file = new TableInput(input);
    ModelRegistry models;
    TableTraining trainer;
    @Nullable String keyField;
    try {
      file.check();
      ModelRegistry.checkedName(name);
      models = registry.open();
      RecordLayout found = found(file);
      keyField = found.keyField();
      if (found.timeField() == null && !calendar.isEmpty()) {
        throw new IllegalArgumentException(
            "--calendar needs a column of the time: name it with --time COL");
      }
      if (scope == Scope.SENSOR && keyField == null) {
        throw new IllegalArgumentException(
            "--scope sensor needs a column of the sensor: name it with --key COL");
      }
      trainer =
          TableTraining.of(
              new TableTraining.Settings(
                  detector, new TreeMap<>(parameters), scaling, rule(), CONTAMINATION),
              columns(found),
              found.timeField(),
              keyField,
              List.copyOf(calendar),
              scope == Scope.SENSOR,
              seed,
              checkedSampleRows());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    TableTrainer.Result result;
    try (InputStream in = file.open()) {
      result = trainer.train(in, file.name());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    ModelMetadata.Training training =
        new ModelMetadata.Training(
            file.name(),
            new TreeMap<>(parameters),
            trainer.layout().timeField(),
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
    report(result, metadata, models.aliases(name));
    return 0;
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

  private RecordLayout found(TableInput file) {
    SchemaInference.Options defaults = SchemaInference.Options.DEFAULT;
    return SchemaInference.inferTable(
        file,
        new SchemaInference.Options(time, key, defaults.maxBytes(), defaults.limits()),
        ignored);
  }

  /** The columns asked for, or all that were found. */
  private List<RecordLayout.Column> columns(RecordLayout found) {
    if (features.isEmpty()) {
      return found.columns();
    }
    List<RecordLayout.Column> chosen = new ArrayList<>();
    for (String feature : features) {
      int colon = feature.lastIndexOf(':');
      String column = colon < 0 ? feature : feature.substring(0, colon);
      RecordLayout.Column known =
          found.columns().stream()
              .filter(c -> c.name().equals(column))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "--features must name columns of the file, was '%s', it has %s"
                              .formatted(
                                  column,
                                  found.columns().stream()
                                      .map(RecordLayout.Column::name)
                                      .toList())));
      chosen.add(
          colon < 0
              ? known
              : new RecordLayout.Column(column, encoding(feature.substring(colon + 1))));
    }
    return chosen;
  }

  private static Encoding encoding(String name) {
    for (Encoding encoding : Encoding.values()) {
      if (encoding.name().equalsIgnoreCase(name)) {
        return encoding;
      }
    }
    throw new IllegalArgumentException(
        "encoding must be one of %s, was '%s'"
            .formatted(Arrays.toString(Encoding.values()).toLowerCase(Locale.ROOT), name));
  }

  private int checkedSampleRows() {
    if (sampleRows < 2) {
      throw new IllegalArgumentException("--sample-rows must be at least 2, was " + sampleRows);
    }
    return sampleRows;
  }

  /** What was asked for, null when nothing was. */
  private @Nullable ThresholdRule rule() {
    if (threshold == null) {
      return contamination == null
          ? null
          : new ThresholdRule(ThresholdRule.Method.CONTAMINATION, contamination);
    }
    if (contamination != null) {
      throw new IllegalArgumentException(
          "--contamination and --threshold must not be given together: choose one");
    }
    int colon = threshold.indexOf(':');
    String word = threshold.substring(0, Math.max(0, colon));
    try {
      double value = Double.parseDouble(threshold.substring(colon + 1));
      for (ThresholdRule.Method method : ThresholdRule.Method.values()) {
        if (method.name().equalsIgnoreCase(word)) {
          return new ThresholdRule(method, value);
        }
      }
    } catch (NumberFormatException e) {
      // No number is no METHOD:VALUE either.
    }
    throw new IllegalArgumentException(
        "--threshold must be METHOD:VALUE, e.g. std:3, was '" + threshold + "'");
  }

  private void report(TableTrainer.Result result, ModelMetadata metadata, Aliases aliases) {
    PrintWriter err = command.commandLine().getErr();
    Rejection fault = result.firstFault();
    if (fault != null) {
      err.printf(
          Locale.ROOT,
          "%,d lines without a usable value, %,d rows with an unusable cell; first: line %d, %s%n",
          result.rejected(),
          result.faultyRows(),
          fault.line(),
          fault.detail());
    }
    if (!result.untrained().isEmpty()) {
      err.printf(
          Locale.ROOT,
          "%,d sensors have no model of their own, %s stands in; first: %s, %s%n",
          result.untrained().size(),
          name,
          result.untrained().firstKey(),
          result.untrained().get(result.untrained().firstKey()));
    }
    List<String> used = result.model().used();
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "Trained %s on %d of %d rows, %d features: %s%n",
        metadata.algorithm(),
        metadata.sampledRows(),
        result.rows(),
        used.size(),
        String.join(", ", used));
    SensorStates states = result.model().sensors();
    if (states != null) {
      Map<String, Integer> members = new TreeMap<>();
      states
          .choices(Integer.MAX_VALUE)
          .values()
          .forEach(choice -> members.merge(choice.member(), 1, Integer::sum));
      out.printf("Sensors by what they are measured by: %s%n", members);
    }
    out.printf(
        "%s %s is %s in %s%n",
        name,
        metadata.version(),
        String.join(" and ", aliases.of(metadata.version())),
        registry.directory());
    if (!result.sensors().isEmpty()) {
      out.printf(
          "%d sensors have models of their own, %s and on%n",
          result.sensors().size(), ModelMetadata.nameOf(name, result.sensors().firstKey()));
    }
  }
}
