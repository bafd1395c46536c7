// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.stream.StreamDetector;
import io.caddis.detectors.stream.StreamDetectorType;
import io.caddis.detectors.stream.StreamDetectors;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Scores a labelled set with one streaming detector, each sensor on its own and in event-time
 * order, and writes {@code timestamp,key,score,is_anomaly} for the set's scorer.
 *
 * <p>A set is a folder with {@code data/*.csv} of {@code timestamp,key,features…}: ISO-8601 times,
 * no quotes, an empty cell or one that is not a number counts as missing.
 */
@Command(
    name = "stream",
    mixinStandardHelpOptions = true,
    description = "Scores a labelled set with one streaming detector.")
public final class StreamAccuracy implements Callable<Integer> {
  @Option(names = "--detector", required = true, description = "Its name.")
  String detector = "";

  @Option(
      names = {"-P", "--parameter"},
      paramLabel = "NAME=VALUE",
      description = "A parameter of the detector.")
  Map<String, Object> parameters = new LinkedHashMap<>();

  @Option(names = "--set", required = true, description = "Folder with data/*.csv.")
  Path set = Path.of("");

  @Option(names = "--output", required = true, description = "Folder that gets scores.csv.")
  Path output = Path.of("");

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  CommandSpec command;

  /** One line of a file, in the order of the files. */
  private record Line(String timestamp, long timeMillis, double[] values) {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new StreamAccuracy()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    StreamDetectorType type = StreamDetectors.byName(detector, parameters);
    Map<String, List<Line>> sensors = readSet();
    long rows = 0;
    long nanos = 0;
    long largest = 0;
    Files.createDirectories(output);
    try (BufferedWriter out = Files.newBufferedWriter(output.resolve("scores.csv"))) {
      out.write("timestamp,key,score,is_anomaly\n");
      for (Map.Entry<String, List<Line>> sensor : sensors.entrySet()) {
        List<Line> lines = sensor.getValue();
        StreamDetector state = type.create(lines.get(0).values().length);
        double[] scores = new double[lines.size()];
        long before = cpuNanos();
        for (int i = 0; i < scores.length; i++) {
          scores[i] = state.score(lines.get(i).timeMillis(), lines.get(i).values());
        }
        nanos += cpuNanos() - before;
        rows += scores.length;
        largest = Math.max(largest, writtenBytes(state));
        for (int i = 0; i < scores.length; i++) {
          String flag = scores[i] >= 0.5 ? "1" : "0";
          out.write(
              lines.get(i).timestamp() + "," + sensor.getKey() + "," + scores[i] + "," + flag);
          out.write('\n');
        }
      }
    }
    PrintWriter console = command.commandLine().getOut();
    console.printf(
        "%s: %,d readings of %,d sensors, %.2f us CPU a reading, state at most %,d bytes%n",
        detector, rows, sensors.size(), nanos / 1e3 / rows, largest);
    return 0;
  }

  /** The lines of each sensor by event time; those of one time stay in the order of the files. */
  private Map<String, List<Line>> readSet() throws IOException {
    Map<String, List<Line>> sensors = new LinkedHashMap<>();
    List<Path> files;
    try (Stream<Path> found = Files.list(set.resolve("data"))) {
      files = found.filter(path -> path.toString().endsWith(".csv")).sorted().toList();
    }
    for (Path file : files) {
      try (BufferedReader in = Files.newBufferedReader(file)) {
        in.readLine();
        for (String text = in.readLine(); text != null; text = in.readLine()) {
          String[] cells = text.split(",", -1);
          double[] values = new double[cells.length - 2];
          for (int i = 0; i < values.length; i++) {
            values[i] = number(cells[i + 2]);
          }
          sensors
              .computeIfAbsent(cells[1], key -> new ArrayList<>())
              .add(new Line(cells[0], Instant.parse(cells[0]).toEpochMilli(), values));
        }
      }
    }
    for (List<Line> lines : sensors.values()) {
      lines.sort(Comparator.comparingLong(Line::timeMillis));
    }
    return sensors;
  }

  private static double number(String cell) {
    try {
      return Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static long writtenBytes(StreamDetector state) throws IOException {
    try (DataOutputStream out = new DataOutputStream(OutputStream.nullOutputStream())) {
      state.write(out);
      return out.size();
    }
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
