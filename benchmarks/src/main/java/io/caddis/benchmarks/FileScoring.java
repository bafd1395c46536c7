// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.caddis.detectors.detector.IsolationForest;
import io.caddis.detectors.detector.ZScore;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.LineReader;
import io.caddis.detectors.table.TableLayout;
import io.caddis.detectors.table.TableScorer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Throughput of scoring a CSV file beside reading and writing the same file without scoring, in
 * turns in one JVM.
 *
 * <p>{@code unscored} reads, parses and writes every row as {@code score} does, on as many threads,
 * with {@link Unscored} numbers. {@code copy} only finds the lines and writes them again, on one
 * thread. {@code CPU} is by the processor time of all threads instead of wall time. Ratios are
 * medians over the turns of the ratio within a turn.
 */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = "Throughput of scoring a file beside reading and writing it, in turns.")
public final class FileScoring implements Callable<Integer> {
  private static final int TRAIN_ROWS = 10_000;

  @Option(
      names = "--rows",
      defaultValue = "1000000",
      description = "Of the file. Default: ${DEFAULT-VALUE}")
  int rows;

  @Option(
      names = "--features",
      split = ",",
      defaultValue = "4,16",
      description = "One measurement each. Default: ${DEFAULT-VALUE}")
  int[] features = {};

  @Option(names = "--threads", description = "That score. Default: all processors")
  int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--turns",
      defaultValue = "7",
      description = "Turns that count, after one that does not. Default: ${DEFAULT-VALUE}")
  int turns;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  CommandSpec command;

  public static void main(String[] args) {
    System.exit(new CommandLine(new FileScoring()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        "%,d rows of CSV; rows/s of wall time, %d turns, %d threads%n", rows, turns, threads);
    Path directory = Files.createTempDirectory("caddis-score");
    Path input = directory.resolve("readings.csv");
    Path output = directory.resolve("scored.csv");
    try {
      for (int width : features) {
        write(input, width);
        measure(input, output, width).print(out, "features " + width);
      }
    } finally {
      Files.deleteIfExists(input);
      Files.deleteIfExists(output);
      Files.delete(directory);
    }
    return 0;
  }

  private void write(Path input, int width) throws IOException {
    double[][] values = SyntheticRows.of(rows, width, 3);
    try (PrintWriter csv = new PrintWriter(Files.newBufferedWriter(input))) {
      csv.print("timestamp,key");
      for (int feature = 0; feature < width; feature++) {
        csv.print(",x" + feature);
      }
      csv.println();
      for (int row = 0; row < rows; row++) {
        csv.print(1_700_000_000_000L + row);
        csv.print(",sensor-" + row % 100);
        for (double value : values[row]) {
          csv.print(',');
          csv.print(Math.round(value * 1000) / 1000.0);
        }
        csv.println();
      }
    }
  }

  /** Values of each figure in each turn that counts. */
  private TurnTable measure(Path input, Path output, int width) throws IOException {
    Model unscored = BenchmarkModels.fit(new Unscored(width), width, TRAIN_ROWS);
    Model zscore = BenchmarkModels.fit(ZScore.NAME, width, TRAIN_ROWS);
    Model forest = BenchmarkModels.fit(IsolationForest.NAME, width, TRAIN_ROWS);
    TurnTable figures = new TurnTable();
    for (int turn = 0; turn <= turns; turn++) {
      double copied = copy(input, output);
      double byZscore = score(zscore, input, output);
      long start = processorNanos();
      double plain = score(unscored, input, output);
      long middle = processorNanos();
      double byForest = score(forest, input, output);
      double plainTime = middle - start;
      double forestTime = processorNanos() - middle;
      if (turn > 0) {
        figures.add("copy", copied);
        figures.add("unscored", plain);
        figures.add("zscore", byZscore);
        figures.add("forest", byForest);
        figures.add("zscore / unscored", byZscore / plain);
        figures.add("forest / unscored", byForest / plain);
        figures.add("forest / copy", byForest / copied);
        figures.add("forest / unscored, CPU", plainTime / forestTime);
      }
    }
    return figures;
  }

  private double score(Model model, Path input, Path output) throws IOException {
    TableScorer scorer =
        new TableScorer(
            new TableLayout(model.schema(), null, List.of()),
            model,
            model.threshold(),
            "",
            threads);
    long start = System.nanoTime();
    TableScorer.Progress done;
    try (InputStream in = Files.newInputStream(input);
        OutputStream out = Files.newOutputStream(output)) {
      done = scorer.score(in, "readings.csv", out, note -> {}, progress -> {});
    }
    long nanos = System.nanoTime() - start;
    if (done.rows() != rows || done.unscored() != 0) {
      throw new IllegalStateException("rows scored must be %d, was %s".formatted(rows, done));
    }
    return rows * 1e9 / nanos;
  }

  /** Processor time of all threads of this process, garbage collection included. */
  private static long processorNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private double copy(Path input, Path output) throws IOException {
    long start = System.nanoTime();
    int lines = 0;
    try (InputStream in = Files.newInputStream(input);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(output), 1 << 16)) {
      LineReader reader = new LineReader(in, Limits.DEFAULT);
      while (reader.next()) {
        out.write(reader.bytes(), reader.offset(), reader.length());
        out.write('\n');
        lines++;
      }
    }
    long nanos = System.nanoTime() - start;
    if (lines != rows + 1) {
      throw new IllegalStateException("lines must be %d, was %d".formatted(rows + 1, lines));
    }
    return rows * 1e9 / nanos;
  }
}
