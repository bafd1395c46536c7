// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.SchemaInference;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.table.TableTrainer;
import io.caddis.detectors.table.TableTraining;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.jobs.table.TableFile;
import io.caddis.jobs.table.TableJob;
import io.caddis.jobs.table.TrainingOrder;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
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
    description = "Fits models on the rows of files and puts them into a registry.",
    footer = {
      "",
      "The file is CSV with a header, JSON lines or Parquet. Every column is a feature",
      "but those of time and sensor, those called label, labels, anomaly or is_anomaly,",
      "and those of --ignore.",
      "  train --input readings.csv --ignore operator --registry models --name pump",
      "With --scope sensor, each sensor of 32 rows or more has a model as well:",
      "M.SENSOR, which score --key takes for its rows.",
      "The same file, options and seed give the same model, byte for byte.",
      "Exit status: 0 done, 1 no model came of it, 2 wrong usage."
    })
final class TrainCommand implements Callable<Integer> {
  /** Share of the rows to flag when nothing was asked for. */
  private static final double CONTAMINATION = 0.01;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "PATH",
      description = "What to learn: a file, or a directory or URI of many, read by a Flink job.")
  private String input = "";

  @Mixin private RegistryOption registry = new RegistryOption();

  @Option(names = "--name", required = true, paramLabel = "M", description = "Of the model.")
  private String name = "";

  @Option(
      names = "--detector",
      paramLabel = "NAME",
      description =
          "As for detect (default: ${DEFAULT-VALUE}). One that learns by reading, such as auto, "
              + "reads the rows in their order, sensor by sensor.")
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
      description = "global: one model for all rows; sensor: each sensor's too (default: global).")
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
      description = "Columns to leave out. Repeatable, or separated by commas.")
  private Set<String> ignored = new LinkedHashSet<>();

  @Option(
      names = "--features",
      split = ",",
      paramLabel = "COL[:ENC]",
      description =
          "Only these columns, with their encoding: numeric, label, onehot, hash, frequency, "
              + "binary or category (default: numeric or category, by what the column holds).")
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
      description = "robust, standard or none (default: robust).")
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
  public Integer call() throws Exception {
    Path file = TableRun.plainFile(input);
    if (file == null) {
      return runJob();
    }
    TableFile table = TableFile.of(file);
    TrainingOrder order;
    TableTrainer.Result result;
    List<String> lines;
    try {
      TableRun.checkReadable(file);
      order = order(List.of(table), table.name(), registry.directory());
      TableTraining training = order.training();
      try (InputStream in = table.open()) {
        result = training.train(in, table.name());
      }
      lines = order.publish(result);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    tellFaults(result);
    String untrained = order.untrained(result);
    if (untrained != null) {
      command.commandLine().getErr().println(untrained);
    }
    lines.forEach(command.commandLine().getOut()::println);
    return 0;
  }

  private int runJob() throws Exception {
    TableRun run = new TableRun();
    try {
      List<TableFile> files = TableFile.below(TableRun.location(input));
      TrainingOrder order = order(files, input, TableRun.location(registry.directory()));
      order.trainer();
      TableJob.train(run.env(), files, order);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    PrintWriter out = command.commandLine().getOut();
    Map<String, Object> done = run.await("train " + name, out, progress -> {});
    if (done != null) {
      long unused = TableRun.count(done, TableJob.UNUSED);
      long faulty = TableRun.count(done, TableJob.FAULTY);
      if (unused + faulty > 0) {
        tellFaults(unused, faulty, "");
      }
      TableRun.list(done, TableJob.LINES).forEach(out::println);
    }
    return 0;
  }

  private TrainingOrder order(
      List<? extends SchemaInference.Input> files, String source, String target)
      throws IOException {
    ModelRegistry.checkedName(scope == Scope.SENSOR ? ModelMetadata.nameOf(name, "") : name);
    registry.open();
    SchemaInference.Options defaults = SchemaInference.Options.DEFAULT;
    RecordLayout found =
        SchemaInference.inferTable(
            files,
            new SchemaInference.Options(time, key, defaults.maxBytes(), defaults.limits()),
            ignored);
    if (found.timeField() == null && !calendar.isEmpty()) {
      throw new IllegalArgumentException(
          "--calendar needs a column of the time: name it with --time COL");
    }
    if (scope == Scope.SENSOR && found.keyField() == null) {
      throw new IllegalArgumentException(
          "--scope sensor needs a column of the sensor: name it with --key COL");
    }
    return new TrainingOrder(
        new TableTraining.Settings(
            detector, new TreeMap<String, Object>(parameters), scaling, rule(), CONTAMINATION),
        ChosenColumns.of(features, found),
        found.timeField(),
        found.keyField(),
        scope == Scope.SENSOR,
        calendar,
        seed,
        checkedSampleRows(),
        source,
        target,
        name,
        challenger,
        keep);
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

  private void tellFaults(TableTrainer.Result result) {
    Rejection fault = result.firstFault();
    if (fault != null) {
      tellFaults(
          result.rejected(),
          result.faultyRows(),
          "; first: line %d, %s".formatted(fault.line(), fault.detail()));
    }
  }

  private void tellFaults(long unused, long faulty, String first) {
    command
        .commandLine()
        .getErr()
        .printf(
            Locale.ROOT,
            "%,d lines without a usable value, %,d rows with an unusable cell%s%n",
            unused,
            faulty,
            first);
  }
}
