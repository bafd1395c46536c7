// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Commands to a job on a cluster of processes while readings flow. Where no command holds, what the
 * job commits equals what a bounded run without commands gives for the same files.
 */
class ControlSystemTest {
  private static final Duration PATIENCE = Duration.ofSeconds(300);

  /** Readings that wait for the watermark at the end of the files: 5 s of out-of-orderness. */
  private static final long WAITING = 10L * SensorFiles.SENSORS;

  @TempDir private static Path folder;

  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        TestCluster.unhurried(
            folder.resolve("cluster"), 2, Map.of("execution.checkpointing.interval", "500 ms"));
  }

  @AfterAll
  static void stop() {
    cluster.stop();
  }

  @Test
  void commandsUnderLoadAreAppliedByAllSubtasksAndUndoneWithoutARestart(@TempDir Path work)
      throws IOException {
    SteeredRun run = new SteeredRun(work);
    run.publish(8);
    String job = submit(run);
    SteeredRun.Count models = new SteeredRun.Count(run.output.resolve(Sinks.MODELS));
    run.flowUntil(() -> models.count() >= 2);
    String oldest =
        rows(run.output, Sinks.MODELS).stream()
            .map(row -> row.get("model_version").asString())
            .sorted()
            .findFirst()
            .orElseThrow();

    run.send("threshold", "set_threshold", "--sensors", "sensor-*3", "--threshold", "0.99");
    run.send("mute", "mute", "--sensors", "sensor-*7");
    run.send("promote", "promote", "--model-version", oldest);
    run.awaitApplied("threshold", "mute", "promote");
    run.send("rollback", "rollback");
    run.awaitApplied("rollback");
    for (String id : List.of("rollback", "promote", "mute", "threshold")) {
      run.send("undo-" + id, "undo", "--command", id);
    }
    run.awaitApplied("undo-rollback", "undo-promote", "undo-mute", "undo-threshold");

    run.publish(run.files.left());
    long expected = run.files.readings() - WAITING;
    assertThat(Patience.await(PATIENCE, () -> run.scores.count() >= expected)).isTrue();
    assertNeverRestarted(job);
    FlinkCli.Result drained = cluster.cli().run(List.of("stop", "--drain", job));
    assertThat(drained.exitCode()).as(drained.output()).isZero();
    assertThat(Patience.await(PATIENCE, () -> cluster.rest().jobState(job).equals("FINISHED")))
        .isTrue();

    assertSteered(run, oldest, work.resolve("undisturbed"));
  }

  private static void assertSteered(SteeredRun run, String oldest, Path undisturbed) {
    List<String> command = new ArrayList<>(List.of("run"));
    command.addAll(detect(run.files, undisturbed));
    FlinkCli.Result result = cluster.cli().run(command);
    assertThat(result.exitCode()).as(result.output()).isZero();

    Predicate<JsonNode> raised =
        run.between("threshold", "undo-threshold").and(row -> key(row).endsWith("3"));
    Predicate<JsonNode> muted = run.between("mute", "undo-mute").and(row -> key(row).endsWith("7"));
    Predicate<JsonNode> promoted = run.between("promote", "rollback");
    Predicate<JsonNode> otherModel = run.between("promote", "undo-promote");
    Predicate<JsonNode> touched = raised.or(muted).or(otherModel);
    List<JsonNode> scores = rows(run.output, Sinks.SCORES);

    assertThat(scores).hasSize(Math.toIntExact(run.files.readings()));
    assertThat(
            OutputDifference.between(
                texts(rows(undisturbed, Sinks.SCORES), touched.negate()),
                texts(scores, touched.negate())))
        .isEqualTo(OutputDifference.NONE);
    assertThat(
            OutputDifference.between(
                texts(rows(undisturbed, Sinks.MODELS), row -> true),
                texts(rows(run.output, Sinks.MODELS), row -> true)))
        .isEqualTo(OutputDifference.NONE);
    assertThat(scores)
        .filteredOn(raised)
        .isNotEmpty()
        .allMatch(row -> row.get("threshold").asDouble() == 0.99);
    assertThat(scores)
        .filteredOn(muted)
        .isNotEmpty()
        .allMatch(row -> row.path("muted").asBoolean());
    assertThat(rows(run.output, Sinks.ALERTS))
        .filteredOn(muted)
        .noneMatch(row -> row.get("state").asString().equals("opened"));
    assertThat(scores)
        .filteredOn(promoted)
        .isNotEmpty()
        .allMatch(row -> row.get("model_version").asString().equals(oldest));
    assertThat(scores)
        .filteredOn(run.between("rollback", "undo-rollback"))
        .isNotEmpty()
        .noneMatch(row -> row.get("model_version").asString().equals(oldest));
  }

  @Test
  void aModelThatTheGatewayLoadsScoresInTheRunningJob(@TempDir Path work) throws IOException {
    SteeredRun run = new SteeredRun(work);
    run.publish(8);
    Path registry = work.resolve("models");
    String job = submit(run, "--set", "control.registry=" + registry);
    String version;
    try (GatewayProcess gateway =
        new GatewayProcess(
            work,
            "--registry=" + registry,
            "--control=" + run.control,
            "--flink=" + cluster.webInterface(),
            "--feed=" + run.output,
            "--store=" + work.resolve("gateway.db"))) {
      assertThat(Patience.await(PATIENCE, gateway::isHealthy)).as("Flink among others").isTrue();
      gateway.post(
          "/v1/anomaly/fit",
          "{\"model\": \"pumps\", \"backend\": \"zscore\", \"data\": %s}"
              .formatted(rowsOf(run.files.input().resolve("readings-000.csv"))));
      String model = "{\"model\": \"pumps\", \"backend\": \"zscore\"}";
      gateway.post("/v1/anomaly/save", model);
      JsonNode loaded = gateway.post("/v1/anomaly/load", model);
      version = loaded.get("version").asString();
      String command = "/api/control/" + loaded.at("/job/id").asString();
      run.flowUntil(() -> !gateway.get(command).get("state").asString().equals("sent"));
      assertThat(gateway.get(command).get("state").asString())
          .as(gateway.get(command).toString())
          .isEqualTo("applied");
      run.flowUntil(() -> !scoredBy(run, version).isEmpty());

      long from =
          Instant.parse(gateway.get(command).get("effective_from").asString()).toEpochMilli();
      assertThat(rows(run.output, Sinks.SCORES))
          .allMatch(
              row -> row.path("model_version").asString("").equals(version) == (time(row) >= from));
    }
    assertNeverRestarted(job);
    FlinkCli.Result cancelled = cluster.cli().run(List.of("cancel", job));
    assertThat(cancelled.exitCode()).as(cancelled.output()).isZero();
  }

  private static List<JsonNode> scoredBy(SteeredRun run, String version) {
    return rows(run.output, Sinks.SCORES).stream()
        .filter(row -> row.path("model_version").asString("").equals(version))
        .toList();
  }

  private static long time(JsonNode row) {
    return Instant.parse(row.get("timestamp").asString()).toEpochMilli();
  }

  /** The rows of a CSV file as an array of JSON objects. */
  private static String rowsOf(Path csv) throws IOException {
    List<String> lines = Files.readAllLines(csv);
    String[] names = lines.get(0).split(",");
    ArrayNode rows = JsonMapper.shared().createArrayNode();
    for (String line : lines.subList(1, lines.size())) {
      String[] values = line.split(",", -1);
      ObjectNode row = rows.addObject();
      for (int i = 0; i < names.length; i++) {
        if (i > 1 && i < names.length - 1) {
          row.put(names[i], Double.parseDouble(values[i]));
        } else {
          row.put(names[i], values[i]);
        }
      }
    }
    return rows.toString();
  }

  private static String submit(SteeredRun run, String... options) {
    List<String> streaming =
        new ArrayList<>(detect(run.files, run.output, "--control", run.control.toString()));
    streaming.addAll(
        List.of(
            "--continuous",
            "--set",
            "source.poll-interval=200 ms",
            "--set",
            "control.poll-interval=200 ms"));
    streaming.addAll(List.of(options));
    return Submission.detached(cluster, List.of("-p", "2"), streaming);
  }

  private static void assertNeverRestarted(String job) {
    FlinkRest rest = cluster.rest();
    assertThat(rest.checkpoints(job).restored()).isZero();
    for (JsonNode vertex : rest.get("/jobs/" + job).path("vertices")) {
      String path = "/jobs/" + job + "/vertices/" + vertex.path("id").asString();
      assertThat(rest.get(path).path("subtasks"))
          .isNotEmpty()
          .allMatch(subtask -> subtask.path("attempt").asInt() == 0);
    }
  }

  private static List<String> detect(SensorFiles files, Path output, String... options) {
    return Stream.concat(
            Stream.of(
                TestCluster.distribution().resolve("jobs/caddis.jar").toString(),
                "detect",
                "--input",
                files.input().toString(),
                "--output",
                output.toString(),
                "--alignment",
                "event-time",
                "--scope",
                "global",
                "--train-window",
                "10min"),
            Stream.of(options))
        .toList();
  }

  private static String key(JsonNode row) {
    return row.get("key").asString();
  }

  private static List<String> texts(List<JsonNode> rows, Predicate<JsonNode> condition) {
    return rows.stream().filter(condition).map(JsonNode::toString).toList();
  }

  private static List<JsonNode> rows(Path output, String folder) {
    return CommittedLines.readAll(output.resolve(folder)).stream()
        .map(line -> JsonMapper.shared().readTree(line))
        .toList();
  }
}
