// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.registry.LocalRegistryFiles;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.gateway.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The examples of the services that have one model, as they stand in their documentation. */
class DefaultModelTest {
  private static final String TWO_TRANSACTIONS =
      """
      {
        "transactions": [
          {"amount": 100.0, "merchant_category": "retail", "hour_of_day": 14},
          {"amount": 200.0, "merchant_category": "restaurant", "hour_of_day": 19}
        ]
      }
      """;

  private static final String ONE_TRANSACTION =
      """
      {
        "data": {
          "amount": 150.0,
          "merchant_category": "retail",
          "hour_of_day": 14
        }
      }
      """;

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

  private static String transactions(int count, String more) {
    String[] categories = {"retail", "restaurant", "grocery"};
    StringBuilder rows = new StringBuilder("{\"transactions\": [");
    for (int i = 0; i < count; i++) {
      rows.append(i == 0 ? "" : ",")
          .append(
              "{\"amount\": %d, \"merchant_category\": \"%s\", \"hour_of_day\": %d%s}"
                  .formatted(
                      100 + (i * 37) % 83, categories[i % 3], 8 + i % 12, more.formatted(i)));
    }
    return rows.append("]}").toString();
  }

  private static String vectors(int count) {
    StringBuilder rows = new StringBuilder("{\"transactions\": [");
    for (int i = 0; i < count; i++) {
      rows.append(i == 0 ? "" : ",").append("[%d]".formatted((i * 7) % 11 - 5));
    }
    return rows.append("]}").toString();
  }

  @Test
  void trainPredictAndBatchAsTheExamplesDo() {
    JsonNode trained =
        gateway.post("/train?contamination=0.1&n_estimators=100", TWO_TRANSACTIONS).json();
    assertThat(trained.get("message").asString()).isEqualTo("Model trained successfully");
    assertThat(trained.get("num_samples").asInt()).isEqualTo(2);
    assertThat(trained.get("num_features").asInt()).isEqualTo(3);
    assertThat(trained.get("features").toString())
        .isEqualTo("[\"amount\",\"merchant_category\",\"hour_of_day\"]");
    OffsetDateTime.parse(trained.get("timestamp").asString());

    Answer predicted = gateway.post("/predict", ONE_TRANSACTION);
    JsonNode result = predicted.json();
    assertThat(result.get("is_anomaly").isBoolean()).isTrue();
    assertThat(result.get("anomaly_score").asDouble()).isBetween(0.0, 1.0);
    assertThat(result.get("prediction").asInt())
        .isEqualTo(result.get("is_anomaly").asBoolean() ? -1 : 1);
    OffsetDateTime.parse(result.get("timestamp").asString());
    assertThat(predicted.header("X-Model")).isEqualTo(trained.get("version").asString());

    JsonNode batch = gateway.post("/predict/batch", TWO_TRANSACTIONS).json();
    assertThat(batch.get("total_transactions").asInt()).isEqualTo(2);
    assertThat(batch.get("anomalies_detected").isInt()).isTrue();
    assertThat(batch.get("results")).hasSize(2);

    JsonNode info = gateway.get("/model/info").json();
    assertThat(info.get("num_samples").asInt()).isEqualTo(2);
    assertThat(info.get("contamination").asDouble()).isEqualTo(0.1);
    assertThat(info.at("/parameters/n_estimators").asInt()).isEqualTo(100);
  }

  @Test
  void oneTransactionIsTooFewToTrainOn() {
    Answer refused =
        gateway.post(
            "/train?contamination=0.1&n_estimators=100",
            "{\"transactions\": [{\"amount\": 100.0, \"day_of_week\": 1}]}");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.errors()).contains("/transactions", "at least 2");
  }

  @Test
  void newFeaturesAreNoticedAndMissingOnesImputed() {
    gateway.post("/train", transactions(100, ""));

    JsonNode wider =
        gateway
            .post(
                "/predict",
                "{\"data\": {\"amount\": 120, \"merchant_category\": \"retail\","
                    + " \"hour_of_day\": 9, \"new_feature_1\": 1.5}}")
            .json();
    JsonNode narrower = gateway.post("/predict", "{\"data\": {\"amount\": 120}}").json();

    assertThat(wider.get("is_anomaly").asBoolean()).isFalse();
    assertThat(wider.get("features_ignored").toString()).isEqualTo("[\"new_feature_1\"]");
    assertThat(narrower.get("features_imputed").toString())
        .isEqualTo("[\"merchant_category\",\"hour_of_day\"]");
    assertThat(narrower.get("features_used").size()).isEqualTo(3);
    JsonNode statistics = gateway.get("/model/info").json().at("/new_features/new_feature_1");
    assertThat(statistics.get("count").asInt()).isEqualTo(1);
    assertThat(statistics.get("mean").asDouble()).isEqualTo(1.5);
  }

  @Test
  void anUpdatePicksNewFeaturesUp() {
    gateway.post("/train", transactions(100, ""));

    JsonNode updated = gateway.post("/update", transactions(60, ", \"new_feature_1\": %d")).json();

    assertThat(updated.get("method").asString()).isEqualTo("refit");
    assertThat(updated.get("num_samples").asInt()).isEqualTo(160);
    assertThat(updated.get("features").toString()).contains("new_feature_1");
  }

  @Test
  void aDetectorThatLearnsRowByRowIsUpdatedWithoutItsOldRows() {
    gateway.post("/train?backend=half_space_trees", vectors(100));
    gateway.close();
    gateway = new TestGateway(registry);

    JsonNode updated = gateway.post("/update", vectors(50)).json();

    assertThat(updated.get("method").asString()).isEqualTo("incremental");
    assertThat(updated.get("num_samples").asInt()).isEqualTo(150);
  }

  @Test
  void ofUpdatesAtOnceNoneIsLost() {
    gateway.post("/train?backend=half_space_trees", vectors(100));

    IntStream.range(0, 8).parallel().forEach(i -> gateway.post("/update", vectors(50)));

    assertThat(gateway.post("/update", vectors(50)).json().get("num_samples").asInt())
        .isEqualTo(100 + 9 * 50);
  }

  @Test
  void anUpdateThatCannotBeIsRefusedWithTheReason() {
    gateway.post("/train", vectors(100));
    gateway.close();
    gateway = new TestGateway(registry);

    Answer refused = gateway.post("/update", vectors(50));

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body()).contains("no longer in memory", "half_space_trees");
  }

  @Test
  void theTrainedModelOutlivesARestart() {
    gateway.post("/train", transactions(50, ""));
    JsonNode before = gateway.post("/predict", ONE_TRANSACTION).json();
    gateway.close();
    gateway = new TestGateway(registry);

    JsonNode after = gateway.post("/predict", ONE_TRANSACTION).json();

    assertThat(after.get("score")).isEqualTo(before.get("score"));
    assertThat(after.get("model_version")).isEqualTo(before.get("model_version"));
    assertThat(gateway.get("/health").json().get("model_loaded").asBoolean()).isTrue();
  }

  @Test
  void theSameRowsAndSeedGiveTheSameModel() {
    JsonNode first = gateway.post("/train", transactions(50, "")).json();
    JsonNode second = gateway.post("/train", transactions(50, "")).json();
    JsonNode other = gateway.post("/train?random_state=1", transactions(50, "")).json();

    assertThat(checksum(second)).isEqualTo(checksum(first));
    assertThat(checksum(other)).isNotEqualTo(checksum(first));
  }

  private static String checksum(JsonNode trained) {
    return trained.get("version").asString().replaceFirst(".*-", "");
  }

  @Test
  void valuesAreScoredByPosition() {
    gateway.post("/train", vectors(50));

    JsonNode usual = gateway.post("/predict", "{\"values\": [0.5]}").json();
    JsonNode odd = gateway.post("/predict", "{\"values\": [400]}").json();

    assertThat(usual.get("is_anomaly").asBoolean()).isFalse();
    assertThat(odd.get("is_anomaly").asBoolean()).isTrue();
    assertThat(odd.get("score").asDouble()).isGreaterThan(usual.get("score").asDouble());
  }

  @Test
  void featuresGiveAListOfLabels() {
    gateway.post("/train", vectors(50));

    assertThat(gateway.post("/predict", "{\"features\": [0]}").json().get("prediction").toString())
        .isEqualTo("[1]");
    assertThat(
            gateway
                .post("/predict", "{\"features\": [[0], [400]]}")
                .json()
                .get("prediction")
                .toString())
        .isEqualTo("[1,-1]");
  }

  @Test
  void timeSeriesRowsHaveCalendarFeaturesAndTheirOwnTimestamp() {
    StringBuilder rows = new StringBuilder("{\"transactions\": [");
    for (int i = 0; i < 96; i++) {
      rows.append(i == 0 ? "" : ",")
          .append(
              "{\"timestamp\": \"2025-01-%02dT%02d:00:00\", \"x1\": %d, \"x2\": %d, \"x3\": 0.3}"
                  .formatted(1 + i / 24, i % 24, i % 5, i % 7));
    }
    JsonNode trained =
        gateway.post("/train?calendar=hour,dayofweek", rows.append("]}").toString()).json();
    assertThat(trained.get("features").toString())
        .isEqualTo("[\"x1\",\"x2\",\"x3\",\"hour\",\"dayofweek\"]");

    JsonNode scored =
        gateway
            .post(
                "/predict",
                """
                {
                  "rows": [
                    {
                      "timestamp": "2025-01-01T00:00:00",
                      "x1": 0.1,
                      "x2": 0.2,
                      "x3": 0.3
                    }
                  ]
                }
                """)
            .json();
    assertThat(scored.at("/results/0/timestamp").asString()).isEqualTo("2025-01-01T00:00:00");
    assertThat(scored.at("/results/0").has("features_imputed")).isFalse();

    Answer wrong =
        gateway.post("/predict", "{\"rows\": [{\"timestamp\": \"yesterday\", \"x1\": 0.1}]}");
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.errors()).contains("/rows/0/timestamp");
  }

  @Test
  void aFeatureVectorIsScoredOnlyIfAsked() {
    gateway.post("/train", vectors(50));

    JsonNode plain =
        gateway.post("/prediction", "{\"feature_vector\": [0], \"score\": false}").json();
    JsonNode scored =
        gateway.post("/prediction", "{\"feature_vector\": [0], \"score\": true}").json();

    assertThat(plain.has("anomoly_score")).isFalse();
    assertThat(plain.get("prediction").asInt()).isEqualTo(1);
    assertThat(scored.get("anomoly_score").asDouble()).isBetween(0.0, 0.5);
    assertThat(scored.get("anomaly_score")).isEqualTo(scored.get("anomoly_score"));
  }

  @Test
  void explanationsAddUpToTheScore() {
    gateway.post("/train", transactions(50, ""));

    JsonNode explained = gateway.post("/predict?explain=true", ONE_TRANSACTION).json();

    double sum = 0;
    for (JsonNode feature : explained.get("attribution")) {
      sum += feature.get("contribution").asDouble();
    }
    assertThat(sum).isEqualTo(explained.get("score").asDouble());
  }

  @Test
  void retrainSaysFromWhatAndWhere() {
    gateway.post("/train?n_estimators=10", transactions(50, ""));

    JsonNode kept = gateway.post("/retrain", "").json();
    JsonNode given = gateway.post("/retrain", transactions(20, "")).json();

    assertThat(kept.get("trainer").asString()).isEqualTo("in_process");
    assertThat(kept.get("num_samples").asInt()).isEqualTo(50);
    assertThat(given.get("num_samples").asInt()).isEqualTo(20);
    assertThat(gateway.get("/model_information").json().at("/parameters/n_estimators").asInt())
        .isEqualTo(10);
  }

  @Test
  void retrainReadsTheConfiguredFile() throws IOException {
    Path file = registry.resolve("history.csv");
    Files.writeString(file, "a,b\n1,2\n2,3\n3,1\n2,2\n");
    gateway.close();
    gateway =
        new TestGateway(
            new GatewayOptions(
                "127.0.0.1", 0, registry, "pump", file, null, false, Limits.DEFAULT));

    JsonNode trained = gateway.post("/retrain", "").json();

    assertThat(trained.get("model").asString()).isEqualTo("pump");
    assertThat(trained.get("data_source").asString()).isEqualTo("history.csv");
    assertThat(trained.get("num_samples").asInt()).isEqualTo(4);
  }

  @Test
  void statusCountsWhatWasScored() {
    gateway.post("/train", vectors(50));
    gateway.post("/predict/batch", "{\"transactions\": [[0], [400], [1]]}");

    JsonNode status = gateway.get("/status").json();
    String metrics = gateway.get("/metrics").body();

    assertThat(status.get("predictions_today").asInt()).isEqualTo(3);
    assertThat(status.get("anomalies_detected").asInt()).isEqualTo(1);
    assertThat(status.get("avg_latency_ms").asDouble()).isPositive();
    assertThat(status.get("model_version").isString()).isTrue();
    assertThat(metrics)
        .contains("caddis_gateway_rows_scored_total 3.0", "caddis_gateway_anomalies_total 1.0")
        .contains("caddis_gateway_http_request_duration_seconds_count")
        .contains("route=\"/predict/batch\"");
  }

  @Test
  void withoutAModelItSaysWhatToDo() {
    Answer answer = gateway.post("/predict", ONE_TRANSACTION);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).contains("anomaly_detector", "fitted first");
    assertThat(gateway.get("/health").status()).isEqualTo(200);
    assertThat(gateway.get("/health").json().get("model_loaded").asBoolean()).isFalse();
  }

  @Test
  void aModelThatCannotBeSavedServesFromMemory() throws IOException {
    Path file = Files.createFile(registry.resolve("no-directory"));
    gateway.close();
    gateway = new TestGateway(file);

    Answer trained = gateway.post("/train", vectors(50));

    assertThat(trained.status()).isEqualTo(507);
    assertThat(gateway.post("/predict", "{\"values\": [0]}").status()).isEqualTo(200);
  }

  /** A clock that stands until it is moved. */
  private static final class MovedClock extends Clock {
    private Instant now = Instant.parse("2026-01-01T23:59:50Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  @Test
  void aPromotedVersionIsServedSoonAfter() throws IOException {
    gateway.close();
    MovedClock clock = new MovedClock();
    gateway = new TestGateway(new GatewayOptions("127.0.0.1", 0, registry), clock);
    String first = gateway.post("/train", vectors(50)).json().get("version").asString();
    gateway.post("/train?random_state=1", vectors(50));
    ModelRegistry models = new ModelRegistry(new LocalRegistryFiles(registry), clock);

    models.promote("anomaly_detector", first);
    clock.now = clock.now.plusSeconds(3);

    assertThat(gateway.post("/predict", "{\"values\": [0]}").header("X-Model")).isEqualTo(first);
  }

  @Test
  void countsBeginAnewEachDay() {
    gateway.close();
    MovedClock clock = new MovedClock();
    gateway = new TestGateway(new GatewayOptions("127.0.0.1", 0, registry), clock);
    gateway.post("/train", vectors(50));
    gateway.post("/predict", "{\"values\": [0]}");
    assertThat(gateway.get("/status").json().get("predictions_today").asInt()).isEqualTo(1);

    clock.now = clock.now.plusSeconds(20);

    assertThat(gateway.get("/status").json().get("predictions_today").asInt()).isZero();
  }
}
