// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.stream.StreamDetector;
import io.caddis.detectors.stream.StreamDetectorType;
import io.caddis.detectors.stream.StreamDetectors;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What a reading costs a streaming detector, from a sensor's first one on: CPU time of the thread,
 * beside that of a fixed piece of arithmetic in the same turns, because a shared machine is now
 * fast and now slow.
 */
@Command(
    name = "cost",
    mixinStandardHelpOptions = true,
    description = "CPU time a reading of a streaming detector, beside fixed arithmetic.")
public final class StreamCost implements Callable<Integer> {
  private static final int SENSORS = 8;
  private static final int PRODUCTS = 1024;
  private static final int REPEATS = 4000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  @Option(names = "--detector", description = "Its name (default: ${DEFAULT-VALUE}).")
  String detector = "auto";

  @Option(names = "--features", description = "Of a reading (default: ${DEFAULT-VALUE}).")
  int features = 8;

  @Option(names = "--readings", description = "Of a sensor (default: ${DEFAULT-VALUE}).")
  int readings = 2000;

  @Option(names = "--turns", description = "How many are measured (default: ${DEFAULT-VALUE}).")
  int turns = 50;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  CommandSpec command;

  /** Keeps the compiler from leaving work out. */
  private double sink;

  public static void main(String[] args) {
    System.exit(new CommandLine(new StreamCost()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    StreamDetectorType type = StreamDetectors.byName(detector, Map.of());
    double[][][] sensors = new double[SENSORS][][];
    Arrays.setAll(sensors, this::series);
    double[] products = new Random(1).doubles(PRODUCTS).toArray();
    double[] nanos = new double[turns];
    double[] ratios = new double[turns];
    for (int turn = 0; turn < turns; turn++) {
      long begin = THREADS.getCurrentThreadCpuTime();
      for (double[][] rows : sensors) {
        score(type, rows);
      }
      long middle = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < REPEATS; i++) {
        sum(products);
      }
      long end = THREADS.getCurrentThreadCpuTime();
      nanos[turn] = (middle - begin) / (double) (SENSORS * readings);
      ratios[turn] = nanos[turn] / ((end - middle) / (double) REPEATS);
    }
    double first = nanos[0];
    Arrays.sort(nanos);
    Arrays.sort(ratios);
    StreamDetector last = score(type, sensors[0]);
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    last.write(new DataOutputStream(state));
    command
        .commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%s, %d features, %,d readings a sensor: %.2f us CPU a reading, median of %d turns"
                + " (first turn, JVM cold: %.2f us); %.2f times a sum of %d products;"
                + " state %,d bytes%n",
            detector,
            features,
            readings,
            nanos[turns / 2] / 1e3,
            turns,
            first / 1e3,
            ratios[turns / 2],
            PRODUCTS,
            state.size());
    return 0;
  }

  private StreamDetector score(StreamDetectorType type, double[][] rows) {
    StreamDetector state = type.create(features);
    for (int i = 0; i < rows.length; i++) {
      sink += state.score(60_000L * i, rows[i]);
    }
    return state;
  }

  private void sum(double[] products) {
    double sum = sink;
    for (double factor : products) {
      sum += factor * factor;
    }
    sink = sum;
  }

  /** Autocorrelated features with a common part; a fault in every 700 readings, some missing. */
  private double[][] series(int seed) {
    Random random = new Random(seed);
    double[][] rows = new double[readings][features];
    double[] state = new double[features];
    for (int i = 0; i < readings; i++) {
      double common = random.nextGaussian();
      for (int j = 0; j < features; j++) {
        state[j] = (0.3 + 0.08 * (j % 8)) * state[j] + random.nextGaussian() + common / 2;
        double fault = i % 700 > 650 ? 8 * (j % 3) : 0;
        rows[i][j] =
            random.nextInt(500) == 0 ? Double.NaN : 10 * j + state[j] * (1 + j % 8) + fault;
      }
    }
    return rows;
  }
}
