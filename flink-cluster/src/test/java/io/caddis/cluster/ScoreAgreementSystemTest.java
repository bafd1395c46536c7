// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.files.ResultFolder;
import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A detector that learns by reading gives the same readings the same scores, to the last bit, in
 * the detection job, in {@code train} and {@code score}, and over HTTP.
 */
class ScoreAgreementSystemTest {
  private static final int ROWS = 2_400;
  private static final int TRAINED = 1_500;

  private static GatewayProcess gateway;

  @TempDir private Path work;

  @BeforeAll
  static void startGateway(@TempDir Path home) throws IOException {
    gateway = new GatewayProcess(home);
  }

  @AfterAll
  static void stopGateway() {
    gateway.close();
  }

  private static List<String> lines(int features) {
    SensorSimulator plant =
        new SensorSimulator(new SensorSimulator.Settings(11, 3, 3, 1_767_225_600_000L, 60_000));
    List<String> lines = new ArrayList<>();
    for (long i = 0; lines.size() < ROWS; i++) {
      Reading reading = plant.reading(i);
      if (reading != null) {
        lines.add(
            "{\"timestamp\":\"%s\",\"sensor\":\"%s\",\"temperature\":%s%s}"
                .formatted(
                    Instant.ofEpochMilli(reading.timestamp()),
                    reading.key(),
                    reading.numbers()[0],
                    features == 1 ? "" : ",\"current\":" + reading.numbers()[3]));
      }
    }
    return lines;
  }

  @ParameterizedTest
  @CsvSource({
    "auto, 2, 'mewma, smoothed'",
    "auto, 1, univariate",
    "t2q, 2, 't2q, smoothed'",
    "stream_knn, 2, 'stream_knn, smoothed'"
  })
  void jobCommandsAndGatewayGiveTheSameScores(String detector, int features, String member)
      throws IOException {
    List<String> lines = lines(features);
    Path job = work.resolve("job");
    CaddisCli.run(
        "detect",
        "--input=" + Files.write(work.resolve("all.jsonl"), lines),
        "--detector=" + detector,
        "--output=" + job);
    Map<String, List<JsonNode>> verdicts =
        verdicts(new ResultFolder(job.resolve(Sinks.SCORES)).fresh(), "key");
    assertThat(verdicts).hasSize(ROWS);

    Map<String, List<JsonNode>> byCommands =
        verdicts(
            trainAndScore(detector, lines.subList(0, TRAINED), lines.subList(TRAINED, ROWS)),
            "sensor");
    assertThat(byCommands)
        .hasSize(ROWS - TRAINED)
        .anySatisfy((reading, verdict) -> assertThat(verdict.get(2).asBoolean()).isTrue());
    assertThat(verdicts).containsAllEntriesOf(byCommands);

    JsonNode fitted = gateway.post("/v1/anomaly/fit", request(detector, lines.subList(0, TRAINED)));
    JsonNode scored =
        gateway.post("/v1/anomaly/score", request(detector, lines.subList(TRAINED, ROWS)));
    assertThat(verdicts(answered(scored, lines), "sensor")).isEqualTo(byCommands);

    Map<String, List<String>> chosen = chosen(job);
    assertThat(chosen).containsOnlyKeys("sensor-000", "sensor-001", "sensor-002");
    for (JsonNode sensor : fitted.get("sensors")) {
      assertThat(sensor.get("member").asString()).isEqualTo(member);
      assertThat(chosen.get(sensor.get("key").asString())).startsWith("warm-up").contains(member);
    }
  }

  /** The rows of an answer with those that they are of. */
  private static List<JsonNode> answered(JsonNode answer, List<String> lines) {
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode row : answer.get("data")) {
      String line = lines.get(TRAINED + row.get("index").asInt());
      rows.add(((ObjectNode) JsonMapper.shared().readTree(line)).setAll((ObjectNode) row));
    }
    return rows;
  }

  /** What was said of each reading, by its sensor and time. */
  private static Map<String, List<JsonNode>> verdicts(List<JsonNode> rows, String key) {
    Map<String, List<JsonNode>> verdicts = new TreeMap<>();
    for (JsonNode row : rows) {
      verdicts.put(
          row.get(key).asString() + " " + Instant.parse(row.get("timestamp").asString()),
          List.of(row.get("score"), row.get("raw_score"), row.get("is_anomaly")));
    }
    return verdicts;
  }

  private List<JsonNode> trainAndScore(String detector, List<String> history, List<String> fresh)
      throws IOException {
    Path output = work.resolve("scored.jsonl");
    String registry = "--registry=" + work.resolve("registry");
    CaddisCli.run(
        "train",
        "--input=" + Files.write(work.resolve("history.jsonl"), history),
        "--detector=" + detector,
        registry,
        "--name=plant");
    CaddisCli.run(
        "score",
        "--input=" + Files.write(work.resolve("fresh.jsonl"), fresh),
        registry,
        "--name=plant",
        "--output=" + output);
    return Files.readAllLines(output).stream().map(JsonMapper.shared()::readTree).toList();
  }

  private static String request(String detector, List<String> rows) {
    return "{\"model\": \"plant\", \"backend\": \"%s\", \"data\": [%s]}"
        .formatted(detector, String.join(",", rows));
  }

  /** What each sensor was measured by, in the order of time. */
  private static Map<String, List<String>> chosen(Path output) throws IOException {
    Map<String, TreeMap<String, String>> byTime = new TreeMap<>();
    for (JsonNode row : new ResultFolder(output.resolve(Sinks.CHOICES)).fresh()) {
      assertThat(row.get("basis").asString()).contains("feature");
      byTime
          .computeIfAbsent(row.get("key").asString(), key -> new TreeMap<>())
          .put(row.get("timestamp").asString(), row.get("member").asString());
    }
    Map<String, List<String>> chosen = new TreeMap<>();
    byTime.forEach((key, members) -> chosen.put(key, List.copyOf(members.values())));
    return chosen;
  }
}
