// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.simulate.SensorSimulator;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The generator: simulated readings, with anomalies, as CSV files that follow each other in time.
 * They wait in a hidden folder until they are published, each by one atomic rename.
 */
final class SensorFiles {
  static final int SENSORS = 20;
  static final int STEPS_A_FILE = 200;

  private static final long START = 1_704_067_200_000L;
  private static final long INTERVAL_MILLIS = 1000;

  private final Path input;
  private final List<Path> waiting = new ArrayList<>();
  private final long readings;

  /**
   * @param folder gets the folders {@code input} and {@code waiting}
   */
  SensorFiles(Path folder, int files) throws IOException {
    input = Files.createDirectories(folder.resolve("input"));
    Path hidden = Files.createDirectories(folder.resolve("waiting"));
    SensorSimulator simulator =
        new SensorSimulator(new SensorSimulator.Settings(11, SENSORS, 5, START, INTERVAL_MILLIS));
    long written = 0;
    for (int file = 0; file < files; file++) {
      Path path = hidden.resolve("readings-%03d.csv".formatted(file));
      long first = (long) file * STEPS_A_FILE * SENSORS;
      written += write(simulator, first, first + STEPS_A_FILE * SENSORS, path);
      waiting.add(path);
    }
    readings = written;
  }

  /** Writes the readings with these numbers and returns how many there are. */
  static long write(SensorSimulator simulator, long from, long to, Path path) throws IOException {
    long written = 0;
    try (BufferedWriter out = Files.newBufferedWriter(path)) {
      out.write("timestamp,sensor,temperature,vibration,pressure,current,mode\n");
      for (long number = from; number < to; number++) {
        Reading reading = simulator.reading(number);
        if (reading != null) {
          out.write(reading.timestamp() + "," + reading.key());
          for (double value : reading.numbers()) {
            out.write("," + value);
          }
          out.write("," + reading.texts()[0] + "\n");
          written++;
        }
      }
    }
    return written;
  }

  /** What the job is to read. */
  Path input() {
    return input;
  }

  /** How many readings all files hold. */
  long readings() {
    return readings;
  }

  synchronized int left() {
    return waiting.size();
  }

  /** Moves the next files into the input folder, as many as there are. */
  synchronized void publish(int files) throws IOException {
    for (int i = 0; i < files && !waiting.isEmpty(); i++) {
      Path next = waiting.remove(0);
      Files.move(next, input.resolve(next.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
