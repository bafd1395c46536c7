// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A detection job with default settings under the readings of many sensors, for a while, in one JVM
 * with one TaskManager; or, in its place, a counter a sensor.
 */
@Command(
    name = "scale",
    mixinStandardHelpOptions = true,
    description = {
      "A detection job with many sensors: rate, lag, CPU a reading, latency, state, checkpoints.",
      "Prints one line of JSON. Flink's settings are those of conf/config.yaml."
    })
public final class Scale implements Callable<Integer> {
  /** Readings a second of a source that is to wait after its first round. */
  private static final double PAUSE = 1e-6;

  @Option(names = "--sensors", description = "Default: ${DEFAULT-VALUE}")
  int sensors = 100_000;

  @Option(names = "--features", description = "Numbers a reading. Default: ${DEFAULT-VALUE}")
  int features = 1;

  @Option(
      names = "--rate",
      description = "Readings a second, or max. Default: what makes one a sensor and minute.")
  String rate = "";

  @Option(names = "--seconds", description = "How long to measure. Default: ${DEFAULT-VALUE}")
  int seconds = 60;

  @Option(
      names = "--settle",
      description = "Seconds at the rate before that. Default: ${DEFAULT-VALUE}")
  int settle = 30;

  @Option(names = "--parallelism", description = "Default: ${DEFAULT-VALUE}")
  int parallelism = 2;

  @Option(names = "--backend", description = "hashmap or rocksdb. Default: ${DEFAULT-VALUE}")
  String backend = "rocksdb";

  @Option(
      names = "--checkpoint",
      description = "Seconds between checkpoints, 0 = none. Default: ${DEFAULT-VALUE}")
  int checkpoint = 60;

  @Option(
      names = "--warm",
      description =
          "Readings of each sensor at full speed before the clock starts. Default: ${DEFAULT-VALUE}")
  int warm = 1;

  @Option(
      names = "--empty",
      description = "Begin without state, instead of with detectors that have learned for a week.")
  boolean empty;

  @Option(
      names = "--hot",
      description = "Share of the readings that are one sensor's. Default: ${DEFAULT-VALUE}")
  double hot;

  @Option(
      names = "--counter",
      paramLabel = "BYTES[:EVERY]",
      split = ",",
      description = {
        "Detect nothing: count each sensor's readings in states of so many bytes, of which each",
        "reading, or one in EVERY, rewrites all, and set a timer each three readings. What",
        "detection with one number a reading does: 509,170,1753:50"
      })
  List<String> counter = List.of();

  @Option(
      names = "--managed",
      paramLabel = "MB",
      description = "Memory of RocksDB in all. Default: ${DEFAULT-VALUE}")
  int managed = 1024;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of Flink. Repeatable.")
  Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--directory", description = "For state and checkpoints; emptied afterwards.")
  Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(names = "--conf", hidden = true)
  Path conf = Path.of("conf");

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  CommandSpec command;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Scale()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    double perSecond = perSecond();
    Path own = Files.createTempDirectory(directory, "caddis-scale");
    Configuration settings = configuration(own);
    try (ScaleRun run = new ScaleRun(settings, own, command.commandLine().getErr())) {
      if (counter.isEmpty() && !empty) {
        run.grow(graph(1, PAUSE, settings).grown(), sensors);
      }
      ScaleGraph graph = graph(warm, perSecond, settings);
      command
          .commandLine()
          .getOut()
          .println(
              run.measure(
                  counter.isEmpty() ? graph.detection() : graph.counter(parts()),
                  perSecond,
                  settle,
                  seconds,
                  sensors));
      command.commandLine().getOut().flush();
    }
    return 0;
  }

  private List<KeyedBytesFunction.Part> parts() {
    try {
      return KeyedBytesFunction.parts(counter);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          command.commandLine(),
          "--counter must be BYTES, or more of BYTES:EVERY after it, was %s: %s"
              .formatted(String.join(",", counter), e.getMessage()),
          e);
    }
  }

  private double perSecond() {
    if (rate.isEmpty()) {
      return sensors / 60.0;
    }
    try {
      return rate.equals("max") ? Double.POSITIVE_INFINITY : Double.parseDouble(rate);
    } catch (NumberFormatException e) {
      throw new ParameterException(
          command.commandLine(), "--rate must be a number or max, was " + rate, e);
    }
  }

  private ScaleGraph graph(int first, double perSecond, Configuration settings) {
    return new ScaleGraph(
        new ScaleLoad(sensors, features, first, perSecond, hot, parallelism), settings);
  }

  /** That of the cluster, for one process. */
  private Configuration configuration(Path own) throws IOException {
    Configuration all = GlobalConfiguration.loadConfiguration(conf.toString());
    // Its classes are the cluster's own, and nobody asks.
    all.keySet().stream().filter(key -> key.startsWith("metrics.reporter")).forEach(all::removeKey);
    all.set(StateBackendOptions.STATE_BACKEND, backend);
    all.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, backend.equals("rocksdb"));
    all.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, own.resolve("checkpoints").toUri().toString());
    all.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 1);
    all.removeConfig(CheckpointingOptions.CHECKPOINTING_INTERVAL);
    if (checkpoint > 0) {
      all.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(checkpoint));
    }
    all.set(CoreOptions.TMP_DIRS, own.resolve("tmp").toString());
    all.set(TaskManagerOptions.NUM_TASK_SLOTS, parallelism);
    all.set(
        TaskManagerOptions.MANAGED_MEMORY_SIZE,
        MemorySize.ofMebiBytes(backend.equals("rocksdb") ? managed : 16));
    all.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    all.set(PipelineOptions.OBJECT_REUSE, true);
    settings.forEach(all::setString);
    return all;
  }
}
