// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.contract;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.caddis.gateway.ProblemException.Field;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The OpenAPI document of the gateway, which is also what requests are validated against: the two
 * cannot drift. Immutable and thread-safe.
 */
public final class Contract {
  private static final String RESOURCE = "openapi.yaml";
  private static final String ROWS = "#/components/schemas/Rows";

  private final String yaml;
  private final JsonNode document;
  private final Map<String, Operation> operations = new LinkedHashMap<>();

  /**
   * What a request of one method and path must look like.
   *
   * @param body schema of the body, null when there is none
   * @param bodyRequired whether there must be one
   * @param rowFields fields of the body that hold rows, or may
   * @param query schema of the query parameters, taken together as an object
   * @param parameters schema of each query parameter
   */
  record Operation(
      @Nullable Schema body,
      boolean bodyRequired,
      List<String> rowFields,
      Schema query,
      Map<String, JsonNode> parameters) {}

  public Contract() {
    try (InputStream in =
        Objects.requireNonNull(Contract.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
    document = new YAMLMapper().readTree(yaml);
    for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        operations.put(key(method.getKey(), path.getKey()), operation(resolved(method.getValue())));
      }
    }
  }

  /** The document as it was written. */
  public String yaml() {
    return yaml;
  }

  /** The document in JSON. */
  public byte[] json() {
    return JsonMapper.shared().writeValueAsBytes(document);
  }

  /** Every method and path that there is, as in {@code POST /predict}. */
  public List<String> operations() {
    return List.copyOf(operations.keySet());
  }

  Operation operation(String method, String path) {
    Operation operation = operations.get(key(method, path));
    if (operation == null) {
      throw new IllegalStateException(RESOURCE + " must describe " + method + " " + path);
    }
    return operation;
  }

  private static String key(String method, String path) {
    return method.toUpperCase(Locale.ROOT) + " " + path;
  }

  private Operation operation(JsonNode described) {
    JsonNode request = resolved(described.path("requestBody"));
    JsonNode body = request.at("/content/application~1json/schema");
    List<String> rowFields = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : resolved(body).path("properties").properties()) {
      if (mayBeRows(property.getValue())) {
        rowFields.add(property.getKey());
      }
    }
    Map<String, JsonNode> parameters = new HashMap<>();
    ObjectNode query = JsonNodeFactory.instance.objectNode();
    query.put("type", "object").put("additionalProperties", false);
    ObjectNode properties = query.putObject("properties");
    for (JsonNode listed : described.path("parameters")) {
      JsonNode parameter = resolved(listed);
      if (parameter.path("in").asString("").equals("query")) {
        String name = parameter.get("name").stringValue();
        parameters.put(name, resolved(parameter.get("schema")));
        properties.set(name, parameter.get("schema"));
      }
    }
    return new Operation(
        body.isMissingNode() ? null : schema(body),
        request.path("required").asBoolean(false),
        List.copyOf(rowFields),
        schema(query),
        Map.copyOf(parameters));
  }

  private static boolean mayBeRows(JsonNode property) {
    if (property.path("$ref").asString("").equals(ROWS)) {
      return true;
    }
    for (JsonNode alternative : property.path("anyOf")) {
      if (alternative.path("$ref").asString("").equals(ROWS)) {
        return true;
      }
    }
    return false;
  }

  /** The validator of a schema that may refer to the document's components. */
  private Schema schema(JsonNode schema) {
    ObjectNode root = ((ObjectNode) schema).deepCopy();
    root.putObject("components").set("schemas", document.at("/components/schemas"));
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(root);
  }

  private JsonNode resolved(JsonNode node) {
    JsonNode reference = node.get("$ref");
    return reference == null
        ? node
        : resolved(document.at(JsonPointer.compile(reference.stringValue().substring(1))));
  }

  /** What is wrong with a value, field by field; empty when nothing is. */
  static List<Field> problems(Schema schema, JsonNode value) {
    Map<String, Field> problems = new LinkedHashMap<>();
    for (Error error : schema.validate(value)) {
      String way = error.getEvaluationPath().toString();
      if (way.contains("/anyOf/") || way.contains("/oneOf/")) {
        continue;
      }
      String pointer = pointer(error);
      problems.putIfAbsent(pointer, new Field(pointer, detail(error)));
    }
    return List.copyOf(problems.values());
  }

  private static String pointer(Error error) {
    String at = error.getInstanceLocation().toString();
    String property = error.getProperty();
    return property == null ? at : JsonPointer.compile(at).appendProperty(property).toString();
  }

  private static String detail(Error error) {
    JsonNode schema = error.getSchemaNode();
    return switch (error.getKeyword()) {
      case "required" -> "must be given";
      case "additionalProperties" -> "is not known here";
      case "anyOf", "oneOf" -> alternatives(error);
      case "enum" -> "must be one of " + texts(schema) + ", was " + error.getInstanceNode();
      default -> error.getMessage();
    };
  }

  /** A schema that demands one of several fields says so by their names, others by their title. */
  private static String alternatives(Error error) {
    List<String> names = new ArrayList<>();
    for (JsonNode alternative : error.getSchemaNode()) {
      alternative.path("required").forEach(name -> names.add(name.stringValue()));
    }
    return names.isEmpty()
        ? "must be one of the forms that the document lists"
        : "must have exactly one of " + String.join(", ", names);
  }

  private static String texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asString()));
    return String.join(", ", texts);
  }
}
