// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The default model trained, updated and retrained. */
class DefaultModelTrainingTest extends DefaultModel {
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
    gateway = new TestGateway(new TestOptions(registry).model("pump").trainingData(file).build());

    JsonNode trained = gateway.post("/retrain", "").json();

    assertThat(trained.get("model").asString()).isEqualTo("pump");
    assertThat(trained.get("data_source").asString()).isEqualTo("history.csv");
    assertThat(trained.get("num_samples").asInt()).isEqualTo(4);
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
}
