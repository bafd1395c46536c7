// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.detectors.stream.StreamDetectors;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;

/**
 * Backends that learn by reading. That their scores are those of the job and of the command line is
 * the {@code ScoreAgreementSystemTest} of the cluster.
 */
class StreamBackendsTest {
  private static final List<String> BACKENDS = StreamDetectors.NAMES;
  private static final int ROWS = 2_400;
  private static final int TRAINED = 1_500;
  private static final List<String> LINES = lines();

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

  private static String body(String backend, int from, int to) {
    return "{\"model\": \"plant\", \"backend\": \"%s\", \"data\": [%s]}"
        .formatted(backend, String.join(",", LINES.subList(from, to)));
  }

  private static void assertSame(JsonNode data, JsonNode expected) {
    assertThat(data).hasSize(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      for (String field : List.of("score", "raw_score", "is_anomaly", "timestamp")) {
        assertThat(data.get(i).get(field)).as(field).isEqualTo(expected.get(i).get(field));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("BACKENDS")
  void scoresAreTheSameBeforeAndAfterSaving(String backend) throws IOException {
    JsonNode expected;
    try (TestGateway gateway = new TestGateway(directory)) {
      JsonNode fitted = gateway.post("/v1/anomaly/fit", body(backend, 0, TRAINED)).json();
      assertThat(fitted.get("backend").asString()).isEqualTo(backend);
      assertThat(fitted.get("sensors_known").asInt()).isEqualTo(3);
      assertThat(fitted.get("sensors").get(0).get("key").asString()).isEqualTo("sensor-000");
      expected = gateway.post("/v1/anomaly/score", body(backend, TRAINED, ROWS)).json().get("data");
      String name = "{\"model\": \"plant\", \"backend\": \"" + backend + "\"}";
      assertThat(gateway.post("/v1/anomaly/save", name).status()).isEqualTo(200);
      assertThat(gateway.get("/v1/anomaly/models").json().get("data").get(0).get("backend"))
          .isEqualTo(fitted.get("backend"));
    }
    try (TestGateway restarted = new TestGateway(directory)) {
      JsonNode data =
          restarted.post("/v1/anomaly/score", body(backend, TRAINED, ROWS)).json().get("data");
      assertSame(data, expected);
      assertThat(expected)
          .hasSize(ROWS - TRAINED)
          .anyMatch(row -> row.get("is_anomaly").asBoolean());
      assertThat(restarted.delete("/v1/anomaly/models/plant_" + backend + ".cadm").status())
          .isEqualTo(200);
      assertThat(restarted.get("/v1/anomaly/models").json().get("total").asInt()).isZero();
    }
  }

  @Test
  void anUpdateReadsOn() throws IOException {
    try (TestGateway gateway = new TestGateway(directory)) {
      gateway.post("/v1/anomaly/fit", body("auto", 0, TRAINED));
      JsonNode expected =
          gateway.post("/v1/anomaly/score", body("auto", TRAINED, ROWS)).json().get("data");
      String first = String.join(",", LINES.subList(0, 700));
      String second = String.join(",", LINES.subList(700, TRAINED));
      gateway.post("/train?backend=auto", "{\"transactions\": [" + first + "]}");
      JsonNode updated = gateway.post("/update", "{\"transactions\": [" + second + "]}").json();
      assertThat(updated.get("method").asString()).isEqualTo("incremental");
      assertThat(updated.get("num_samples").asInt()).isEqualTo(TRAINED);

      String rest = String.join(",", LINES.subList(TRAINED, ROWS));
      JsonNode results =
          gateway.post("/predict/batch", "{\"transactions\": [" + rest + "]}").json();
      assertSame(results.get("results"), expected);
      JsonNode info = gateway.get("/model/info").json();
      assertThat(info.get("key_field").asString()).isEqualTo("sensor");
      assertThat(info.get("sensors")).hasSize(3);
      assertThat(info.get("sensors").get(2).get("member").asString()).isEqualTo("mewma, smoothed");
      assertThat(info.get("feature_details").get(0).get("median").isNull()).isTrue();
    }
  }

  @Test
  void aShareOfTheRowsIsNoThresholdOfADetectorThatSetsItsOwn() {
    try (TestGateway gateway = new TestGateway(directory)) {
      String body = body("auto", 0, 50).replace("\"data\"", "\"contamination\": 0.1, \"data\"");
      TestGateway.Answer answer = gateway.post("/v1/anomaly/fit", body);
      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.body()).contains("the detector auto sets its boundary itself");
    }
  }

  /** Of 60 rows, each with a text that is another one after so many rows. */
  private static String withText(int rows) {
    AtomicInteger row = new AtomicInteger();
    return Pattern.compile("\"temperature\"")
        .matcher(body("auto", 0, 60))
        .replaceAll(
            found ->
                "\"text\":\"%d\",%s".formatted(row.getAndIncrement() / rows % 5, found.group()));
  }

  @Test
  void autoLeavesTextThatTellsReadingsApartToATrainedForest() {
    try (TestGateway gateway = new TestGateway(directory)) {
      JsonNode fitted = gateway.post("/v1/anomaly/fit", withText(1)).json();
      assertThat(fitted.get("backend").asString()).isEqualTo("isolation_forest");
      assertThat(fitted.has("sensors")).isFalse();
      assertThat(gateway.post("/v1/anomaly/score", withText(1)).json().get("data")).hasSize(60);

      JsonNode steady = gateway.post("/v1/anomaly/fit", withText(60)).json();
      assertThat(steady.get("backend").asString()).isEqualTo("auto");
    }
  }
}
