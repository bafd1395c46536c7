// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.gateway.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The examples of the guide to the service that fits, scores and detects, as they stand there. */
class NamedModelsTest {
  private static final String SENSORS =
      """
      {
        "model": "sensor-monitor",
        "backend": "isolation_forest",
        "data": [
          [100, 1024, 10],
          [105, 1100, 12],
          [98, 980, 9],
          [102, 1050, 11],
          [103, 1080, 10]
        ],
        "contamination": 0.1
      }
      """;

  private static final String LOGS =
      """
      {
        "model": "api-log-detector",
        "backend": "isolation_forest",
        "data": [
          {"response_time_ms": 100, "bytes": 1024, "method": "GET", "user_agent": "Mozilla/5.0"},
          {"response_time_ms": 105, "bytes": 1100, "method": "POST", "user_agent": "Chrome/90.0"},
          {"response_time_ms": 98, "bytes": 980, "method": "GET", "user_agent": "Safari/14.0"},
          {"response_time_ms": 102, "bytes": 1050, "method": "GET", "user_agent": "Mozilla/5.0"}
        ],
        "schema": {
          "response_time_ms": "numeric",
          "bytes": "numeric",
          "method": "label",
          "user_agent": "hash"
        },
        "contamination": 0.1
      }
      """;

  private static final String LOGS_TO_DETECT =
      """
      {
        "model": "api-log-detector",
        "data": [
          {"response_time_ms": 100, "bytes": 1024, "method": "GET", "user_agent": "Mozilla/5.0"},
          {"response_time_ms": 9000, "bytes": 500000, "method": "POST", "user_agent": "sqlmap/1.0"}
        ]
      }
      """;

  private static final String LOGS_NAME =
      "{\"model\": \"api-log-detector\", \"backend\": \"isolation_forest\"}";

  @TempDir Path registry;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = new TestGateway(registry);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void quickStartFindsTheOneAnomaly() {
    JsonNode fitted = gateway.post("/v1/anomaly/fit", SENSORS).json();
    assertThat(fitted.get("object").asString()).isEqualTo("fit_result");
    assertThat(fitted.get("model").asString()).isEqualTo("sensor-monitor");
    assertThat(fitted.get("backend").asString()).isEqualTo("isolation_forest");
    assertThat(fitted.get("samples_fitted").asInt()).isEqualTo(5);
    assertThat(fitted.get("threshold").asDouble()).isEqualTo(0.5);
    assertThat(fitted.at("/model_params/contamination").asDouble()).isEqualTo(0.1);
    assertThat(fitted.get("status").asString()).isEqualTo("fitted");

    Answer detected =
        gateway.post(
            "/v1/anomaly/detect",
            """
            {
              "model": "sensor-monitor",
              "data": [
                [100, 1024, 10],
                [9999, 50000, 1000],
                [103, 1080, 11]
              ]
            }
            """);
    JsonNode body = detected.json();
    assertThat(body.get("object").asString()).isEqualTo("list");
    assertThat(body.get("data")).hasSize(1);
    assertThat(body.at("/data/0/index").asInt()).isEqualTo(1);
    assertThat(body.at("/data/0/score").asDouble()).isGreaterThan(0.5);
    assertThat(body.at("/data/0").has("is_anomaly")).isFalse();
    assertThat(body.get("total_count").asInt()).isEqualTo(1);
    assertThat(body.at("/summary/anomalies_detected").asInt()).isEqualTo(1);
    assertThat(body.at("/summary/threshold").asDouble()).isEqualTo(0.5);
    assertThat(detected.header("X-Model")).isEqualTo(fitted.get("version").asString());
  }

  @Test
  void mixedTypesAreEncodedWithoutTheSchemaBeingSentAgain() {
    JsonNode fitted = gateway.post("/v1/anomaly/fit", LOGS).json();
    assertThat(fitted.at("/encoder/schema/user_agent").asString()).isEqualTo("hash");
    assertThat(fitted.at("/encoder/features").toString())
        .isEqualTo("[\"response_time_ms\",\"bytes\",\"method\",\"user_agent\"]");

    JsonNode detected = gateway.post("/v1/anomaly/detect", LOGS_TO_DETECT).json();

    assertThat(detected.get("total_count").asInt()).isEqualTo(1);
    assertThat(detected.at("/data/0/index").asInt()).isEqualTo(1);
  }

  @Test
  void scoresAllRowsWithASummary() {
    gateway.post("/v1/anomaly/fit", LOGS);

    JsonNode scored = gateway.post("/v1/anomaly/score", LOGS_TO_DETECT).json();

    assertThat(scored.get("data")).hasSize(2);
    assertThat(scored.at("/data/0/is_anomaly").asBoolean()).isFalse();
    assertThat(scored.at("/data/1/is_anomaly").asBoolean()).isTrue();
    assertThat(scored.at("/summary/total_points").asInt()).isEqualTo(2);
    assertThat(scored.at("/summary/anomaly_count").asInt()).isEqualTo(1);
    assertThat(scored.at("/summary/anomaly_rate").asDouble()).isEqualTo(0.5);
    assertThat(scored.at("/summary/threshold").asDouble()).isEqualTo(0.5);
    assertThat(scored.at("/summary/worst/index").asInt()).isEqualTo(1);
    assertThat(scored.at("/summary/worst/values/user_agent").asString()).isEqualTo("sqlmap/1.0");
  }

  @Test
  void theThresholdOfARequestHoldsForItOnly() {
    gateway.post("/v1/anomaly/fit", SENSORS);
    String request = "{\"model\": \"sensor-monitor\", \"data\": [[100, 1024, 10]]%s}";

    JsonNode low =
        gateway.post("/v1/anomaly/detect", request.formatted(", \"threshold\": 0.0")).json();
    JsonNode learned = gateway.post("/v1/anomaly/detect", request.formatted("")).json();

    assertThat(low.get("total_count").asInt()).isEqualTo(1);
    assertThat(low.at("/summary/threshold").asDouble()).isEqualTo(0);
    assertThat(learned.get("total_count").asInt()).isZero();
    assertThat(learned.at("/summary/threshold").asDouble()).isEqualTo(0.5);
  }

  @Test
  void bodiesAreReadWithoutAContentTypeToo() {
    Answer fitted =
        gateway.post(
            "/v1/anomaly/fit",
            "{\"model\": \"test\", \"data\": [[1],[2],[3],[4]], \"contamination\": 0.05}",
            "Content-Type",
            "application/x-www-form-urlencoded");

    assertThat(fitted.status()).isEqualTo(200);
  }

  @Test
  void savedModelsAreListedOutliveARestartAndAreDeleted() {
    gateway.post("/v1/anomaly/fit", LOGS);
    JsonNode before = gateway.post("/v1/anomaly/score", LOGS_TO_DETECT).json();

    JsonNode saved = gateway.post("/v1/anomaly/save", LOGS_NAME).json();
    assertThat(saved.get("object").asString()).isEqualTo("save_result");
    assertThat(saved.get("filename").asString())
        .isEqualTo("api-log-detector_isolation_forest.cadm");
    assertThat(saved.get("status").asString()).isEqualTo("saved");
    assertThat(Path.of(saved.get("path").asString())).isRegularFile().startsWith(registry);
    assertThat(Path.of(saved.get("encoder_path").asString())).isRegularFile();

    gateway.close();
    gateway = new TestGateway(registry);
    JsonNode loaded = gateway.post("/v1/anomaly/load", LOGS_NAME).json();
    assertThat(loaded.get("status").asString()).isEqualTo("loaded");
    assertThat(loaded.get("version")).isEqualTo(saved.get("version"));
    Answer after = gateway.post("/v1/anomaly/score", LOGS_TO_DETECT);
    assertThat(after.json().get("data")).isEqualTo(before.get("data"));
    assertThat(after.header("X-Model")).isEqualTo(saved.get("version").asString());

    JsonNode list = gateway.get("/v1/anomaly/models").json();
    assertThat(list.get("total").asInt()).isEqualTo(1);
    assertThat(list.get("models_dir").asString()).isEqualTo(registry.toString());
    assertThat(list.at("/data/0/filename").asString())
        .isEqualTo("api-log-detector_isolation_forest.cadm");
    assertThat(list.at("/data/0/size_bytes").asInt()).isPositive();
    assertThat(list.at("/data/0/modified").asDouble()).isGreaterThan(1.7e9);
    assertThat(list.at("/data/0/backend").asString()).isEqualTo("isolation_forest");

    String file = "/v1/anomaly/models/api-log-detector_isolation_forest.joblib";
    assertThat(gateway.delete(file).json().get("deleted").asBoolean()).isTrue();
    assertThat(gateway.delete(file).status()).isEqualTo(404);
    assertThat(gateway.get("/v1/anomaly/models").json().get("total").asInt()).isZero();
  }

  @Test
  void modelsInTheRegistryNeedNotBeLoadedFirst() {
    gateway.post("/v1/anomaly/fit", LOGS);
    gateway.post("/v1/anomaly/save", LOGS_NAME);
    gateway.close();
    gateway = new TestGateway(registry);

    assertThat(gateway.post("/v1/anomaly/detect", LOGS_TO_DETECT).json().get("total_count").asInt())
        .isEqualTo(1);
  }

  @Test
  void everyBackendFitsAndFindsAGrossOutlier() {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      rows.append(i == 0 ? "" : ",")
          .append("[%d,%d]".formatted(50 + (i * 7) % 11, 100 + (i * 5) % 13));
    }
    JsonNode names = ContractCheck.document().at("/components/schemas/Backend/enum");
    assertThat(names.size())
        .isEqualTo(
            io.caddis.detectors.detector.Detectors.NAMES.size() + StreamDetectors.NAMES.size());
    for (String backend : io.caddis.detectors.detector.Detectors.NAMES) {
      Answer fitted =
          gateway.post(
              "/v1/anomaly/fit",
              """
              {"model": "m", "backend": "%s", "data": [%s], "epochs": 20, "batch_size": 16}
              """
                  .formatted(backend, rows));
      assertThat(fitted.status()).as(backend + fitted.body()).isEqualTo(200);
      JsonNode detected =
          gateway
              .post("/v1/anomaly/detect", "{\"model\": \"m\", \"data\": [[55,106],[5000,-900]]}")
              .json();
      assertThat(detected.get("data").toString()).as(backend).contains("\"index\":1");
    }
  }

  @Test
  void moreContaminationNeverFlagsLess() {
    String rows = "[[1],[2],[3],[4],[5],[6],[7],[8],[9],[40]]";
    int before = 0;
    for (String contamination : new String[] {"0", "0.05", "0.1", "0.2", "0.3", "0.5"}) {
      gateway.post(
          "/v1/anomaly/fit",
          "{\"model\": \"m\", \"data\": %s, \"contamination\": %s}".formatted(rows, contamination));
      int flagged =
          gateway
              .post("/v1/anomaly/detect", "{\"model\": \"m\", \"data\": %s}".formatted(rows))
              .json()
              .get("total_count")
              .asInt();
      assertThat(flagged).isGreaterThanOrEqualTo(before);
      before = flagged;
    }
    assertThat(before).isGreaterThan(2);
  }

  @Test
  void thresholdsAreLearnedByOtherMethodsToo() {
    String fit = "{\"model\": \"m\", \"data\": [[1],[2],[3],[4],[9]], %s}";

    JsonNode fixed =
        gateway
            .post(
                "/v1/anomaly/fit",
                fit.formatted("\"threshold_method\": \"fixed\", \"threshold_value\": 0.7"))
            .json();
    Answer wrong =
        gateway.post(
            "/v1/anomaly/fit",
            fit.formatted("\"threshold_method\": \"fixed\", \"threshold_value\": 7"));

    assertThat(fixed.get("threshold").asDouble()).isEqualTo(0.7);
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.errors()).contains("/threshold_value");
  }

  @Test
  void aFileThatRunsACommandWhenPythonLoadsItIsRefusedAndNotRun() throws IOException {
    Path marker = registry.resolve("marker");
    byte[] pickle = Pickles.running("touch '%s'".formatted(marker));
    gateway.post("/v1/anomaly/fit", SENSORS);
    JsonNode saved = gateway.post("/v1/anomaly/save", "{\"model\": \"sensor-monitor\"}").json();
    gateway.close();
    Files.write(Path.of(saved.get("path").asString()), pickle);
    Files.write(registry.resolve("payload.joblib"), pickle);
    gateway = new TestGateway(registry);

    for (String name : List.of("sensor-monitor", "payload", "payload.joblib")) {
      Answer answer = gateway.post("/v1/anomaly/load", "{\"model\": \"%s\"}".formatted(name));
      assertThat(answer.status()).as(answer.body()).isBetween(400, 499);
    }
    assertThat(marker).doesNotExist();
  }

  @Test
  void anotherSchemaThanTheLearnedOneIsRefused() {
    gateway.post("/v1/anomaly/fit", LOGS);

    Answer same =
        gateway.post(
            "/v1/anomaly/score",
            """
            {"model": "api-log-detector", "data": [{"bytes": 1}], "schema": {"bytes": "numeric"}}
            """);
    Answer other =
        gateway.post(
            "/v1/anomaly/score",
            """
            {"model": "api-log-detector", "data": [{"bytes": 1}], "schema": {"method": "hash"}}
            """);

    assertThat(same.status()).isEqualTo(200);
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.errors()).contains("/schema/method", "label as learned");
  }

  @Test
  void savedModelsMakeRoomInMemoryAndOthersDoNot() {
    gateway.close();
    Limits two =
        new Limits(
            1 << 20,
            1 << 20,
            100,
            100,
            150_000,
            8,
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            100);
    gateway = new TestGateway(new TestOptions(registry).limits(two).build());
    String fit = "{\"model\": \"%s\", \"data\": [[1], [2]]}";
    gateway.post("/v1/anomaly/fit", fit.formatted("a"));
    gateway.post("/v1/anomaly/fit", fit.formatted("b"));

    assertThat(gateway.post("/v1/anomaly/fit", fit.formatted("c")).status()).isEqualTo(409);

    gateway.post("/v1/anomaly/save", "{\"model\": \"a\"}");
    assertThat(gateway.post("/v1/anomaly/fit", fit.formatted("c")).status()).isEqualTo(200);
    assertThat(gateway.post("/v1/anomaly/detect", "{\"model\": \"b\", \"data\": [[1]]}").status())
        .isEqualTo(200);
  }
}
