// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real Flink session cluster on this machine: one JobManager and some TaskManagers, each a JVM of
 * its own, on the loopback interface. It outlives the JVM that started it; {@link #find} gets hold
 * of it again by its directory. Not thread-safe.
 */
public final class StandaloneCluster implements AutoCloseable {
  private static final String JOB_MANAGER = "jobmanager";
  private static final String TASK_MANAGER = "taskmanager-";
  private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
  private static final Duration STOP_GRACE = Duration.ofSeconds(15);

  private final ClusterDirectory directory;
  private final Map<String, String> options;
  private final FlinkJvm jvm;
  private final FlinkRest rest;
  private final ClusterProcess jobManager;
  private final List<ClusterProcess> taskManagers;

  private StandaloneCluster(
      ClusterDirectory directory,
      Map<String, String> options,
      FlinkJvm jvm,
      ClusterProcess jobManager,
      List<ClusterProcess> taskManagers) {
    this.directory = directory;
    this.options = options;
    this.jvm = jvm;
    this.jobManager = jobManager;
    this.taskManagers = new ArrayList<>(taskManagers);
    this.rest = new FlinkRest(webInterface());
  }

  /**
   * Starts a cluster and waits until all its TaskManagers have registered.
   *
   * @throws ClusterException when one runs in that directory, the port is taken, or a process dies;
   *     whatever had started is stopped again
   */
  public static StandaloneCluster start(ClusterSettings settings) {
    try {
      ClusterDirectory directory = new ClusterDirectory(settings.directory());
      refuseSecondCluster(directory);
      Map<String, String> options = EffectiveConfiguration.write(settings, directory);
      FlinkJvm jvm = new FlinkJvm(settings.distribution(), directory, options);
      ClusterProcess jobManager =
          ClusterProcess.start(JOB_MANAGER, jvm.jobManager(JOB_MANAGER), directory);
      StandaloneCluster cluster =
          new StandaloneCluster(directory, options, jvm, jobManager, List.of());
      try {
        cluster.startTaskManagers(settings.taskManagers());
        cluster.awaitTaskManagers(START_TIMEOUT);
        return cluster;
      } catch (IOException | ClusterException e) {
        cluster.stop();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a cluster in " + settings.directory(), e);
    }
  }

  /** The cluster that runs in a directory; empty when its JobManager does not. */
  public static Optional<StandaloneCluster> find(Path distribution, Path path) {
    ClusterDirectory directory = new ClusterDirectory(path.toAbsolutePath().normalize());
    try {
      List<ClusterProcess> processes = directory.processes();
      Optional<ClusterProcess> jobManager =
          processes.stream().filter(process -> process.name().equals(JOB_MANAGER)).findFirst();
      if (jobManager.isEmpty()) {
        return Optional.empty();
      }
      Map<String, String> options = FlinkConfigFile.read(directory.conf().resolve("config.yaml"));
      FlinkJvm jvm = new FlinkJvm(distribution, directory, options);
      return Optional.of(
          new StandaloneCluster(
              directory,
              options,
              jvm,
              jobManager.get(),
              processes.stream()
                  .filter(process -> process.name().startsWith(TASK_MANAGER))
                  .toList()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory.root(), e);
    }
  }

  /** Stops whatever still runs of a cluster, also when its JobManager is gone. Returns how many. */
  public static int stop(Path path) {
    ClusterDirectory directory = new ClusterDirectory(path.toAbsolutePath().normalize());
    try {
      List<ClusterProcess> processes = directory.processes();
      end(processes);
      return processes.size();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory.root(), e);
    }
  }

  public URI webInterface() {
    return URI.create("http://localhost:" + options.get("rest.port"));
  }

  public FlinkRest rest() {
    return rest;
  }

  public ClusterProcess jobManager() {
    return jobManager;
  }

  /** The TaskManagers that are alive. */
  public List<ClusterProcess> taskManagers() {
    taskManagers.removeIf(process -> !process.isAlive());
    return List.copyOf(taskManagers);
  }

  public Path checkpoints() {
    return directory.checkpoints();
  }

  public Path savepoints() {
    return directory.savepoints();
  }

  /** Flink's own command line, connected to this cluster. */
  public FlinkCli cli() {
    return new FlinkCli(jvm, directory);
  }

  /** Starts one more TaskManager; {@link #awaitTaskManagers} waits until it serves. */
  public ClusterProcess startTaskManager() {
    taskManagers.removeIf(process -> !process.isAlive());
    try {
      return startTaskManagers(1).get(0);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a TaskManager", e);
    }
  }

  /**
   * Waits until every TaskManager that is alive has registered.
   *
   * @throws ClusterException with the end of its log, when a process dies meanwhile
   */
  public void awaitTaskManagers(Duration timeout) {
    boolean complete =
        Patience.await(
            timeout,
            () -> {
              requireAlive(jobManager);
              taskManagers.forEach(this::requireAlive);
              return rest.taskManagers().containsAll(names());
            });
    if (!complete) {
      throw new ClusterException(
          "the cluster was not complete after "
              + timeout.toSeconds()
              + " s: "
              + webInterface()
              + " lists TaskManagers "
              + rest.taskManagers()
              + ", expected "
              + names()
              + directory.tail(JOB_MANAGER));
    }
  }

  /** Asks all processes to end, kills those that take too long, and removes the pid files. */
  public void stop() {
    List<ClusterProcess> processes = new ArrayList<>(List.of(jobManager));
    processes.addAll(taskManagers);
    end(processes);
  }

  @Override
  public void close() {
    stop();
  }

  private static void end(List<ClusterProcess> processes) {
    // The JobManager first, in the order of names: it must not take the end of the others for
    // failures.
    processes.forEach(ClusterProcess::terminate);
    processes.forEach(process -> process.awaitEndOrKill(STOP_GRACE));
  }

  private List<ClusterProcess> startTaskManagers(int count) throws IOException {
    FlinkJvm.Resources resources = jvm.taskManagerResources();
    List<ClusterProcess> started = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = nextName();
      started.add(ClusterProcess.start(name, jvm.taskManager(name, resources), directory));
      taskManagers.add(started.get(i));
    }
    return started;
  }

  /**
   * A number no TaskManager of this directory had: its log and its id in the web UI stay its own.
   */
  private String nextName() {
    int number = 1;
    while (Files.exists(directory.out(TASK_MANAGER + number))) {
      number++;
    }
    return TASK_MANAGER + number;
  }

  private List<String> names() {
    return taskManagers.stream().map(ClusterProcess::name).toList();
  }

  private void requireAlive(ClusterProcess process) {
    if (!process.isAlive()) {
      throw new ClusterException(
          process.name() + " ended while the cluster started." + directory.tail(process.name()));
    }
  }

  private static void refuseSecondCluster(ClusterDirectory directory) throws IOException {
    List<ClusterProcess> running = directory.processes();
    if (!running.isEmpty()) {
      throw new ClusterException(
          "a cluster already runs in "
              + directory.root()
              + ": "
              + running
              + "\nStop it with './caddis down', or start another one with --dir and --port.");
    }
  }
}
