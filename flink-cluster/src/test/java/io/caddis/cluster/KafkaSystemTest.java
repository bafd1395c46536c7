// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.broker.KafkaBroker;
import io.caddis.detectors.parse.EventIds;
import io.caddis.detectors.parse.SourceId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * Kafka to Kafka on a highly available cluster of processes whose TaskManagers and leading
 * JobManagers are killed. {@code ./caddis campaign kafka} kills more of them.
 */
@Timeout(value = 1, unit = TimeUnit.DAYS)
class KafkaSystemTest {
  private static final int TASK_MANAGERS_KILLED =
      Integer.getInteger("caddis.campaign.taskmanagers", 1);
  private static final int JOB_MANAGERS_KILLED =
      Integer.getInteger("caddis.campaign.jobmanagers", 1);
  private static final long SEED = Long.getLong("caddis.campaign.seed", 8);

  private static final long START = 1_767_225_600L;
  private static final int PARTITIONS = 2;

  /** Of a login; the broker asks for none, and clients take it all the same. */
  private static final String SECRET = "not-for-anybody-7c1e";

  private static final int BATCH = 100;
  private static final long BATCH_MILLIS = 300;

  /** Sent after the last fault: what was restored is to be used. */
  private static final int LAST_BATCHES = 4;

  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  @TempDir private static Path folder;

  private static StandaloneCluster cluster;
  private static KafkaBroker broker;

  private int sent;

  @BeforeAll
  static void start() throws IOException {
    broker = KafkaBroker.start(folder.resolve("broker"));
    cluster =
        TestCluster.start(
            folder.resolve("cluster"),
            2,
            Map.of(
                "high-availability.type",
                "zookeeper",
                "execution.checkpointing.interval",
                CHECKPOINT_INTERVAL.toMillis() + " ms"));
  }

  @AfterAll
  static void stop() {
    cluster.stop();
    broker.close();
  }

  @Test
  void everyReadingIsScoredOnceAndAsWithoutFaultsAlthoughProcessesAreKilled() throws Exception {
    for (String topic :
        List.of("readings", "scores", "alerts", "undisturbed", "undisturbed-alerts")) {
      broker.createTopic(topic, PARTITIONS);
    }
    sendBatch();
    String job = Submission.detached(cluster, List.of(), detect(true, "scores", "alerts"));

    ScheduledExecutorService producer = Executors.newSingleThreadScheduledExecutor();
    List<Nemesis.Kill> faults;
    try {
      producer.scheduleAtFixedRate(this::sendBatch, 0, BATCH_MILLIS, TimeUnit.MILLISECONDS);
      faults =
          new Nemesis(cluster, SEED)
              .kill(job, TASK_MANAGERS_KILLED, JOB_MANAGERS_KILLED, CHECKPOINT_INTERVAL);
    } finally {
      producer.shutdown();
    }
    assertThat(producer.awaitTermination(2, TimeUnit.MINUTES)).isTrue();
    IntStream.range(0, LAST_BATCHES).forEach(batch -> sendBatch());
    List<String> expected = expectedIds();
    // All but what waits for a watermark, which nothing after it moves on.
    int waiting = 2 * PARTITIONS * BATCH;
    Patience.await(
        PATIENCE, () -> broker.readCommitted("scores").size() >= expected.size() - waiting);
    FlinkCli.Result drained = cluster.cli().run(List.of("stop", "--drain", job));
    assertThat(drained.exitCode()).as(drained.output()).isZero();
    List<String> command = new ArrayList<>(List.of("run"));
    command.addAll(detect(false, "undisturbed", "undisturbed-alerts"));
    FlinkCli.Result undisturbed = cluster.cli().run(command);
    assertThat(undisturbed.exitCode()).as(undisturbed.output()).isZero();

    List<ConsumerRecord<String, String>> scores = broker.readCommittedRecords("scores");
    List<String> rows = scores.stream().map(ConsumerRecord::value).toList();
    List<String> ids =
        rows.stream()
            .map(row -> JsonMapper.shared().readTree(row).get("event_id").asString())
            .toList();
    OutputDifference once = OutputDifference.between(expected, ids);
    OutputDifference same = OutputDifference.between(broker.readCommitted("undisturbed"), rows);
    System.out.printf(
        "%d readings; %d lost, %d doubled; %d rows other than undisturbed%n",
        expected.size(), once.lost(), once.doubled(), same.foreign());
    for (Nemesis.Kill fault : faults) {
      System.out.printf("killed %s: %d ms%n", fault.process(), toFirstNewScore(fault, scores));
    }
    assertThat(once).isEqualTo(OutputDifference.NONE);
    assertThat(same).isEqualTo(OutputDifference.NONE);
    assertThat(broker.readCommitted("alerts"))
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(broker.readCommitted("undisturbed-alerts"));
    assertThatNothingTells(SECRET, job);
  }

  /** Neither what the web UI is made of nor a log of any process. */
  private static void assertThatNothingTells(String secret, String job) throws IOException {
    for (String path :
        List.of("", "/config", "/plan", "/exceptions", "/checkpoints", "/checkpoints/config")) {
      assertThat(cluster.rest().get("/jobs/" + job + path).toString()).doesNotContain(secret);
    }
    for (String path : List.of("/jobmanager/config", "/jobmanager/environment")) {
      assertThat(cluster.rest().get(path).toString()).doesNotContain(secret);
    }
    StringBuilder logs = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder.resolve("cluster/log"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        logs.append(Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(logs).contains(job).doesNotContain(secret);
  }

  /**
   * From a kill to the first score that was written after it and stayed: what the attempt that was
   * killed still wrote has been aborted with its transaction.
   */
  private static long toFirstNewScore(
      Nemesis.Kill fault, List<ConsumerRecord<String, String>> scores) {
    return scores.stream()
            .mapToLong(ConsumerRecord::timestamp)
            .filter(time -> time > fault.at())
            .min()
            .orElseThrow()
        - fault.at();
  }

  private static List<String> detect(boolean continuous, String scores, String alerts)
      throws IOException {
    Path logins = folder.resolve("logins.properties");
    Files.writeString(
        logins,
        "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required"
            + " username=\"caddis\" password=\"%s\";%n".formatted(SECRET));
    List<String> command =
        new ArrayList<>(
            List.of(TestCluster.distribution().resolve("jobs/caddis.jar").toString(), "detect"));
    for (String setting :
        List.of(
            "source.type=kafka",
            "source.continuous=" + continuous,
            "source.kafka.topics=[readings]",
            "kafka.bootstrap-servers=" + broker.bootstrapServers(),
            "kafka.properties=" + logins,
            "features=[{name: x}]",
            "time.alignment=event-time",
            // However slow the machine is, no partition is passed over and becomes late.
            "time.idleness=30min",
            "sink.kafka.scores=" + scores,
            "sink.kafka.alerts=" + alerts,
            "parallelism=2")) {
      command.addAll(List.of("--set", setting));
    }
    return command;
  }

  /** The next readings of each partition's sensor, one a second of event time. */
  private void sendBatch() {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      Random random = new Random(100L * sent + partition);
      List<String> rows = new ArrayList<>();
      for (int i = sent * BATCH; i < (sent + 1) * BATCH; i++) {
        double value = random.nextGaussian() + (i % 500 > 495 ? 60 : 0);
        rows.add(
            "{\"timestamp\":%d,\"key\":\"s%d\",\"x\":%s}".formatted(START + i, partition, value));
      }
      broker.send("readings", partition, rows);
    }
    sent++;
  }

  private List<String> expectedIds() {
    List<String> ids = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      long source = SourceId.of("readings-" + partition);
      IntStream.range(0, sent * BATCH).forEach(n -> ids.add(EventIds.format(source, n)));
    }
    return ids;
  }
}
