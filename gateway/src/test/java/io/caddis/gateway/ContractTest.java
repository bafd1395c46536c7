// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.gateway.TestGateway.Answer;
import io.caddis.gateway.contract.Contract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/** The OpenAPI document is valid, complete, and what is served. */
class ContractTest {
  @TempDir Path registry;

  @Test
  void whatIsServedIsWhatIsDescribed() {
    try (TestGateway gateway = new TestGateway(registry)) {
      assertThat(new TreeSet<>(gateway.routes()))
          .isEqualTo(new TreeSet<>(new Contract().operations()));
    }
  }

  /** Every request that the document shows is sent, and must be served. */
  @Test
  void everyOperationIsServedAsTheDocumentShows() {
    try (TestGateway gateway = new TestGateway(registry)) {
      for (String get :
          List.of(
              "/",
              "/health",
              "/healthz",
              "/metrics",
              "/docs",
              "/docs/swagger-ui-bundle.js",
              "/redoc",
              "/dashboard",
              "/dashboard/app.js",
              "/openapi.json",
              "/openapi.yaml")) {
        served(get, gateway.get(get));
      }
      for (String post : List.of("fit", "score", "detect", "save", "load")) {
        examples(gateway, "/v1/anomaly/" + post);
      }
      for (String post :
          List.of("/train", "/update", "/predict/batch", "/retrain", "/predict", "/prediction")) {
        examples(gateway, post);
      }
      for (String get :
          List.of("/status", "/model/info", "/model_information", "/v1/anomaly/models")) {
        served(get, gateway.get(get));
      }
      String file = "/v1/anomaly/models/sensor-monitor_isolation_forest.cadm";
      served(file, gateway.delete(file));

      // Those of alerts and of the plant need some, and commands a job: AlertRoutesTest,
      // PlantRoutesTest, ControlRoutesTest.
      Set<String> asked = new TreeSet<>(gateway.asked());
      asked.addAll(ContractCheck.operations("alerts"));
      asked.addAll(ContractCheck.operations("plant"));
      asked.addAll(ContractCheck.operations("control"));
      assertThat(asked).isEqualTo(new TreeSet<>(new Contract().operations()));
    }
  }

  private static void examples(TestGateway gateway, String path) {
    JsonNode request = resolved(post(path).path("requestBody"));
    JsonNode examples = request.at("/content/application~1json/examples");
    List<JsonNode> bodies = new ArrayList<>();
    examples.properties().forEach(example -> bodies.add(example.getValue().get("value")));
    if (bodies.isEmpty()) {
      assertThat(request.path("required").asBoolean(false)).as(path + " has an example").isFalse();
      served(path, gateway.post(path, ""));
    }
    for (JsonNode body : bodies) {
      if (path.startsWith("/predict")) {
        gateway.post("/train", training(body));
      }
      served(path + " " + body, gateway.post(path, body.toString()));
    }
  }

  /** Rows of the kind that the example is about. */
  private static String training(JsonNode body) {
    if (body.has("rows")) {
      return "{\"transactions\": [{\"x1\": 1, \"x2\": 2, \"x3\": 3}, {\"x1\": 2}]}";
    }
    if (body.has("feature_vector")) {
      return "{\"transactions\": [[1], [2], [3]]}";
    }
    return resolved(post("/train").path("requestBody"))
        .at("/content/application~1json/examples/transactions/value")
        .toString();
  }

  private static JsonNode post(String path) {
    return ContractCheck.document().get("paths").path(path).path("post");
  }

  private static void served(String what, Answer answer) {
    assertThat(answer.status()).as(what + ": " + answer.body()).isEqualTo(200);
  }

  @Test
  void everySchemaIsValid() {
    Schema metaSchema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
    ContractCheck.document()
        .at("/components/schemas")
        .properties()
        .forEach(
            schema ->
                assertThat(metaSchema.validate(schema.getValue())).as(schema.getKey()).isEmpty());
  }

  @Test
  void everyReferenceLeadsSomewhereAndEveryOperationHasItsOwnId() {
    JsonNode document = ContractCheck.document();
    for (JsonNode reference : document.findValues("$ref")) {
      JsonPointer target = JsonPointer.compile(reference.stringValue().substring(1));
      assertThat(document.at(target).isMissingNode()).as(reference.stringValue()).isFalse();
    }
    List<String> ids =
        document.get("paths").findValues("operationId").stream()
            .map(JsonNode::stringValue)
            .toList();
    assertThat(ids).doesNotHaveDuplicates().hasSameSizeAs(new Contract().operations());
  }

  @Test
  void backendsAndEncodingsAreThoseThatThereAre() {
    JsonNode schemas = ContractCheck.document().at("/components/schemas");
    assertThat(texts(schemas.at("/Backend/enum")))
        .isEqualTo(
            Stream.concat(Detectors.NAMES.stream(), StreamDetectors.NAMES.stream()).toList());
    assertThat(texts(schemas.at("/Encoding/enum")))
        .isEqualTo(
            Arrays.stream(Encoding.values())
                .map(encoding -> encoding.name().toLowerCase(Locale.ROOT))
                .toList());
  }

  @Test
  void thePagesAskNobodyElse() {
    try (TestGateway gateway = new TestGateway(registry)) {
      for (String page :
          List.of(
              "/docs",
              "/redoc",
              "/dashboard",
              "/docs/swagger-page.js",
              "/docs/redoc-page.js",
              "/dashboard/app.js")) {
        assertThat(gateway.get(page).body()).doesNotContain("http://", "https://", "src=\"//");
      }
      for (String asset :
          List.of("swagger-ui.css", "swagger-ui-bundle.js", "redoc.standalone.js")) {
        assertThat(gateway.get("/docs/" + asset).status()).isEqualTo(200);
        assertThat(gateway.get("/docs").body() + gateway.get("/redoc").body()).contains(asset);
      }
      assertThat(gateway.get("/docs/pom.properties").status()).isEqualTo(404);
    }
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.stringValue()));
    return texts;
  }

  private static JsonNode resolved(JsonNode node) {
    return node.has("$ref")
        ? ContractCheck.document()
            .at(JsonPointer.compile(node.get("$ref").stringValue().substring(1)))
        : node;
  }
}
