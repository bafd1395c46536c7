// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds docs/configuration.md equal to the schema. To write it anew: {@code ./mvnw -pl jobs -am
 * test -Dtest=ConfigurationDocsTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dcaddis.write-docs=true}.
 */
class ConfigurationDocsTest {
  private static final Path DOCS = Path.of("../docs/configuration.md");

  private final JsonNode root = JsonMapper.shared().readTree(new SpecSchema().text());

  @Test
  void documentationEqualsTheSchema() throws Exception {
    String generated = generated();
    if (Boolean.getBoolean("caddis.write-docs")) {
      Files.writeString(DOCS, generated);
    }
    assertThat(DOCS).hasContent(generated);
  }

  private String generated() {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        # Configuration

        <!-- Generated from jobs/src/main/resources/io/caddis/jobs/spec/pipeline.schema.json: edit that. -->

        A pipeline is specified in YAML: `detect --config pipeline.yaml`. Every key has a default, so a
        file holds only what differs; unknown keys are errors. `--print-config` shows the whole effective
        specification, `--validate-only` checks it and runs nothing, `--print-schema` prints the JSON
        Schema for editors that complete and check YAML by one.

        Every key can be set on the command line too, after the file: `--set training.size=1h`, as often
        as needed; lists and groups in YAML's flow style: `--set 'calendar=[hour, dayofweek]'`.

        In the texts of the file, `${NAME}` stands for an environment variable, which must be set; `$${`
        is a plain `${`.

        A *duration* is a whole number and a unit (ms, s, min, h, d), such as `5 s`, or ISO-8601, such as
        `PT5S`.
        """);
    section(out, "", "Top level", root);
    for (Map.Entry<String, JsonNode> property : root.get("properties").properties()) {
      if (property.getValue().has("properties")) {
        section(out, property.getKey() + ".", property.getKey(), property.getValue());
      } else if (property.getValue().path("items").has("properties")) {
        section(
            out,
            property.getKey() + "[].",
            "each of " + property.getKey(),
            property.getValue().get("items"));
      }
      for (Map.Entry<String, JsonNode> nested :
          property.getValue().path("properties").properties()) {
        String path = property.getKey() + "." + nested.getKey();
        if (nested.getValue().has("properties")) {
          section(out, path + ".", path, nested.getValue());
        } else if (nested.getValue().path("items").has("properties")) {
          section(out, path + "[].", "each of " + path, nested.getValue().get("items"));
        }
      }
    }
    return out.toString();
  }

  private static void section(StringBuilder out, String prefix, String title, JsonNode schema) {
    out.append("\n## ").append(title).append("\n\n");
    out.append(schema.get("description").stringValue()).append("\n\n");
    out.append("| Key | Value | Default | Meaning |\n|---|---|---|---|\n");
    for (Map.Entry<String, JsonNode> property : schema.get("properties").properties()) {
      JsonNode key = property.getValue();
      if (!key.has("properties")) {
        out.append("| `").append(prefix).append(property.getKey()).append("` | ");
        out.append(values(key)).append(" | ").append(fallback(key)).append(" | **");
        out.append(key.get("title").stringValue()).append(".** ");
        out.append(key.get("description").stringValue()).append(" |\n");
      }
    }
  }

  private static String values(JsonNode key) {
    if (key.has("enum")) {
      return "`" + String.join("` `", SpecSchema.texts(key.get("enum"))) + "`";
    }
    if (key.path("items").has("enum")) {
      return "list of `" + String.join("` `", SpecSchema.texts(key.get("items").get("enum"))) + "`";
    }
    String pattern = key.path("pattern").asString("");
    boolean duration = key.has("$ref") || pattern.contains("min|h|d");
    List<String> types =
        key.path("type").isArray()
            ? SpecSchema.texts(key.get("type"))
            : List.of(key.path("type").asString("string"));
    return String.join(
        " or ",
        types.stream()
            .filter(type -> !type.equals("null"))
            .map(type -> type.equals("string") ? duration ? "duration" : "text" : type)
            .map(
                type ->
                    switch (type) {
                      case "array" -> "list";
                      case "object" -> "keys and values";
                      case "boolean" -> "`true` `false`";
                      case "integer", "number" -> type + range(key);
                      default -> type;
                    })
            .toList());
  }

  private static String range(JsonNode key) {
    boolean unbounded = !key.has("minimum") || key.get("minimum").asLong() == Long.MIN_VALUE;
    if (unbounded) {
      return "";
    }
    return key.has("maximum")
        ? " " + key.get("minimum") + "–" + key.get("maximum")
        : " ≥ " + key.get("minimum");
  }

  private static String fallback(JsonNode key) {
    JsonNode value = key.path("default");
    return value.isMissingNode()
        ? "required"
        : value.isNull() ? "–" : "`" + value.asString(value.toString()) + "`";
  }
}
