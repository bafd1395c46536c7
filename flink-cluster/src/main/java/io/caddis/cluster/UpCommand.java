// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./caddis up}: starts a cluster in the background. */
@Command(
    name = "up",
    description = "Start a Flink cluster in the background: JobManager and TaskManagers.",
    sortOptions = false)
final class UpCommand implements Callable<Integer> {
  /** For a JobManager that stands by to find the one that leads. */
  private static final Duration STANDBY_PATIENCE = Duration.ofSeconds(30);

  enum Backend {
    HASHMAP,
    ROCKSDB
  }

  @Option(
      names = "--taskmanagers",
      defaultValue = "2",
      paramLabel = "N",
      description = "Worker processes (default ${DEFAULT-VALUE}).")
  private int taskManagers;

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "Parallel pipelines per TaskManager (default: conf/config.yaml).")
  private @Nullable Integer slots;

  @Option(
      names = "--port",
      defaultValue = "8081",
      paramLabel = "P",
      description = "Of the web UI and REST, 0 for a free one (default ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "Where keyed state lives: ${COMPLETION-CANDIDATES} (default: conf/config.yaml).")
  private @Nullable Backend backend;

  @Option(
      names = "--ha",
      description = "High availability: a second JobManager takes over when the first dies.")
  private boolean highAvailability;

  @Option(
      names = "--repair",
      description =
          "Start what has died of the cluster that runs, and replace a standby that does not "
              + "answer; all other options are its own.")
  private boolean repair;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Configuration, logs, checkpoints (default: CADDIS_CLUSTER_DIR or var/cluster).")
  private @Nullable Path directory;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Any Flink option, for example -Dtaskmanager.memory.process.size=4g.")
  private Map<String, String> options = new HashMap<>();

  @Override
  public Integer call() {
    Path home = directory == null ? ClusterCli.defaultDirectory() : directory;
    if (repair) {
      repair(home);
      return 0;
    }
    Map<String, String> all = new HashMap<>();
    if (slots != null) {
      all.put("taskmanager.numberOfTaskSlots", Integer.toString(slots));
    }
    if (backend != null) {
      all.putAll(options(backend));
    }
    if (highAvailability) {
      all.put("high-availability.type", "zookeeper");
    }
    all.putAll(options);
    long start = System.nanoTime();
    StandaloneCluster cluster =
        StandaloneCluster.start(
            new ClusterSettings(ClusterCli.distribution(), home, port, taskManagers, all));
    System.out.printf(
        "Flink is up after %.1f s: %s%n", (System.nanoTime() - start) / 1e9, cluster.processes());
    System.out.println("Web UI  " + cluster.webInterface());
    System.out.println("Files   " + home.toAbsolutePath().normalize());
    return 0;
  }

  private void repair(Path home) {
    List<ClusterProcess> started =
        StandaloneCluster.repair(ClusterCli.distribution(), home, STANDBY_PATIENCE)
            .orElseThrow(() -> ClusterCli.noneRuns(home));
    System.out.println(started.isEmpty() ? "Nothing was missing." : "Started " + started);
  }

  private static Map<String, String> options(Backend backend) {
    return switch (backend) {
      case HASHMAP -> Map.of("state.backend.type", "hashmap");
      case ROCKSDB ->
          Map.of(
              "state.backend.type", "rocksdb",
              "execution.checkpointing.incremental", "true",
              "taskmanager.memory.managed.fraction", "0.4");
    };
  }
}
