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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Kafka to Kafka on a cluster of processes one of whose TaskManagers is killed. */
class KafkaSystemTest {
  private static final long START = 1_767_225_600L;
  private static final int PARTITIONS = 2;

  /** Of a login; the broker asks for none, and clients take it all the same. */
  private static final String SECRET = "not-for-anybody-7c1e";

  private static final int BATCH = 100;
  private static final int BATCHES = 40;

  /** Sent after the last fault: a restored job knows of no event time until it reads again. */
  private static final int LAST_BATCHES = 4;

  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  @TempDir private static Path folder;

  private static StandaloneCluster cluster;
  private static KafkaBroker broker;

  private final AtomicInteger sent = new AtomicInteger();

  @BeforeAll
  static void start() throws IOException {
    broker = KafkaBroker.start(folder.resolve("broker"));
    cluster =
        TestCluster.start(
            folder.resolve("cluster"),
            2,
            Map.of("execution.checkpointing.interval", CHECKPOINT_INTERVAL.toMillis() + " ms"));
  }

  @AfterAll
  static void stop() {
    cluster.stop();
    broker.close();
  }

  @Test
  void everyReadingIsScoredOnceAlthoughATaskManagerIsKilled() throws Exception {
    for (String topic : List.of("readings", "scores", "alerts")) {
      broker.createTopic(topic, PARTITIONS);
    }
    sendBatch();
    String job = Submission.detached(cluster, List.of(), detect());

    ScheduledExecutorService producer = Executors.newSingleThreadScheduledExecutor();
    try {
      producer.scheduleAtFixedRate(this::sendBeforeTheLast, 0, 300, TimeUnit.MILLISECONDS);
      assertThat(new Nemesis(cluster, 8).killTaskManagers(job, 1, CHECKPOINT_INTERVAL)).hasSize(1);
    } finally {
      producer.shutdown();
    }
    assertThat(producer.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    while (sent.get() < BATCHES) {
      sendBatch();
    }
    assertThat(cluster.rest().checkpoints(job).restored()).isPositive();
    // All but what waits for a watermark, which nothing after it moves on.
    int waiting = 2 * PARTITIONS * BATCH;
    assertThat(
            Patience.await(
                PATIENCE,
                () ->
                    broker.readCommitted("scores").size()
                        >= PARTITIONS * BATCHES * BATCH - waiting))
        .isTrue();
    FlinkCli.Result drained = cluster.cli().run(List.of("stop", "--drain", job));
    assertThat(drained.exitCode()).as(drained.output()).isZero();

    assertThat(broker.readCommitted("scores"))
        .extracting(row -> JsonMapper.shared().readTree(row).get("event_id").asString())
        .containsExactlyInAnyOrderElementsOf(expectedIds());
    assertThat(broker.readCommitted("alerts"))
        .isNotEmpty()
        .extracting(
            row -> {
              var alert = JsonMapper.shared().readTree(row);
              return alert.get("alert_id").asString() + " " + alert.get("sequence").asInt();
            })
        .doesNotHaveDuplicates();
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

  private static List<String> detect() throws IOException {
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
            "source.continuous=true",
            "source.kafka.topics=[readings]",
            "kafka.bootstrap-servers=" + broker.bootstrapServers(),
            "kafka.properties=" + logins,
            "features=[{name: x}]",
            "time.alignment=event-time",
            "sink.kafka.scores=scores",
            "sink.kafka.alerts=alerts",
            "parallelism=2")) {
      command.addAll(List.of("--set", setting));
    }
    return command;
  }

  private void sendBeforeTheLast() {
    if (sent.get() < BATCHES - LAST_BATCHES) {
      sendBatch();
    }
  }

  /** The next readings of each partition's sensor, one a second of event time. */
  private void sendBatch() {
    int batch = sent.getAndIncrement();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      Random random = new Random(100L * batch + partition);
      List<String> rows = new ArrayList<>();
      for (int i = batch * BATCH; i < (batch + 1) * BATCH; i++) {
        double value = random.nextGaussian() + (i % 500 > 495 ? 60 : 0);
        rows.add(
            "{\"timestamp\":%d,\"key\":\"s%d\",\"x\":%s}".formatted(START + i, partition, value));
      }
      broker.send("readings", partition, rows);
    }
  }

  private static List<String> expectedIds() {
    List<String> ids = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      long source = SourceId.of("readings-" + partition);
      IntStream.range(0, BATCHES * BATCH).forEach(n -> ids.add(EventIds.format(source, n)));
    }
    return ids;
  }
}
