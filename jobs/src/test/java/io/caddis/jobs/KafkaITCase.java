// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.broker.KafkaBroker;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.files.ResultFolder;
import io.caddis.detectors.parse.EventIds;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.MessageDecoder;
import io.caddis.detectors.parse.SourceId;
import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.jobs.spec.SpecLoader;
import io.caddis.operators.OperatorMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Readings from Kafka and results to it, with a real broker. */
class KafkaITCase {
  private static final long START = 1_767_225_600L;
  private static final int PARTITIONS = 3;
  private static final int ROWS = 400;

  @TempDir private static Path shared;

  private static KafkaBroker broker;

  @TempDir Path directory;

  @BeforeAll
  static void startBroker() throws IOException {
    broker = KafkaBroker.start(shared.resolve("broker"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  /** A sensor a partition, one reading a second, the last rows in anomalies now and then. */
  private static List<String> readings(int sensor, int from, int to) {
    Random random = new Random(sensor);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < to; i++) {
      double value = random.nextGaussian() + (i % 100 > 96 ? 40 : 0);
      if (i >= from) {
        rows.add("{\"timestamp\":%d,\"key\":\"s%d\",\"x\":%s}".formatted(START + i, sensor, value));
      }
    }
    return rows;
  }

  private static void send(String topic, int from, int to) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      broker.send(topic, partition, readings(partition, from, to));
    }
  }

  private static String topic(String name) {
    broker.createTopic(name, PARTITIONS);
    return name;
  }

  private PipelineSpec spec(String... settings) {
    SpecLoader loader = new SpecLoader(name -> null);
    Stream.concat(
            Stream.of(
                "source.type=kafka",
                "kafka.bootstrap-servers=" + broker.bootstrapServers(),
                "features=[{name: x}]",
                "training.scope=global",
                "training.window=tumbling",
                "training.size=1 min",
                "detector.name=zscore",
                "parallelism=2"),
            Stream.of(settings))
        .map(setting -> setting.split("=", 2))
        .forEach(setting -> loader.set(setting[0], setting[1], "test"));
    return loader.load();
  }

  private StreamExecutionEnvironment environment(PipelineSpec spec, Configuration more)
      throws IOException {
    StreamExecutionEnvironment env =
        EmbeddedCluster.environment(
            spec, EmbeddedCluster.StateBackend.HASHMAP, directory.resolve("checkpoints"));
    env.configure(more);
    new DetectionJob().build(env, spec);
    return env;
  }

  private static List<JsonNode> committed(String topic) {
    return broker.readCommitted(topic).stream()
        .map(value -> JsonMapper.shared().readTree(value))
        .toList();
  }

  private static TreeSet<String> allEventIds(String topic) {
    TreeSet<String> ids = new TreeSet<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      long source = SourceId.of(topic + "-" + partition);
      IntStream.range(0, ROWS).forEach(offset -> ids.add(EventIds.format(source, offset)));
    }
    return ids;
  }

  @Test
  void aBoundedRunReadsToTheEndsAndGivesWhatTheSameReadingsInFilesGive() throws Exception {
    String input = topic("bounded");
    String scores = topic("bounded-scores");
    String letters = topic("bounded-letters");
    send(input, 0, ROWS);
    broker.send(new ProducerRecord<>(input, 1, "s1", null));
    broker.send(new ProducerRecord<>(input, 2, null, "{\"timestamp\":1"));
    broker.send(new ProducerRecord<>(input, 2, null, "x".repeat(5_000)));

    PipelineSpec spec =
        spec(
            "source.kafka.topics=[" + input + "]",
            "limits.line-bytes=4096",
            "sink.kafka.scores=" + scores,
            "sink.kafka.dead-letters=" + letters,
            "sink.directory=" + directory.resolve("both"));
    environment(spec, new Configuration()).execute();

    Path files = Files.createDirectories(directory.resolve("input"));
    for (int sensor = 0; sensor < PARTITIONS; sensor++) {
      Files.write(files.resolve(sensor + ".json"), readings(sensor, 0, ROWS));
    }
    DetectRun fromFiles =
        DetectRun.of(
            files,
            directory.resolve("files"),
            "--scope=global",
            "--train-window=1min",
            "--detector=zscore");
    List<JsonNode> committed = committed(scores);
    assertThat(committed).extracting(KafkaITCase::verdict).hasSize(PARTITIONS * ROWS);
    assertThat(committed)
        .extracting(KafkaITCase::verdict)
        .containsExactlyInAnyOrderElementsOf(
            fromFiles.scores().stream().map(KafkaITCase::verdict).toList());
    assertThat(new ResultFolder(directory.resolve("both/scores")).fresh())
        .containsExactlyInAnyOrderElementsOf(committed);
    assertThat(committed)
        .extracting(row -> row.get("event_id").asString())
        .containsExactlyInAnyOrderElementsOf(allEventIds(input));
    assertOrderedBySensor(scores);
    assertThat(committed(letters))
        .extracting(
            row ->
                "%s %s %d"
                    .formatted(
                        row.get("reason").asString(),
                        row.get("source").asString(),
                        row.get("offset").asInt()))
        .containsExactlyInAnyOrder(
            "no_usable_value bounded-1 400",
            "malformed_json bounded-2 400",
            "line_too_long bounded-2 401");
  }

  private static String verdict(JsonNode row) {
    return "%s %s %s %s"
        .formatted(
            row.get("key"), row.get("timestamp"), row.get("score"), row.get("model_version"));
  }

  private static void assertOrderedBySensor(String topic) {
    Map<String, List<ConsumerRecord<String, String>>> bySensor =
        broker.readCommittedRecords(topic).stream()
            .collect(Collectors.groupingBy(ConsumerRecord::key));
    assertThat(bySensor).hasSize(PARTITIONS);
    bySensor
        .values()
        .forEach(
            rows -> {
              assertThat(rows)
                  .extracting(ConsumerRecord::partition)
                  .containsOnly(rows.get(0).partition());
              assertThat(rows)
                  .extracting(
                      row -> JsonMapper.shared().readTree(row.value()).get("timestamp").asString())
                  .isSorted();
            });
  }

  @Test
  void everyReadingIsScoredOnceAcrossAFailureBetweenCheckpoints() throws Exception {
    String input = topic("stream");
    String scores = topic("stream-scores");
    String alerts = topic("stream-alerts");
    String models = topic("stream-models");
    broker.createTopic("stream-control", 1);
    String said = topic("stream-said");
    broker.send(
        new ProducerRecord<>(
            "stream-control", "{\"id\":\"t\",\"type\":\"mute\",\"sensors\":\"none\"}"));
    PipelineSpec spec =
        spec(
            "source.kafka.topics=[" + input + "]",
            "source.continuous=true",
            "time.alignment=event-time",
            "time.idleness=1 h",
            "source.kafka.max-drift=1 min",
            "control.topic=stream-control",
            "sink.kafka.scores=" + scores,
            "sink.kafka.alerts=" + alerts,
            "sink.kafka.models=" + models,
            "sink.kafka.control=" + said);
    Configuration fast = new Configuration();
    fast.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
    fast.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    fast.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    send(input, 0, ROWS / 2);
    JobClient first = environment(spec, fast).executeAsync("first");
    await(first, () -> !broker.readCommitted(scores).isEmpty());
    send(input, ROWS / 2, ROWS - 50);
    first.cancel().get();
    // It is over, and its checkpoints are what they are, only when it has a result.
    first.getJobExecutionResult().handle((result, cancelled) -> true).get();
    Path checkpoint = newestCheckpoint();

    fast.set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint.toUri().toString());
    send(input, ROWS - 50, ROWS);
    JobClient second = environment(spec, fast).executeAsync("second");
    // The last readings wait for a watermark that nothing after them moves on.
    await(second, () -> broker.readCommitted(scores).size() >= PARTITIONS * (ROWS - 10));
    second
        .stopWithSavepoint(
            true, directory.resolve("savepoint").toUri().toString(), SavepointFormatType.CANONICAL)
        .get();

    assertThat(committed(scores))
        .extracting(row -> row.get("event_id").asString())
        .containsExactlyInAnyOrderElementsOf(allEventIds(input));
    assertThat(committed(alerts)).isNotEmpty();
    assertThat(committed(models))
        .hasSizeGreaterThan(4)
        .allMatch(row -> row.has("sha256") && !row.has("model_base64"));
    assertThat(committed(said))
        .extracting(
            row ->
                "%s %s %d of %d"
                    .formatted(
                        row.get("command").asString(),
                        row.get("state").asString(),
                        row.get("subtask").asInt(),
                        row.get("subtasks").asInt()))
        .containsExactlyInAnyOrder("t applied 0 of 2", "t applied 1 of 2");
    assertThat(
            RunSummary.of(
                    second.getJobExecutionResult().get().getAllAccumulatorResults(), Duration.ZERO)
                .counters())
        .containsEntry(OperatorMetrics.LATE, 0L)
        .containsEntry(OperatorMetrics.MISSED_TRAINING, 0L);
  }

  private Path newestCheckpoint() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("checkpoints"))) {
      return files
          .filter(file -> file.getFileName().toString().equals("_metadata"))
          .map(Path::getParent)
          .max(
              Comparator.comparingInt(
                  path -> Integer.parseInt(path.getFileName().toString().substring(4))))
          .orElseThrow();
    }
  }

  private static void await(JobClient job, BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    while (!condition.getAsBoolean()) {
      assertThat(job.getJobStatus().get().isGloballyTerminalState()).as("the job ended").isFalse();
      assertThat(System.nanoTime()).as("patience").isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  @Test
  void linesOfCsvAreReadAndRowsAreWrittenWithoutTransactionsWhenAskedTo() throws Exception {
    String input = topic("lines");
    String scores = topic("lines-scores");
    broker.send(input, 1, List.of("%d,a,1.5".formatted(START), "%d,b,2.5\n".formatted(START + 1)));
    PipelineSpec spec =
        spec(
            "source.kafka.topics=[" + input + "]",
            "source.kafka.format=csv",
            "source.kafka.start=2026-01-01T00:00:00Z",
            "sink.kafka.delivery=at-least-once",
            "sink.kafka.scores=" + scores);
    environment(spec, new Configuration()).execute();

    long source = SourceId.of(input + "-1");
    assertThat(committed(scores))
        .extracting(row -> row.get("key").asString() + " " + row.get("event_id").asString())
        .containsExactlyInAnyOrder(
            "a " + EventIds.format(source, 0), "b " + EventIds.format(source, 1));
  }

  @Test
  void simulatedReadingsInATopicAreThoseThatTheSimulatorGives() throws Exception {
    String input = topic("simulated");
    CommandRun run =
        CommandRun.of(
            new DetectionJob(),
            "simulate",
            "--topic=" + input,
            "--kafka=" + broker.bootstrapServers(),
            "--sensors=2",
            "--count=20");
    assertThat(run.err()).isEmpty();

    SensorSimulator simulator =
        DetectionJob.simulator(42, 2, 0, Instant.parse("2026-01-01T00:00:00Z"));
    MessageDecoder decoder =
        MessageDecoder.json("simulator-42", SensorSimulator.layout(), Limits.DEFAULT);
    assertThat(broker.readCommitted(input))
        .map(value -> decoder.decode(value.getBytes(UTF_8), 0).reading())
        .map(KafkaITCase::told)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 20)
                .mapToObj(simulator::reading)
                .filter(Objects::nonNull)
                .map(KafkaITCase::told)
                .toList());
  }

  private static String told(Reading reading) {
    return reading.key()
        + reading.timestamp()
        + Arrays.toString(reading.numbers())
        + Arrays.toString(reading.texts());
  }
}
