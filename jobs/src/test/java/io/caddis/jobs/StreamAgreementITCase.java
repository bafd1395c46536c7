// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.files.ResultFolder;
import io.caddis.detectors.simulate.SensorSimulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A detector that learns by reading scores the same in the detection job as in {@code train} and
 * {@code score}, to the last bit. The gateway's half is {@code StreamBackendsTest} there.
 */
class StreamAgreementITCase {
  private static final int ROWS = 2_400;
  private static final int TRAINED = 1_500;

  @TempDir Path directory;

  private static List<String> lines() {
    SensorSimulator plant =
        new SensorSimulator(new SensorSimulator.Settings(11, 3, 3, 1_767_225_600_000L, 60_000));
    List<String> lines = new ArrayList<>();
    for (long i = 0; lines.size() < ROWS; i++) {
      Reading reading = plant.reading(i);
      if (reading != null) {
        lines.add(
            "{\"timestamp\":\"%s\",\"sensor\":\"%s\",\"temperature\":%s,\"current\":%s}"
                .formatted(
                    Instant.ofEpochMilli(reading.timestamp()),
                    reading.key(),
                    reading.numbers()[0],
                    reading.numbers()[3]));
      }
    }
    return lines;
  }

  @ParameterizedTest
  @CsvSource({"auto, 'mewma, smoothed'", "univariate, univariate"})
  void jobAndCommandsGiveTheSameScores(String detector, String member) throws IOException {
    List<String> lines = lines();
    Path all = Files.write(directory.resolve("all.jsonl"), lines);
    Path history = Files.write(directory.resolve("history.jsonl"), lines.subList(0, TRAINED));
    Path fresh = Files.write(directory.resolve("fresh.jsonl"), lines.subList(TRAINED, ROWS));
    Path output = directory.resolve("out");
    DetectRun job = DetectRun.of(all, output, "--detector", detector);
    Map<String, List<JsonNode>> expected = new HashMap<>();
    for (JsonNode row : job.scores()) {
      expected.put(
          row.get("key").asString() + row.get("timestamp").asString(),
          List.of(row.get("score"), row.get("raw_score"), row.get("is_anomaly")));
    }

    List<JsonNode> scored = trainedAndScored(detector, history, fresh);

    assertThat(expected).hasSize(ROWS);
    assertThat(scored).hasSize(ROWS - TRAINED).anyMatch(row -> row.get("is_anomaly").asBoolean());
    for (JsonNode row : scored) {
      Instant time = Instant.parse(row.get("timestamp").asString());
      assertThat(List.of(row.get("score"), row.get("raw_score"), row.get("is_anomaly")))
          .as("%s at %s", row.get("sensor"), time)
          .isEqualTo(expected.get(row.get("sensor").asString() + job(time)));
    }
    assertThat(chosen(output))
        .containsOnlyKeys("sensor-000", "sensor-001", "sensor-002")
        .allSatisfy(
            (sensor, members) -> assertThat(members).startsWith("warm-up").contains(member));
  }

  /** As the job's results write times. */
  private static String job(Instant time) {
    return time.toString().replaceFirst("(:\\d\\d)Z$", "$1.000Z");
  }

  private List<JsonNode> trainedAndScored(String detector, Path history, Path fresh)
      throws IOException {
    String registry = directory.resolve("registry").toString();
    Path output = directory.resolve("scored.jsonl");
    CommandRun train =
        CommandRun.of(
            new DetectionJob(),
            "train",
            "--input",
            history.toString(),
            "--detector",
            detector,
            "--registry",
            registry,
            "--name",
            "plant");
    assertThat(train.err()).isEmpty();
    assertThat(train.status()).isZero();
    CommandRun score =
        CommandRun.of(
            new DetectionJob(),
            "score",
            "--input",
            fresh.toString(),
            "--registry",
            registry,
            "--name",
            "plant",
            "--output",
            output.toString());
    assertThat(score.status()).isZero();
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(output)) {
      rows.add(JsonMapper.shared().readTree(line));
    }
    return rows;
  }

  /** What each sensor was measured by, in the order of time. */
  private static Map<String, List<String>> chosen(Path output) throws IOException {
    Map<String, TreeMap<String, String>> byTime = new TreeMap<>();
    for (JsonNode row : new ResultFolder(output.resolve("choices")).fresh()) {
      assertThat(row.get("basis").asString()).contains("feature");
      assertThat(row.get("features")).hasSize(2);
      byTime
          .computeIfAbsent(row.get("key").asString(), key -> new TreeMap<>())
          .put(row.get("timestamp").asString(), row.get("member").asString());
    }
    Map<String, List<String>> chosen = new TreeMap<>();
    byTime.forEach((key, members) -> chosen.put(key, List.copyOf(members.values())));
    return chosen;
  }
}
