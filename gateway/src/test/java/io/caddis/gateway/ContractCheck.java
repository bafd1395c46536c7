// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.caddis.gateway.contract.Contract;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Holds every answer of the gateway against the OpenAPI document. */
final class ContractCheck {
  private static final JsonNode DOCUMENT = JsonMapper.shared().readTree(new Contract().json());

  private ContractCheck() {}

  static JsonNode document() {
    return DOCUMENT;
  }

  /** The operation that answers a method and path, as in {@code POST /predict}. */
  static String operation(String method, String path) {
    String plain = path.replaceFirst("\\?.*$", "");
    for (Map.Entry<String, JsonNode> entry : DOCUMENT.get("paths").properties()) {
      String pattern = entry.getKey().replaceAll("\\{[^}]+}", "[^/]+");
      if (plain.matches(pattern) && entry.getValue().has(method.toLowerCase(Locale.ROOT))) {
        return method + " " + entry.getKey();
      }
    }
    throw new AssertionError("openapi.yaml must describe " + method + " " + path);
  }

  /** The operations with a tag, as in {@code POST /predict}. */
  static Set<String> operations(String tag) {
    Set<String> operations = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : DOCUMENT.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (method.getValue().path("tags").toString().contains('"' + tag + '"')) {
          operations.add(method.getKey().toUpperCase(Locale.ROOT) + ' ' + path.getKey());
        }
      }
    }
    return operations;
  }

  /** Fails unless the document allows this answer. */
  static void check(String operation, int status, String contentType, String body) {
    String[] parts = operation.split(" ");
    JsonNode responses =
        DOCUMENT.get("paths").get(parts[1]).get(parts[0].toLowerCase(Locale.ROOT)).get("responses");
    JsonNode response = resolved(responses.path(String.valueOf(status)));
    if (response.isMissingNode()) {
      assertThat(status)
          .as("status of %s, which is not documented", operation)
          .isGreaterThanOrEqualTo(400);
      response = resolved(responses.path("default"));
    }
    assertThat(response.isObject()).as("%s documents status %d", operation, status).isTrue();
    String type = contentType.replaceFirst(";.*", "");
    JsonNode content = response.path("content");
    assertThat(content.has(type) || content.has("*/*"))
        .as("%s documents %s for status %d", operation, type, status)
        .isTrue();
    if (type.endsWith("json") && content.path(type).has("schema")) {
      ObjectNode schema = ((ObjectNode) content.get(type).get("schema")).deepCopy();
      schema.putObject("components").set("schemas", DOCUMENT.at("/components/schemas"));
      assertThat(
              SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                  .getSchema(schema)
                  .validate(JsonMapper.shared().readTree(body)))
          .as("answer of %s: %s", operation, body)
          .isEmpty();
    }
  }

  private static JsonNode resolved(JsonNode node) {
    return node.has("$ref")
        ? resolved(DOCUMENT.at(JsonPointer.compile(node.get("$ref").stringValue().substring(1))))
        : node;
  }
}
