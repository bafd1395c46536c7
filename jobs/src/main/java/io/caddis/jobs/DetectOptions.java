// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.jobs.spec.SpecLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say what to detect: a file of keys, and short names for the common ones. */
final class DetectOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init")
  CommandSpec command;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Pipeline specification in YAML; the options below override it.")
  @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets any key of the specification, e.g. training.size=1h. Repeatable.")
  List<String> settings = new ArrayList<>();

  @Option(
      names = "--input",
      paramLabel = "PATH",
      description = "File or directory to read: CSV with a header, or JSON lines.")
  @Nullable String input;

  @Option(names = "--output", paramLabel = "DIR", description = "Where the results go.")
  @Nullable String output;

  @Option(
      names = "--control",
      paramLabel = "DIR",
      description = "Directory that is watched for commands, as './caddis control' writes them.")
  @Nullable String control;

  @Option(
      names = "--key",
      paramLabel = "COL",
      description = "Column that names the sensor (default: key, sensor or sensor_id).")
  @Nullable String key;

  @Option(
      names = "--time",
      paramLabel = "COL",
      description = "Column of the event time (default: timestamp, ts, time or datetime).")
  @Nullable String time;

  @Option(
      names = "--group",
      paramLabel = "COL",
      description = "Column that names the group whose sensors share a model.")
  @Nullable String group;

  @Option(
      names = "--scope",
      paramLabel = "S",
      description = "One model per sensor (default), per group, or one global model.")
  @Nullable String scope;

  @Option(
      names = "--detector",
      paramLabel = "NAME",
      description =
          "auto (default): learns from each reading where it can. Also univariate, mewma, t2q, "
              + "stream_knn; and, trained: isolation_forest, ensemble, mcd, knn, kmeans, "
              + "local_outlier_factor, one_class_svm, autoencoder, half_space_trees, hbos, "
              + "extended_isolation_forest, random_cut_forest, zscore or iqr.")
  @Nullable String detector;

  @Option(
      names = "--train-rows",
      paramLabel = "N",
      description =
          "Train each model once, on its first N rows. Without this and --train-window: "
              + "after 128 rows, and again whenever they have doubled.")
  @Nullable String trainRows;

  @Option(
      names = "--train-window",
      paramLabel = "DUR",
      description = "Train again on every window of event time, e.g. 1h.")
  @Nullable String trainWindow;

  @Option(
      names = "--train-slide",
      paramLabel = "DUR",
      description = "Slide the training window by this, e.g. 15min.")
  @Nullable String trainSlide;

  @Option(
      names = "--contamination",
      paramLabel = "C",
      description = "Share of the training rows to flag, above 0, at most 0.5 (default: 0.01).")
  @Nullable String contamination;

  @Option(
      names = "--threshold",
      paramLabel = "M:V",
      description = "Threshold by method and value, e.g. percentile:99, std:3, spot:0.001.")
  @Nullable String threshold;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of the training (default: 42).")
  @Nullable String seed;

  @Option(
      names = "--parallelism",
      paramLabel = "P",
      description = "Parallel subtasks of every operator (default: all processors).")
  @Nullable String parallelism;

  @Option(
      names = "--continuous",
      description = "Go on with every file that is moved into the input directory.")
  boolean continuous;

  @Option(
      names = "--update",
      paramLabel = "U",
      description =
          "refit (default) or incremental: what a training window does to the model before it.")
  @Nullable String update;

  @Option(
      names = "--deduplicate",
      description = "Score one reading of the same sensor and time, not its repeats.")
  boolean deduplicate;

  @Option(
      names = "--alignment",
      paramLabel = "A",
      description = "immediate (default) or event-time: wait for the watermark.")
  @Nullable String alignment;

  @Option(
      names = "--out-of-orderness",
      paramLabel = "DUR",
      description = "How late readings may arrive and still train (default: 5 s).")
  @Nullable String outOfOrderness;

  @Option(
      names = "--registry",
      paramLabel = "DIR",
      description = "Registry in which every model trained becomes a version of --name.")
  @Nullable String registry;

  @Option(names = "--name", paramLabel = "M", description = "Of the model in the registry.")
  @Nullable String name;

  @Option(
      names = "--readings",
      description = "Write the values of readings too, for the dashboard, into DIR/readings.")
  boolean readings;

  @Option(
      names = "--archive",
      description = "Keep what alerts' scores were made of, for replay, in DIR/archive.")
  boolean archive;

  /** A loader that holds what the options say. */
  SpecLoader loader(Function<String, @Nullable String> environment) {
    exclusive("--train-rows", trainRows, "--train-window", trainWindow);
    exclusive("--train-rows", trainRows, "--train-slide", trainSlide);
    exclusive("--contamination", contamination, "--threshold", threshold);
    SpecLoader loader = new SpecLoader(environment);
    if (config != null) {
      loader.file(config);
    }
    if (input != null) {
      loader.set("source.type", "files", "--input");
    }
    set(loader, "source.path", input, "--input");
    set(loader, "source.continuous", continuous ? "true" : null, "--continuous");
    set(loader, "sink.directory", output, "--output");
    set(loader, "control.directory", control, "--control");
    set(loader, "fields.key", key, "--key");
    set(loader, "fields.time", time, "--time");
    set(loader, "fields.group", group, "--group");
    set(loader, "training.scope", group != null && scope == null ? "group" : scope, "--scope");
    set(loader, "training.seed", seed, "--seed");
    set(loader, "training.update", update, "--update");
    set(loader, "detector.name", detector, "--detector");
    set(loader, "time.alignment", alignment, "--alignment");
    set(loader, "time.out-of-orderness", outOfOrderness, "--out-of-orderness");
    set(loader, "registry.directory", registry, "--registry");
    set(loader, "registry.name", name, "--name");
    set(loader, "sink.readings", readings ? "true" : null, "--readings");
    set(loader, "archive", archive ? "alerts" : null, "--archive");
    set(loader, "deduplicate", deduplicate ? "true" : null, "--deduplicate");
    set(loader, "parallelism", parallelism, "--parallelism");
    setTraining(loader);
    setThreshold(loader);
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw wrong("--set must be KEY=VALUE, was '" + setting + "'");
      }
      loader.set(setting.substring(0, equals), setting.substring(equals + 1), "--set");
    }
    return loader;
  }

  private void setTraining(SpecLoader loader) {
    if (trainRows != null) {
      loader.set("training.window", "count", "--train-rows");
      loader.set("training.size", trainRows, "--train-rows");
      loader.set("training.slide", "null", "--train-rows");
      loader.set("training.once", "true", "--train-rows");
    }
    if (trainWindow != null) {
      loader.set("training.window", "tumbling", "--train-window");
      loader.set("training.size", trainWindow, "--train-window");
      loader.set("training.slide", "null", "--train-window");
      loader.set("training.once", "false", "--train-window");
    }
    if (trainSlide != null) {
      loader.set("training.window", "sliding", "--train-slide");
      loader.set("training.slide", trainSlide, "--train-slide");
    }
  }

  private void setThreshold(SpecLoader loader) {
    if (contamination != null) {
      loader.set("threshold.method", "contamination", "--contamination");
      loader.set("threshold.value", contamination, "--contamination");
    }
    if (threshold != null) {
      int colon = threshold.indexOf(':');
      if (colon < 0) {
        throw wrong("--threshold must be METHOD:VALUE, e.g. std:3, was '" + threshold + "'");
      }
      loader.set("threshold.method", threshold.substring(0, colon), "--threshold");
      loader.set("threshold.value", threshold.substring(colon + 1), "--threshold");
    }
  }

  private static void set(SpecLoader loader, String path, @Nullable String value, String option) {
    if (value != null) {
      loader.set(path, value, option);
    }
  }

  private void exclusive(
      String option, @Nullable String value, String other, @Nullable String otherValue) {
    if (value != null && otherValue != null) {
      throw wrong(option + " and " + other + " must not be given together: choose one");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
