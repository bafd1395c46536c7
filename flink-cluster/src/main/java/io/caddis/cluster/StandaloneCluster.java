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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A real Flink session cluster on this machine: JobManager and TaskManagers, each a JVM of its own,
 * on the loopback interface. With {@code high-availability.type: zookeeper} there are two
 * JobManagers, one of which leads, and a ZooKeeper, unless the options name a quorum. It outlives
 * the JVM that started it; {@link #find} gets hold of it again by its directory. Not thread-safe.
 */
public final class StandaloneCluster implements AutoCloseable {
  static final String ZOO_KEEPER = "zookeeper";
  private static final String JOB_MANAGER = "jobmanager";
  private static final String STANDBY = "jobmanager-2";
  private static final String TASK_MANAGER = "taskmanager-";
  static final Duration START_TIMEOUT = Duration.ofSeconds(120);

  private final ClusterDirectory directory;
  private final Map<String, String> options;
  private final FlinkJvm jvm;
  private final FlinkRest rest;
  private final List<ClusterProcess> processes;

  private StandaloneCluster(
      ClusterDirectory directory,
      Map<String, String> options,
      FlinkJvm jvm,
      List<ClusterProcess> processes) {
    this.directory = directory;
    this.options = options;
    this.jvm = jvm;
    this.processes = new ArrayList<>(processes);
    rest = new FlinkRest(() -> jobManagers().stream().map(this::webInterface).toList());
  }

  /**
   * Starts a cluster and waits until all its TaskManagers have registered.
   *
   * @throws ClusterException when one runs in that directory, another command is at work on it, the
   *     port is taken, or a process dies; whatever had started is stopped again
   */
  public static StandaloneCluster start(ClusterSettings settings) {
    ClusterDirectory directory = new ClusterDirectory(settings.directory());
    try {
      Files.createDirectories(directory.root());
      try (ClusterLock lock = ClusterLock.take(directory.root())) {
        refuseSecondCluster(directory);
        Map<String, String> options = EffectiveConfiguration.write(settings, directory);
        FlinkJvm jvm = new FlinkJvm(settings.distribution(), directory, options);
        StandaloneCluster cluster = new StandaloneCluster(directory, options, jvm, List.of());
        try {
          cluster.startMissing();
          cluster.awaitTaskManagers(START_TIMEOUT);
          return cluster;
        } catch (ClusterException | UncheckedIOException e) {
          Shutdown.end(cluster.processes);
          throw e;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a cluster in " + settings.directory(), e);
    }
  }

  /**
   * The cluster that runs in a directory, as far as it is alive; empty when none of it is. Says on
   * the standard error which pid files it could not read.
   */
  public static Optional<StandaloneCluster> find(Path distribution, Path path) {
    ClusterDirectory directory = new ClusterDirectory(path.toAbsolutePath().normalize());
    try {
      PidFiles pidFiles = directory.pidFiles();
      pidFiles.warning().ifPresent(System.err::println);
      return of(pidFiles.running(), distribution, directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory.root(), e);
    }
  }

  private static Optional<StandaloneCluster> of(
      List<ClusterProcess> processes, Path distribution, ClusterDirectory directory)
      throws IOException {
    if (processes.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> options = FlinkConfigFile.read(directory.conf().resolve("config.yaml"));
    FlinkJvm jvm = new FlinkJvm(distribution, directory, options);
    return Optional.of(new StandaloneCluster(directory, options, jvm, processes));
  }

  /**
   * Starts what has died of the cluster in a directory, and replaces JobManagers that are silent
   * and do not lead.
   *
   * @param patience with JobManagers that have just started
   * @return what was started; empty when no cluster runs there
   * @throws ClusterException when another command is at work on the directory, or a pid file does
   *     not tell whether its process is missing
   */
  public static Optional<List<ClusterProcess>> repair(
      Path distribution, Path path, Duration patience) {
    ClusterDirectory directory = new ClusterDirectory(path.toAbsolutePath().normalize());
    if (!Files.isDirectory(directory.root())) {
      return Optional.empty();
    }
    try (ClusterLock lock = ClusterLock.take(directory.root())) {
      PidFiles pidFiles = directory.pidFiles();
      pidFiles.requireReadable("nothing was started");
      pidFiles.deleteEnded();
      return of(pidFiles.running(), distribution, directory)
          .map(
              cluster -> {
                List<ClusterProcess> started = new ArrayList<>(cluster.startMissing());
                cluster.awaitTaskManagers(START_TIMEOUT);
                started.addAll(cluster.replaceSilent(patience));
                return started;
              });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot repair the cluster in " + directory.root(), e);
    }
  }

  /**
   * Stops whatever still runs of a cluster, also when its JobManager is gone. Returns how many.
   *
   * @throws ClusterException when another command is at work on the directory, or, after all others
   *     were stopped, when a pid file does not tell which process it is of
   */
  public static int stop(Path path) {
    return Shutdown.of(new ClusterDirectory(path.toAbsolutePath().normalize()), List.of());
  }

  /**
   * Of the first JobManager that is alive: each shows the same, whichever leads, unless it is
   * {@link #silent}.
   */
  public URI webInterface() {
    return webInterface(
        jobManagers().stream().findFirst().map(ClusterProcess::name).orElse(JOB_MANAGER));
  }

  URI webInterface(ClusterProcess jobManager) {
    return webInterface(jobManager.name());
  }

  private URI webInterface(String jobManager) {
    return URI.create("http://localhost:" + port(jobManager));
  }

  /** Of whichever JobManager answers. */
  public FlinkRest rest() {
    return rest;
  }

  /** All processes that are alive, by name. */
  public List<ClusterProcess> processes() {
    return alive(name -> true);
  }

  /** The JobManagers that are alive: two with high availability, one without. */
  public List<ClusterProcess> jobManagers() {
    return alive(name -> name.startsWith(JOB_MANAGER));
  }

  /** The JobManager that leads; empty while none that is alive does. */
  public Optional<ClusterProcess> leader() {
    if (!isHighlyAvailable()) {
      return jobManagers().stream().findFirst();
    }
    // Flink announces the number of the host, not its name.
    return LeaderAddress.of(options)
        .flatMap(
            leads ->
                jobManagers().stream()
                    .filter(process -> port(process.name()) == leads.getPort())
                    .findFirst());
  }

  /**
   * JobManagers that are alive and do not answer, or do not find the leader, although another one
   * does. One that has just started, or comes back from a pause, soon will.
   */
  public List<ClusterProcess> silent() {
    List<ClusterProcess> all = jobManagers();
    List<ClusterProcess> silent =
        all.size() < 2
            ? List.of()
            : all.stream().filter(jobManager -> !rest(jobManager).answers()).toList();
    return silent.size() == all.size() ? List.of() : silent;
  }

  /**
   * Replaces JobManagers that are silent and do not lead.
   *
   * @param patience with those that have just started
   * @return what was started
   */
  List<ClusterProcess> replaceSilent(Duration patience) {
    List<ClusterProcess> silent = new ArrayList<>();
    Patience.await(
        patience,
        () -> {
          silent.clear();
          silent.addAll(silent());
          return silent.isEmpty();
        });
    String leads = leader().map(ClusterProcess::name).orElse("");
    for (ClusterProcess jobManager : silent) {
      if (!leads.isEmpty() && !jobManager.name().equals(leads)) {
        jobManager.kill();
      }
    }
    return startMissing();
  }

  /** The TaskManagers that are alive. */
  public List<ClusterProcess> taskManagers() {
    return alive(name -> name.startsWith(TASK_MANAGER));
  }

  /** Whether a second JobManager stands by. */
  public boolean isHighlyAvailable() {
    return EffectiveConfiguration.highlyAvailable(options);
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

  /**
   * Starts what is not there, or no longer; {@link #awaitTaskManagers} waits until it serves.
   *
   * @return what was started
   */
  List<ClusterProcess> startMissing() {
    List<ClusterProcess> started = new ArrayList<>();
    try {
      if (Files.exists(directory.zooKeeper()) && isMissing(ZOO_KEEPER)) {
        started.add(start(ZOO_KEEPER, jvm.zooKeeper(ZOO_KEEPER)));
      }
      if (isMissing(JOB_MANAGER)) {
        started.add(start(JOB_MANAGER, jvm.jobManager(JOB_MANAGER, port(JOB_MANAGER))));
      }
      if (isHighlyAvailable() && isMissing(STANDBY)) {
        started.add(start(STANDBY, jvm.jobManager(STANDBY, port(STANDBY))));
      }
      int missing = number(EffectiveConfiguration.TASK_MANAGERS) - taskManagers().size();
      if (missing > 0) {
        FlinkJvm.Resources resources = jvm.taskManagerResources();
        for (int i = 0; i < missing; i++) {
          String name = nextName();
          started.add(start(name, jvm.taskManager(name, resources)));
        }
      }
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a process in " + directory.root(), e);
    }
  }

  /**
   * Waits until every TaskManager that is alive has registered.
   *
   * @throws ClusterException with the end of its log, when a process dies meanwhile
   */
  public void awaitTaskManagers(Duration timeout) {
    List<ClusterProcess> expected = processes();
    List<String> names = taskManagers().stream().map(ClusterProcess::name).toList();
    boolean complete =
        Patience.await(
            timeout,
            () -> {
              expected.forEach(this::requireAlive);
              return rest.taskManagers().containsAll(names);
            });
    if (!complete) {
      throw new ClusterException(
          "the cluster was not complete after "
              + timeout.toSeconds()
              + " s: expected TaskManagers "
              + names
              + ", "
              + leader().map(leads -> leads + " leads").orElse("no JobManager leads")
              + jobManagers().stream().map(this::shown).collect(Collectors.joining()));
    }
  }

  private String shown(ClusterProcess jobManager) {
    String listed;
    try {
      listed = rest(jobManager).get("/taskmanagers").findValuesAsString("id").toString();
    } catch (ClusterException e) {
      listed = "none: " + e.getMessage();
    }
    return "\n" + jobManager + " lists " + listed + directory.tail(jobManager.name());
  }

  private FlinkRest rest(ClusterProcess jobManager) {
    // One look: another JobManager may have the answer.
    return new FlinkRest(() -> List.of(webInterface(jobManager)), FlinkRest.TIMEOUT, 1);
  }

  /**
   * Asks all processes to end, also those that a repair has added, kills those that take too long,
   * and removes the pid files.
   */
  public void stop() {
    Shutdown.of(directory, processes);
  }

  @Override
  public void close() {
    stop();
  }

  private int port(String jobManager) {
    return number(jobManager.equals(STANDBY) ? EffectiveConfiguration.STANDBY_PORT : "rest.port");
  }

  private int number(String option) {
    return Integer.parseInt(Objects.requireNonNull(options.get(option)));
  }

  private List<ClusterProcess> alive(Predicate<String> names) {
    return processes.stream()
        .filter(process -> names.test(process.name()) && process.isAlive())
        .sorted(Comparator.comparing(ClusterProcess::name))
        .toList();
  }

  private boolean isMissing(String name) {
    return alive(name::equals).isEmpty();
  }

  private ClusterProcess start(String name, List<String> command) throws IOException {
    ClusterProcess process = ClusterProcess.start(name, command, directory);
    processes.add(process);
    return process;
  }

  /**
   * A number no TaskManager of this directory had: its log and its id in the web UI stay its own.
   */
  private String nextName() {
    return IntStream.iterate(1, number -> number + 1)
        .mapToObj(number -> TASK_MANAGER + number)
        .filter(name -> !Files.exists(directory.out(name)))
        .findFirst()
        .orElseThrow();
  }

  private void requireAlive(ClusterProcess process) {
    if (!process.isAlive()) {
      throw new ClusterException(
          process.name() + " ended while the cluster started." + directory.tail(process.name()));
    }
  }

  private static void refuseSecondCluster(ClusterDirectory directory) throws IOException {
    PidFiles pidFiles = directory.pidFiles();
    pidFiles.requireReadable("nothing was started");
    if (!pidFiles.running().isEmpty()) {
      throw new ClusterException(
          "a cluster already runs in "
              + directory.root()
              + ": "
              + pidFiles.running()
              + "\nStop it with './caddis down', or start another one with --dir and --port.");
    }
    pidFiles.deleteEnded();
  }
}
