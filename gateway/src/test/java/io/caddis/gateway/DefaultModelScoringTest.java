// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.TestGateway.Answer;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The examples of the services that have one model, as they stand in their documentation. */
class DefaultModelScoringTest extends DefaultModel {
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
  void withoutAModelItSaysWhatToDo() {
    Answer answer = gateway.post("/predict", ONE_TRANSACTION);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).contains("anomaly_detector", "fitted first");
    assertThat(gateway.get("/health").status()).isEqualTo(200);
    assertThat(gateway.get("/health").json().get("model_loaded").asBoolean()).isFalse();
  }
}
