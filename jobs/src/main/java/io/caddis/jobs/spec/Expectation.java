// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** What a value must be, in words, from the schema of its key. */
final class Expectation {
  private Expectation() {}

  static String of(JsonNode schema) {
    if (schema.has("enum")) {
      return "one of " + String.join(", ", SpecSchema.texts(schema.get("enum")));
    }
    if (schema.has("examples")) {
      return "like " + String.join(" or ", SpecSchema.texts(schema.get("examples")));
    }
    JsonNode type = schema.path("type");
    List<String> types =
        (type.isArray() ? SpecSchema.texts(type) : List.of(type.asString()))
            .stream().filter(name -> !name.equals("null")).map(name -> name(name, schema)).toList();
    return String.join(" or ", types);
  }

  private static String name(String type, JsonNode schema) {
    return switch (type) {
      case "integer" -> "a whole number" + range(schema);
      case "number" -> "a number" + range(schema);
      case "boolean" -> "true or false";
      case "array" -> "a list";
      case "object" -> "a group of keys";
      default -> "a text" + length(schema);
    };
  }

  private static String range(JsonNode schema) {
    if (!schema.has("minimum")) {
      return "";
    }
    return schema.has("maximum")
        ? " from " + schema.get("minimum") + " to " + schema.get("maximum")
        : " of at least " + schema.get("minimum");
  }

  private static String length(JsonNode schema) {
    if (!schema.has("minLength")) {
      return "";
    }
    return schema.has("maxLength")
        ? " of " + schema.get("minLength") + " to " + schema.get("maxLength") + " characters"
        : " that is not empty";
  }
}
