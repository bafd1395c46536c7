// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code estimate}: how large a cluster must be. */
@Command(
    name = "estimate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Tells what a job with the default detector needs of memory, disk and processors.",
    footer = {"", "What it reckons by, and how far it can be wrong: docs/runbook.md, Sizing."})
final class EstimateCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(names = "--sensors", required = true, paramLabel = "N", description = "Sensors.")
  private long sensors;

  @Option(
      names = "--features",
      required = true,
      paramLabel = "D",
      description = "Numeric features of each.")
  private int features;

  @Option(
      names = "--rate",
      required = true,
      paramLabel = "R",
      description = "Readings a second, all sensors together.")
  private double rate;

  @Override
  public Integer call() {
    Estimate estimate;
    try {
      estimate = new Estimate(sensors, features, rate);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
    }
    command
        .commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            """
            state         %s a sensor, %s in all
            checkpoint    %s each in full, %s with increments (every 10 s); %s of disk
            processors    %.1f cores with state on the heap, %.1f with RocksDB, at 60 %% load
            memory        %s of heap for state on the heap; RocksDB: managed memory, and disk for %s
            network       %s a second between subtasks, %s a second of results
            """,
            bytes(estimate.stateBytesPerSensor()),
            bytes(estimate.stateBytes()),
            bytes(estimate.stateBytes()),
            bytes(estimate.incrementBytes()),
            bytes(estimate.checkpointDiskBytes()),
            estimate.coresOnHeap(),
            estimate.coresOnRocksDb(),
            bytes(estimate.heapBytes()),
            bytes(estimate.stateBytes()),
            bytes(estimate.exchangedBytesPerSecond()),
            bytes(estimate.resultBytesPerSecond()));
    return 0;
  }

  private static String bytes(double count) {
    String[] units = {"B", "KB", "MB", "GB", "TB"};
    int unit = 0;
    double value = count;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }
}
