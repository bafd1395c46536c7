// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import io.caddis.broker.KafkaBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@link Fault}s strike: a highly available cluster, a job on it that reads from a broker and
 * writes to that and to files, and a gateway that follows the files.
 */
final class ChaosStage implements AutoCloseable {
  static final String SCORES = "scores";
  static final String ALERTS = "alerts";
  static final Duration TRAIN_WINDOW = Duration.ofMinutes(5);

  private static final String MODEL = "plant";
  private static final Pattern SAVEPOINT = Pattern.compile("Savepoint completed. Path: (\\S+)");

  /** All slots of two TaskManagers as they are shipped. */
  private static final int MOST_SUBTASKS = 4;

  /** Readings a second above which what the compiler takes at the start is made up for. */
  private static final int QUICK_RATE = 1000;

  private static final Duration PATIENCE = Duration.ofSeconds(300);
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);

  private final Path work;
  private final SmallDisk results;
  private final SmallDisk state;
  private final KafkaBroker broker;
  private final SensorFeed feed;
  private final StandaloneCluster cluster;
  private final Nemesis nemesis;
  private final HostileCommands commands;
  private final Path control;
  private String job;
  private int parallelism = 2;
  private GatewayProcess gateway;

  /**
   * @param results for the results of the job and the store of the gateway
   * @param state for checkpoints and models
   * @param rate readings a second
   */
  ChaosStage(Path work, SmallDisk results, SmallDisk state, KafkaBroker broker, int rate, long seed)
      throws IOException {
    this.work = work;
    this.results = results;
    this.state = state;
    this.broker = broker;
    feed = new SensorFeed(broker, rate);
    broker.createTopic(SCORES, 2);
    broker.createTopic(ALERTS, 2);
    control = Files.createDirectories(work.resolve("control"));
    Files.createDirectories(output());
    commands = new HostileCommands(new JobCommands(control, output()), models());
    gateway = startGateway();
    cluster = TestCluster.start(work.resolve("cluster"), 2, options(rate));
    nemesis = new Nemesis(cluster, seed);
    try {
      job = Submission.detached(cluster, parallel(), detect());
    } catch (AssertionError e) {
      close();
      throw e;
    }
    feed.start();
  }

  private Map<String, String> options(int rate) {
    Map<String, String> options = new HashMap<>();
    options.put("high-availability.type", "zookeeper");
    options.put("execution.checkpointing.interval", CHECKPOINT_INTERVAL.toMillis() + " ms");
    // A restart that waits for longer only makes the campaign longer.
    options.put("restart-strategy.exponential-delay.max-backoff", "1 s");
    options.put(
        "execution.checkpointing.dir", state.path().resolve("checkpoints").toUri().toString());
    if (rate > QUICK_RATE) {
      options.put("env.java.opts.taskmanager", "");
    }
    return options;
  }

  private List<String> parallel() {
    return List.of("-p", String.valueOf(parallelism));
  }

  private List<String> detect() {
    List<String> command =
        new ArrayList<>(
            List.of(TestCluster.distribution().resolve("jobs/caddis.jar").toString(), "detect"));
    String features =
        String.join(", ", SensorFeed.NUMBERS.stream().map("{name: %s}"::formatted).toList());
    for (String setting :
        List.of(
            "source.type=kafka",
            "source.continuous=true",
            "source.kafka.topics=[" + SensorFeed.TOPIC + "]",
            "kafka.bootstrap-servers=" + broker.bootstrapServers(),
            "features=[%s, {name: %s, encoding: frequency}]".formatted(features, SensorFeed.TEXT),
            "time.alignment=event-time",
            "time.out-of-orderness=" + SensorFeed.OUT_OF_ORDER.toSeconds() + "s",
            // However long something stands still, no partition is passed over and becomes late.
            "time.idleness=30min",
            "training.scope=global",
            "training.window=tumbling",
            "training.size=" + TRAIN_WINDOW.toMinutes() + "min",
            "sink.directory=" + output(),
            "sink.kafka.scores=" + SCORES,
            "sink.kafka.alerts=" + ALERTS,
            "registry.directory=" + registry(),
            "registry.name=" + MODEL,
            "control.directory=" + control,
            "control.registry=" + registry(),
            "control.poll-interval=200 ms")) {
      command.addAll(List.of("--set", setting));
    }
    return command;
  }

  private GatewayProcess startGateway() throws IOException {
    return new GatewayProcess(
        work,
        "--registry=" + work.resolve("gateway-models"),
        "--feed=" + output(),
        "--store=" + results.path().resolve("gateway.db"));
  }

  StandaloneCluster cluster() {
    return cluster;
  }

  ClusterProcess leader() {
    return nemesis.leader();
  }

  Nemesis nemesis() {
    return nemesis;
  }

  KafkaBroker broker() {
    return broker;
  }

  SensorFeed feed() {
    return feed;
  }

  HostileCommands commands() {
    return commands;
  }

  GatewayProcess gateway() {
    return gateway;
  }

  void killGateway() throws IOException {
    SystemCommand.signal("KILL", gateway.pid());
    gateway.close();
    gateway = startGateway();
  }

  SmallDisk results() {
    return results;
  }

  SmallDisk state() {
    return state;
  }

  Path output() {
    return results.path().resolve("output");
  }

  Path registry() {
    return state.path().resolve("registry");
  }

  /** The versions of the job's model. */
  Path models() {
    return registry().resolve(MODEL);
  }

  String job() {
    return job;
  }

  /** Takes a savepoint, whatever comes of it. */
  void savepoint() {
    cluster.cli().run(List.of("savepoint", job));
  }

  /** Stops the job with a savepoint and goes on from that, with fewer or more subtasks. */
  void rescale(Random random) {
    parallelism = 1 + (parallelism + random.nextInt(MOST_SUBTASKS - 1)) % MOST_SUBTASKS;
    List<String> options = new ArrayList<>(parallel());
    options.addAll(List.of("-s", stop()));
    job = Submission.detached(cluster, options, detect());
  }

  /** As often as it takes: a job that restarts just then goes on. Returns the savepoint. */
  private String stop() {
    String[] savepoint = new String[1];
    String[] said = new String[1];
    if (!Patience.await(
        PATIENCE,
        () -> {
          said[0] = cluster.cli().run(List.of("stop", job)).output();
          Matcher matcher = SAVEPOINT.matcher(said[0]);
          savepoint[0] = matcher.find() ? matcher.group(1) : null;
          return savepoint[0] != null;
        })) {
      throw new AssertionError("not stopped: " + said[0]);
    }
    return savepoint[0];
  }

  /** Lets readings flow until the job has passed more checkpoints, and part of the next. */
  void awaitProgress() {
    nemesis.awaitProgress(job, CHECKPOINT_INTERVAL);
  }

  @Override
  public void close() {
    feed.close();
    gateway.close();
    cluster.stop();
  }
}
