// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.registry.LocalRegistryFiles;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.gateway.store.MovableClock;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * What becomes of the default model while the gateway runs and after, and what is counted of it.
 */
class DefaultModelServiceTest extends DefaultModel {
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
  void aPromotedVersionIsServedSoonAfter() throws IOException {
    gateway.close();
    MovableClock clock = new MovableClock();
    gateway = new TestGateway(TestGateway.options(registry), clock);
    String first = gateway.post("/train", vectors(50)).json().get("version").asString();
    String second =
        gateway.post("/train?random_state=1", vectors(50)).json().get("version").asString();
    ModelRegistry models = new ModelRegistry(new LocalRegistryFiles(registry), clock);

    models.promote("anomaly_detector", first);
    clock.advance(Duration.ofSeconds(3));

    assertThat(gateway.post("/predict", "{\"values\": [0]}").header("X-Model")).isEqualTo(first);
    models.promote("anomaly_detector", second);
    clock.set(Duration.ofHours(-1));
    assertThat(gateway.post("/predict", "{\"values\": [0]}").header("X-Model")).isEqualTo(second);
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
  void countsBeginAnewEachDay() {
    gateway.close();
    MovableClock clock = new MovableClock();
    clock.advance(Duration.ofHours(12).minusSeconds(10));
    gateway = new TestGateway(TestGateway.options(registry), clock);
    gateway.post("/train", vectors(50));
    gateway.post("/predict", "{\"values\": [0]}");
    assertThat(gateway.get("/status").json().get("predictions_today").asInt()).isEqualTo(1);

    clock.advance(Duration.ofSeconds(20));

    assertThat(gateway.get("/status").json().get("predictions_today").asInt()).isZero();
  }
}
