// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import io.caddis.broker.KafkaBroker;
import io.caddis.detectors.files.ResultFolder;
import io.caddis.jobs.sink.Sinks;
import io.caddis.jobs.source.Mosquitto;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.jobs.spec.SpecLoader;
import io.caddis.operators.OperatorMetrics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Readings from a real MQTT broker, which dies, into a job, which dies too. */
class MqttITCase {
  private static final long START = 1_767_225_600L;
  private static final int SENSORS = 3;
  private static final String SECRET = "hunter2-secret";

  @TempDir Path directory;

  private static String reading(int number) {
    return "{\"timestamp\":%d,\"x\":%d}".formatted(START + number, number);
  }

  private static CompletableFuture<Mqtt5PublishResult> publish(
      Mqtt5AsyncClient publisher, String topic, String payload) {
    return publisher
        .publishWith()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(payload.getBytes(UTF_8))
        .send();
  }

  private static List<CompletableFuture<Mqtt5PublishResult>> publish(
      Mqtt5AsyncClient publisher, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> publish(publisher, "plant/s" + i % SENSORS, reading(i)))
        .toList();
  }

  private static void stored(List<CompletableFuture<Mqtt5PublishResult>> messages) {
    for (CompletableFuture<Mqtt5PublishResult> message : messages) {
      assertThat(message.join().getError()).isEmpty();
    }
  }

  private PipelineSpec spec(Mosquitto broker, String... more) {
    List<String> settings = new ArrayList<>(List.of(more));
    settings.addAll(
        List.of(
            "source.type=mqtt",
            "source.mqtt.uri=mqtt://127.0.0.1:" + broker.port(),
            "source.mqtt.topics=[plant/+]",
            "source.mqtt.key=topic",
            "features=[{name: x}]",
            "time.alignment=event-time",
            "time.idleness=1 h",
            "deduplicate=true",
            "limits.key-chars=16",
            "sink.directory=" + directory.resolve("out"),
            "parallelism=2"));
    SpecLoader loader = new SpecLoader(name -> null);
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      loader.set(parts[0], parts[1], "test");
    }
    return loader.load();
  }

  private JobClient start(PipelineSpec spec, String savepoint) throws Exception {
    return start(spec, savepoint, 0);
  }

  private JobClient start(PipelineSpec spec, String savepoint, int pages) throws Exception {
    StreamExecutionEnvironment env =
        EmbeddedCluster.environment(
            spec, EmbeddedCluster.StateBackend.HASHMAP, directory.resolve("checkpoints"));
    Configuration settings = new Configuration();
    // No checkpoint comes by itself: what is acknowledged, and when, is what this test says.
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofHours(1));
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    settings.set(RestOptions.BIND_PORT, String.valueOf(pages));
    if (savepoint != null) {
      settings.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    env.configure(settings);
    new DetectionJob().build(env, spec);
    return env.executeAsync("mqtt");
  }

  private static void untilRead(JobClient job, long readings) throws Exception {
    while (RunSummary.of(job.getAccumulators().get(), Duration.ZERO)
            .counters()
            .getOrDefault(OperatorMetrics.READINGS, 0L)
        < readings) {
      assertThat(job.getJobStatus().get().isTerminalState()).isFalse();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private String stop(JobClient job, boolean drain) throws Exception {
    while (true) {
      try {
        return stopNow(job, drain);
      } catch (ExecutionException e) {
        // A job that has just been started reads before all of its tasks can take part.
        assertThat(job.getJobStatus().get().isTerminalState()).as(e.toString()).isFalse();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      }
    }
  }

  private String stopNow(JobClient job, boolean drain) throws Exception {
    return job.stopWithSavepoint(
            drain,
            directory.resolve("savepoints").toUri().toString(),
            SavepointFormatType.CANONICAL)
        .get();
  }

  private static Mqtt5AsyncClient publisher(Mosquitto broker) {
    Mqtt5AsyncClient publisher =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier("publisher")
            .serverHost("127.0.0.1")
            .serverPort(broker.port())
            .automaticReconnect()
            .initialDelay(50, TimeUnit.MILLISECONDS)
            .maxDelay(50, TimeUnit.MILLISECONDS)
            .applyAutomaticReconnect()
            .buildAsync();
    publisher.connectWith().cleanStart(false).sessionExpiryInterval(3600).send().join();
    return publisher;
  }

  /** The session is there when the broker knows of somebody who wants the topic. */
  private static void untilWanted(Mqtt5AsyncClient publisher) {
    while (!publish(publisher, "plant/", "").join().toString().contains("SUCCESS")) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static String page(int port, String path) throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://localhost:%d%s".formatted(port, path)))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return answer.body();
  }

  @Test
  void aLoginIsOnNoPageOfFlinks() throws Exception {
    String known = Mosquitto.login(directory, "plant", SECRET);
    Path login =
        Files.writeString(
            directory.resolve("mqtt.properties"), "username=plant\npassword=" + SECRET + "\n");
    int port = KafkaBroker.freePort();
    try (Mosquitto broker =
        Mosquitto.start(directory.resolve("broker"), "allow_anonymous true", known)) {
      Mqtt5AsyncClient publisher = publisher(broker);
      JobClient job = start(spec(broker, "source.mqtt.properties=" + login), null, port);
      untilWanted(publisher);
      stored(publish(publisher, 0, 1));
      untilRead(job, 1);
      StringBuilder pages = new StringBuilder();
      for (String path :
          List.of(
              "/jobs/overview",
              "/jobs/" + job.getJobID(),
              "/jobs/" + job.getJobID() + "/config",
              "/jobs/" + job.getJobID() + "/plan",
              "/jobs/" + job.getJobID() + "/exceptions",
              "/jobmanager/config",
              "/jobmanager/environment")) {
        pages.append(page(port, path));
      }
      job.cancel().get();
      publisher.disconnect().join();

      assertThat(pages).contains(OperatorUids.SOURCE).doesNotContain(SECRET);
    }
  }

  @Test
  void nothingIsLostWhenTheBrokerIsKilledAndTheJobIsToo() throws Exception {
    try (Mosquitto broker = Mosquitto.start(directory.resolve("broker"), "allow_anonymous true")) {
      Mqtt5AsyncClient publisher = publisher(broker);
      PipelineSpec spec = spec(broker);
      JobClient first = start(spec, null);
      untilWanted(publisher);

      stored(publish(publisher, 0, 300));
      untilRead(first, 300);
      while (!broker.stored().contains(reading(299))) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
      broker.kill();
      List<CompletableFuture<Mqtt5PublishResult>> meanwhile = publish(publisher, 300, 400);
      broker.restart();
      stored(meanwhile);
      untilRead(first, 400);
      first.cancel().get();
      // Until it has a result it may still take the session from the next job.
      first.getJobExecutionResult().handle((result, cancelled) -> true).get();
      stored(publish(publisher, 400, 500));

      JobClient second = start(spec, null);
      untilRead(second, 500);
      stored(
          List.of(
              publish(publisher, "plant/s0", "{\"timestamp\":"),
              publish(publisher, "plant/longer-than-16-characters", reading(500))));
      untilRead(second, 502);
      String savepoint = stop(second, false);

      JobClient third = start(spec, savepoint);
      stored(publish(publisher, 500, 600));
      untilRead(third, 100);
      stop(third, true);
      RunSummary last =
          RunSummary.of(
              third.getJobExecutionResult().get().getAllAccumulatorResults(), Duration.ZERO);
      publisher.disconnect().join();

      assertThat(last.counters()).containsEntry(OperatorMetrics.READINGS, 100L);
      TreeSet<String> expected = new TreeSet<>();
      IntStream.range(0, 600)
          .forEach(i -> expected.add("plant/s%d %d".formatted(i % SENSORS, START + i)));
      assertThat(scores()).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(new ResultFolder(directory.resolve("out").resolve(Sinks.DEAD_LETTERS)).fresh())
          .extracting(row -> row.get("reason").asString())
          .contains("malformed_json", "invalid_key");
    }
  }

  private List<String> scores() throws Exception {
    List<String> scores = new ArrayList<>();
    for (JsonNode row : new ResultFolder(directory.resolve("out").resolve(Sinks.SCORES)).fresh()) {
      scores.add(
          row.get("key").asString()
              + " "
              + Instant.parse(row.get("timestamp").asString()).getEpochSecond());
    }
    return scores;
  }
}
