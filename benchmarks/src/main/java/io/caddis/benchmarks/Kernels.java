// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.FittedDetector;
import io.caddis.detectors.detector.IsolationForest;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Scores rows one by one with our isolation forest and with Smile's, in turns in one JVM on one
 * thread, and prints rows a second of each and their ratio.
 *
 * <p>Rates are of thread CPU time, so that other work on the machine counts as little as it can.
 * The ratio is the median over the turns of the ratio within a turn. Fails on errors only: a slow
 * figure is a figure.
 */
@Command(
    name = "kernels",
    mixinStandardHelpOptions = true,
    description = "Scoring speed of the isolation forest beside Smile's, in turns in one JVM.")
public final class Kernels implements Callable<Integer> {
  @Option(names = "--trees", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}")
  int trees;

  @Option(names = "--sample-size", defaultValue = "256", description = "Default: ${DEFAULT-VALUE}")
  int sampleSize;

  @Option(names = "--features", defaultValue = "16", description = "Default: ${DEFAULT-VALUE}")
  int features;

  @Option(names = "--train-rows", defaultValue = "10000", description = "Default: ${DEFAULT-VALUE}")
  int trainRows;

  @Option(names = "--test-rows", defaultValue = "20000", description = "Default: ${DEFAULT-VALUE}")
  int testRows;

  @Option(
      names = "--turns",
      defaultValue = "9",
      description = "Turns that count. Default: ${DEFAULT-VALUE}")
  int turns;

  @Option(
      names = "--turn-millis",
      defaultValue = "1000",
      description = "CPU time of each kernel in a turn, at least. Default: ${DEFAULT-VALUE}")
  int turnMillis;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  CommandSpec command;

  private static final int WARM_UP_TURNS = 2;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Kernels()).execute(args));
  }

  @Override
  public Integer call() {
    double[][] training = SyntheticRows.of(trainRows, features, 1);
    double[][] rows = SyntheticRows.of(testRows, features, 2);
    FittedDetector ours =
        Detectors.byName(IsolationForest.NAME, Map.of("trees", trees, "max_samples", sampleSize))
            .fit(training, 42);
    smile.anomaly.IsolationForest smiles = SmileForest.fit(training, trees, sampleSize, 42);
    List<Double> oursPerSecond = new ArrayList<>();
    List<Double> smilesPerSecond = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int turn = -WARM_UP_TURNS; turn < turns; turn++) {
      double caddis = rowsPerSecond(ours::rawScore, rows);
      double smile = rowsPerSecond(smiles::score, rows);
      if (turn >= 0) {
        oursPerSecond.add(caddis);
        smilesPerSecond.add(smile);
        ratios.add(caddis / smile);
      }
    }
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        "Isolation forest, %d trees on %d rows, %d features: rows/s of CPU time, one thread,"
            + " %,d rows one by one, %d turns%n",
        trees, sampleSize, features, testRows, turns);
    out.printf("  %-22s %12s %12s %12s%n", "", "min", "median", "max");
    print(out, "caddis", "%,12.0f", Figures.of(oursPerSecond));
    print(out, "smile 3.1.1", "%,12.0f", Figures.of(smilesPerSecond));
    print(out, "caddis / smile", "%12.1f", Figures.of(ratios));
    out.flush();
    return 0;
  }

  static void print(PrintWriter out, String name, String format, Figures figures) {
    String line = "  %-22s " + format + " " + format + " " + format + "%n";
    out.printf(line, name, figures.min(), figures.median(), figures.max());
  }

  private double rowsPerSecond(ToDoubleFunction<double[]> kernel, double[][] rows) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    long elapsed;
    long scored = 0;
    double sum = 0;
    do {
      for (double[] row : rows) {
        sum += kernel.applyAsDouble(row);
      }
      scored += rows.length;
      elapsed = threads.getCurrentThreadCpuTime() - start;
    } while (elapsed < turnMillis * 1_000_000L);
    if (!(sum > 0)) {
      throw new IllegalStateException("sum of scores must be positive, was " + sum);
    }
    return scored * 1e9 / elapsed;
  }
}
