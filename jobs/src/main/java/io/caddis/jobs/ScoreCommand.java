// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.table.TableScorer;
import io.caddis.jobs.table.TableFile;
import io.caddis.jobs.table.TableJob;
import io.caddis.jobs.table.TableScoring;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
    description = "Scores the rows of files with a model from a registry.",
    footer = {
      "",
      "The output has every row of the input once, in the same order, and four more",
      "columns: score (0 to 1), is_anomaly (true, false), prediction (-1, 1) and",
      "raw_score. They are empty for rows that could not be read; those are counted on",
      "standard error.",
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
      paramLabel = "PATH",
      description =
          "CSV with a header, JSON lines or Parquet; a directory or URI of many files is scored "
              + "by a Flink job.")
  private String input = "";

  @Mixin private RegistryOption registry = new RegistryOption();

  @Option(names = "--name", required = true, paramLabel = "M", description = "Of the model.")
  private String name = "";

  @Option(
      names = "--output",
      required = true,
      paramLabel = "PATH",
      description =
          "What to write, in the input's format; replaced when it exists. For a directory, a "
              + "directory of files of the same names.")
  private String output = "";

  @Option(
      names = "--model-version",
      paramLabel = "V",
      description =
          "A version or the beginning of one, champion, challenger, previous or latest "
              + "(default: ${DEFAULT-VALUE}).")
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
      description =
          "Column that names the sensor: its rows are scored by its own model M.SENSOR, "
              + "by M when it has none (default: all rows by M).")
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
  public Integer call() throws Exception {
    Path file = TableRun.plainFile(input);
    return file == null ? runJob() : score(file, Path.of(output));
  }

  private int score(Path file, Path target) throws IOException {
    PrintWriter err = command.commandLine().getErr();
    Path draft = target.resolveSibling("." + target.getFileName() + ".partial");
    ScoreProgress progress = new ScoreProgress(err, watched, System::nanoTime);
    TableScorer.Progress done;
    try {
      TableRun.checkReadable(file);
      checkOutput(file, target);
      TableScorer scorer = scoring().scorer(Math.max(1, threads));
      progress.begin(Files.size(file));
      try (OutputStream out = Files.newOutputStream(draft)) {
        done = TableFile.of(file).score(scorer, out, err::println, progress::show);
      }
      Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    } finally {
      Files.deleteIfExists(draft);
    }
    progress.end(done);
    report(done, err);
    return 0;
  }

  private TableScoring scoring() throws IOException {
    TableScoring scoring =
        TableScoring.of(registry.existing(), name, version, threshold, time, key, prefix);
    if (key != null && scoring.bySensor().isEmpty()) {
      command.commandLine().getErr().printf("no sensor has a model of its own beside %s%n", name);
    }
    return scoring;
  }

  private int runJob() throws Exception {
    PrintWriter err = command.commandLine().getErr();
    TableRun run = new TableRun();
    ScoreProgress progress = new ScoreProgress(run.progress(err), watched, System::nanoTime);
    try {
      String from = TableRun.location(input);
      String to = TableRun.location(output);
      if (to.equals(from) || to.startsWith(from + '/')) {
        throw new IllegalArgumentException("--output must lie outside of the input, was " + output);
      }
      List<TableFile> files = TableFile.below(from);
      TableScoring scoring = scoring();
      scoring.scorer(1);
      TableJob.score(run.env(), files, scoring, to);
      progress.begin(files.stream().mapToLong(TableFile::bytes).sum());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    Map<String, Object> done =
        run.await(
            "score " + name, command.commandLine().getOut(), now -> progress.show(progress(now)));
    if (done != null) {
      progress.end(progress(done));
      report(progress(done), err);
    }
    return 0;
  }

  private static TableScorer.Progress progress(Map<String, Object> accumulators) {
    return new TableScorer.Progress(
        TableRun.count(accumulators, TableJob.BYTES),
        TableRun.count(accumulators, TableJob.ROWS),
        TableRun.count(accumulators, TableJob.ANOMALIES),
        TableRun.count(accumulators, TableJob.UNUSED),
        TableRun.count(accumulators, TableJob.FAULTY),
        null);
  }

  private static void checkOutput(Path input, Path output) throws IOException {
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
    if (fault != null || done.unscored() + done.faulty() > 0) {
      err.printf(
          Locale.ROOT,
          "%,d rows written without a score, %,d scored with an unusable cell as missing%s%n",
          done.unscored(),
          done.faulty(),
          fault == null ? "" : "; first: line %d, %s".formatted(fault.line(), fault.detail()));
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
