// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The published schema of a specification: which keys there are, their types, ranges and defaults.
 *
 * <p>Immutable and thread-safe.
 */
public final class SpecSchema {
  private static final String RESOURCE = "pipeline.schema.json";

  private final String text;
  private final JsonNode root;
  private final Schema validator;

  public SpecSchema() {
    try (InputStream in =
        Objects.requireNonNull(SpecSchema.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
    root = JsonMapper.shared().readTree(text);
    validator =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(root);
  }

  /** The schema itself, JSON Schema 2020-12. */
  public String text() {
    return text;
  }

  /** The keys that can be set one by one, such as {@code training.size}, in order. */
  public List<String> paths() {
    List<String> paths = new ArrayList<>();
    collect("", root, paths);
    return paths;
  }

  /** What the schema says of a key, references resolved; null when there is no such key. */
  @Nullable JsonNode at(JsonPointer pointer) {
    JsonNode schema = root;
    for (JsonPointer rest = pointer; !rest.matches(); rest = rest.tail()) {
      schema = child(schema, rest);
      if (schema.isMissingNode()) {
        return null;
      }
      schema = resolved(schema);
    }
    return schema;
  }

  /** The given values, in the schema's order, with the default of every key that has none. */
  ObjectNode completed(ObjectNode given) {
    return (ObjectNode) completed(root, given);
  }

  /** Where the values break the schema, as pointers, with what is wrong there. */
  Map<JsonPointer, String> problems(JsonNode values) {
    Map<JsonPointer, String> problems = new LinkedHashMap<>();
    for (Error error : validator.validate(values)) {
      JsonPointer pointer = JsonPointer.compile(error.getInstanceLocation().toString());
      String property = error.getProperty();
      if (error.getKeyword().equals("additionalProperties") && property != null) {
        problems.putIfAbsent(pointer.appendProperty(property), unknownKey(pointer, property));
      } else if (error.getKeyword().equals("required") && property != null) {
        problems.putIfAbsent(pointer.appendProperty(property), "must be given");
      } else {
        problems.putIfAbsent(pointer, wrongValue(error, pointer, values.at(pointer)));
      }
    }
    return problems;
  }

  private String unknownKey(JsonPointer parent, String key) {
    JsonNode schema = Objects.requireNonNull(at(parent), "schema of " + parent);
    Set<String> keys = new LinkedHashSet<>(schema.path("properties").propertyNames());
    return "is not a key. "
        + DidYouMean.closest(key, keys)
            .map(closest -> "Did you mean '" + closest + "'?")
            .orElseGet(() -> "Keys here are: " + String.join(", ", keys));
  }

  private String wrongValue(Error error, JsonPointer pointer, JsonNode value) {
    JsonNode schema = at(pointer);
    if (schema == null || error.getKeyword().equals("uniqueItems")) {
      return error.getMessage();
    }
    String message = "must be " + Expectation.of(schema) + ", was " + value;
    if (value.isString() && schema.has("enum")) {
      message +=
          DidYouMean.closest(value.stringValue(), texts(schema.get("enum")))
              .map(closest -> ". Did you mean '" + closest + "'?")
              .orElse("");
    }
    return message;
  }

  private JsonNode completed(JsonNode schema, JsonNode given) {
    if (given instanceof ArrayNode array && schema.has("items")) {
      ArrayNode items = array.arrayNode();
      array.forEach(item -> items.add(completed(schema.get("items"), item)));
      return items;
    }
    if (!(given instanceof ObjectNode object) || !schema.has("properties")) {
      return given;
    }
    ObjectNode all = object.objectNode();
    for (Map.Entry<String, JsonNode> property : schema.get("properties").properties()) {
      JsonNode value = object.get(property.getKey());
      if (value == null || value.isNull()) {
        JsonNode fallback = property.getValue().get("default");
        value = property.getValue().has("properties") ? all.objectNode() : fallback;
      }
      if (value != null) {
        all.set(property.getKey(), completed(property.getValue(), value));
      }
    }
    object.properties().stream()
        .filter(property -> !all.has(property.getKey()))
        .filter(property -> !schema.get("properties").has(property.getKey()))
        .forEach(property -> all.set(property.getKey(), property.getValue()));
    return all;
  }

  private static JsonNode child(JsonNode schema, JsonPointer step) {
    if (step.getMatchingIndex() >= 0 && schema.has("items")) {
      return schema.get("items");
    }
    return schema.has("properties")
        ? schema.get("properties").path(step.getMatchingProperty())
        : schema.path("additionalProperties");
  }

  private JsonNode resolved(JsonNode schema) {
    if (!(schema instanceof ObjectNode object) || !object.has("$ref")) {
      return schema;
    }
    JsonNode target = root.at(JsonPointer.compile(object.get("$ref").stringValue().substring(1)));
    return ((ObjectNode) target.deepCopy()).setAll(object);
  }

  private static void collect(String prefix, JsonNode schema, List<String> paths) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      String path = prefix + property.getKey();
      if (property.getValue().has("properties")) {
        collect(path + ".", property.getValue(), paths);
      } else {
        paths.add(path);
      }
    }
  }

  static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asString).toList();
  }
}
