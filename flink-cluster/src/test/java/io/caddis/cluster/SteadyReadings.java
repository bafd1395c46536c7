// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import io.caddis.detectors.simulate.SensorSimulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Simulated readings at a steady rate, as CSV files that are published one after the other, each
 * with a line that is no reading. Event time passes three hundred times as fast as the clock, so
 * that a day is over in five minutes.
 */
final class SteadyReadings implements AutoCloseable {
  static final int SENSORS = 100;

  private static final Duration FILE_EVERY = Duration.ofSeconds(2);
  private static final int STEPS_A_FILE = 10;
  private static final long START = 1_577_836_800_000L;
  private static final long INTERVAL_MILLIS = 60_000;

  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final SensorSimulator simulator;
  private final Path input;
  private final Path hidden;
  private final Ledger ledger;
  private long files;

  /**
   * @param folder gets the folders {@code input} and {@code waiting}
   */
  SteadyReadings(Path folder, long seed, Ledger ledger) throws IOException {
    simulator =
        new SensorSimulator(new SensorSimulator.Settings(seed, SENSORS, 5, START, INTERVAL_MILLIS));
    input = Files.createDirectories(folder.resolve("input"));
    hidden = Files.createDirectories(folder.resolve("waiting"));
    this.ledger = ledger;
  }

  Path input() {
    return input;
  }

  static double perSecond() {
    return (double) STEPS_A_FILE * SENSORS / FILE_EVERY.toSeconds();
  }

  void start() {
    clock.scheduleAtFixedRate(this::publish, 0, FILE_EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The next file. */
  void publish() {
    try {
      String name = "readings-%08d.csv".formatted(files);
      Path waiting = hidden.resolve(name);
      long each = (long) STEPS_A_FILE * SENSORS;
      SensorFiles.write(simulator, files * each, (files + 1) * each, waiting);
      Files.writeString(waiting, "no reading\n", StandardOpenOption.APPEND);
      files++;
      Path published = input.resolve(name);
      ledger.open(waiting, published, 1);
      Files.move(waiting, published, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Publishes no more. */
  @Override
  public void close() {
    clock.shutdown();
    Patience.await(Duration.ofSeconds(10), clock::isTerminated);
  }
}
