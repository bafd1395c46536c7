// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.SchemaInference;
import io.caddis.detectors.registry.LocalRegistryFiles;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.registry.RegisteredModel;
import io.caddis.detectors.table.TableLayout;
import io.caddis.detectors.table.TableScorer;
import io.caddis.detectors.table.TableTrainer;
import io.caddis.detectors.threshold.ThresholdRule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is trained and scored over HTTP is what the command line makes of the same lines. */
class CommandLineAgreementTest {
  @TempDir Path directory;

  private static String lines() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      lines.append(
          "{\"timestamp\":\"2026-01-%02dT%02d:00:00Z\",\"flow\":%s,\"state\":\"%s\"}%n"
              .formatted(
                  1 + i / 24, i % 24, 10 + (i * 37 % 101) / 7.0, i % 5 == 0 ? "open" : "shut"));
    }
    return lines.toString();
  }

  private static String rows() {
    return "[" + String.join(",", lines().lines().toList()) + "]";
  }

  private record Lines(byte[] bytes) implements SchemaInference.Input {
    @Override
    public String name() {
      return "history.jsonl";
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(bytes);
    }
  }

  /** As {@code ./caddis train} does it. */
  private ModelMetadata train(ModelRegistry registry) throws IOException {
    Lines input = new Lines(lines().getBytes(StandardCharsets.UTF_8));
    RecordLayout found =
        SchemaInference.inferTable(input, SchemaInference.Options.DEFAULT, Set.of());
    TableLayout layout =
        TableLayout.of(found.columns(), found.timeField(), List.of(CalendarFeature.HOUR));
    TableTrainer trainer =
        new TableTrainer(
            layout,
            new ModelTrainer(
                layout.schema(),
                Detectors.byName("isolation_forest", Map.of()),
                Scaling.ROBUST,
                new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.02)),
            7,
            10_000);
    TableTrainer.Result result = trainer.train(input.open(), input.name());
    return registry.publish(
        "pump",
        result.model(),
        new ModelMetadata.Training(
            input.name(),
            Map.of(),
            layout.timeField(),
            null,
            List.of("hour"),
            result.from(),
            result.to(),
            result.rows(),
            result.metrics()));
  }

  private ModelRegistry registry() {
    return new ModelRegistry(new LocalRegistryFiles(directory), Clock.systemUTC());
  }

  @Test
  void theModelIsTheSameByteForByte() throws IOException {
    ModelMetadata trained = train(registry());
    try (TestGateway gateway = new TestGateway(directory)) {
      JsonNode answer =
          gateway
              .post(
                  "/train?contamination=0.02&random_state=7&calendar=hour",
                  "{\"transactions\": " + rows() + "}")
              .json();

      ModelMetadata fitted =
          registry().metadata("anomaly_detector", answer.get("version").asString());
      assertThat(fitted.sha256()).isEqualTo(trained.sha256());
      assertThat(fitted.features()).isEqualTo(trained.features());
      assertThat(fitted.training().metrics()).isEqualTo(trained.training().metrics());
    }
  }

  @Test
  void aModelOfTheCommandLineScoresTheSame() throws IOException {
    train(registry());
    RegisteredModel pump = registry().load("pump", "latest");
    ByteArrayOutputStream scored = new ByteArrayOutputStream();
    new TableScorer(
            new TableLayout(pump.model().schema(), "timestamp", List.of(CalendarFeature.HOUR)),
            pump.model(),
            pump.model().threshold(),
            "",
            1)
        .score(
            new ByteArrayInputStream(lines().getBytes(StandardCharsets.UTF_8)),
            "history.jsonl",
            scored,
            note -> {},
            progress -> {});
    List<String> expected = scored.toString(StandardCharsets.UTF_8).lines().toList();
    try (TestGateway gateway = new TestGateway(directory)) {
      JsonNode results =
          gateway
              .post("/predict/batch?model=pump", "{\"transactions\": " + rows() + "}")
              .json()
              .get("results");

      assertThat(results).hasSize(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        JsonNode line = JsonMapper.shared().readTree(expected.get(i));
        for (String field :
            List.of("score", "is_anomaly", "prediction", "raw_score", "timestamp")) {
          assertThat(results.get(i).get(field)).as(field).isEqualTo(line.get(field));
        }
      }
      assertThat(
              gateway
                  .post("/v1/anomaly/load", "{\"model\": \"pump\"}")
                  .json()
                  .get("backend")
                  .asString())
          .isEqualTo("isolation_forest");
    }
  }
}
