// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.registry.RegisteredModel;
import io.caddis.detectors.table.TableLayout;
import io.caddis.detectors.table.TableModels;
import io.caddis.detectors.table.TableScorer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code score}: adds a registered model's scores to the rows of a plain file. */
@Command(
    name = "score",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Scores the rows of a file with a model from a registry.",
    footer = {
      "",
      "The output has every row of the input once, in the same order, and four more columns:",
      "score (0 to 1), is_anomaly (true, false), prediction (-1, 1) and raw_score.",
      "They are empty for rows that could not be read; those are counted on standard error.",
      "  score --input new.csv --registry models --name pump --output scored.csv",
      "Exit status: 0 done, 1 scoring failed, 2 wrong usage."
    })
final class ScoreCommand implements Callable<Integer> {
  private final boolean watched;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description = "CSV with a header, JSON lines or Parquet.")
  @SuppressWarnings("NullAway.Init")
  private Path input;

  @Mixin private RegistryOption registry = new RegistryOption();

  @Option(names = "--name", required = true, paramLabel = "M", description = "Of the model.")
  private String name = "";

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "What to write, in the input's format; replaced when it exists.")
  @SuppressWarnings("NullAway.Init")
  private Path output;

  @Option(
      names = "--model-version",
      paramLabel = "V",
      description = {
        "A version or the beginning of one, champion, challenger, previous or latest",
        "(default: ${DEFAULT-VALUE})."
      })
  private String version = "champion";

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description = "Score from which on a row is anomalous, 0 to 1 (default: the model's).")
  private @Nullable Double threshold;

  @Option(
      names = "--time",
      paramLabel = "COL",
      description = "Column of the time (default: as in training).")
  private @Nullable String time;

  @Option(
      names = "--key",
      paramLabel = "COL",
      description = {
        "Column that names the sensor: its rows are scored by its own model M.SENSOR,",
        "by M when it has none (default: all rows by M)."
      })
  private @Nullable String key;

  @Option(
      names = "--prefix",
      paramLabel = "P",
      description = "Put before the names of the four columns.")
  private String prefix = "";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many threads score (default: all processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  /**
   * @param watched whether somebody watches standard error
   */
  ScoreCommand(boolean watched) {
    this.watched = watched;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter err = command.commandLine().getErr();
    TableInput file = new TableInput(input);
    Path draft = output.resolveSibling("." + output.getFileName() + ".partial");
    ScoreProgress progress = new ScoreProgress(err, watched, System::nanoTime);
    TableScorer.Progress done;
    try {
      file.check();
      checkOutput();
      TableScorer scorer = scorer(registry.open());
      progress.begin(Files.size(input));
      Files.deleteIfExists(draft);
      done = score(scorer, file.name(), draft, progress);
      Files.move(draft, output, StandardCopyOption.REPLACE_EXISTING);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    } finally {
      Files.deleteIfExists(draft);
    }
    progress.end(done);
    report(done, err);
    return 0;
  }

  private TableScorer.Progress score(
      TableScorer scorer, String source, Path draft, ScoreProgress progress) throws IOException {
    PrintWriter err = command.commandLine().getErr();
    TableFormat format = TableFormat.of(input);
    if (format != null) {
      return format.score(input, draft, scorer, err::println, progress::show);
    }
    try (InputStream in = Files.newInputStream(input);
        OutputStream out = Files.newOutputStream(draft)) {
      return scorer.score(in, source, out, err::println, progress::show);
    }
  }

  private TableScorer scorer(ModelRegistry models) throws IOException {
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
    return new TableScorer(
        new TableLayout(
            registered.model().schema(),
            timeField,
            calendar,
            bySensor && key == null ? training.keyField() : key),
        new TableModels(
            registered.model(), key == null || bySensor ? Map.of() : ofSensors(models), threshold),
        prefix,
        Math.max(1, threads));
  }

  /** The models of single sensors that have the alias asked for. */
  private Map<String, Model> ofSensors(ModelRegistry models) throws IOException {
    if (!version.equals(ModelRegistry.LATEST) && !ModelRegistry.ALIASES.contains(version)) {
      throw new IllegalArgumentException(
          "--model-version must be an alias or latest with --key, was '" + version + "'");
    }
    Map<String, Model> found = new HashMap<>();
    for (String other : models.names()) {
      boolean there =
          other.startsWith(name + '.')
              && (version.equals(ModelRegistry.LATEST)
                  || models.aliases(other).version(version) != null);
      if (there) {
        RegisteredModel own = models.load(other, version);
        String sensor = own.metadata().training().group();
        if (sensor != null && ModelMetadata.nameOf(name, sensor).equals(other)) {
          found.put(sensor, own.model());
        }
      }
    }
    if (found.isEmpty()) {
      command.commandLine().getErr().printf("no sensor has a model of its own beside %s%n", name);
    }
    return found;
  }

  private void checkOutput() throws IOException {
    if (Files.isDirectory(output)) {
      throw new IllegalArgumentException("--output must be a file, was the directory " + output);
    }
    if (Files.exists(output) && Files.isSameFile(input, output)) {
      throw new IllegalArgumentException("--output must not be the input, was " + output);
    }
    String from = extension(input);
    String to = extension(output);
    boolean open = from.isEmpty() || to.isEmpty();
    if (!from.equals(to) && (!open || from.equals("Parquet") || to.equals("Parquet"))) {
      throw new IllegalArgumentException(
          "--output must have the input's format %s, was %s"
              .formatted(from.isEmpty() ? input : from, to.isEmpty() ? output : to));
    }
    Path directory = output.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
  }

  private static String extension(Path file) {
    String lower = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (lower.endsWith(".csv")) {
      return "CSV";
    }
    if (lower.endsWith(".parquet")) {
      return "Parquet";
    }
    boolean json = lower.endsWith(".json") || lower.endsWith(".jsonl") || lower.endsWith(".ndjson");
    return json ? "JSON lines" : "";
  }

  private void report(TableScorer.Progress done, PrintWriter err) {
    Rejection fault = done.firstFault();
    if (fault != null) {
      err.printf(
          Locale.ROOT,
          "%,d rows written without a score, %,d scored with an unusable cell as missing;"
              + " first: line %d, %s%n",
          done.unscored(),
          done.faulty(),
          fault.line(),
          fault.detail());
    }
    PrintWriter out = command.commandLine().getOut();
    out.printf("Scored %d rows%n", done.rows() - done.unscored());
    out.printf(
        Locale.ROOT,
        "%d anomalies (%.2f %%), %d rows without a score%n",
        done.anomalies(),
        100.0 * done.anomalies() / Math.max(1, done.rows() - done.unscored()),
        done.unscored());
  }
}
