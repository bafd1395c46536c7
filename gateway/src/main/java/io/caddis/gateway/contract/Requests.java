// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.contract;

import io.caddis.gateway.Limits;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.ProblemException.Field;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads bodies and query parameters, and refuses those that the {@link Contract} does not allow.
 * Thread-safe.
 *
 * <p>Of the rows in a body only the first is validated here: whoever reads rows against a model
 * validates each as it goes.
 */
public final class Requests {
  /** Attribute of a request that has been let in: its body, bytes. */
  public static final String BODY = "caddis.body";

  /** Above all that a long holds. */
  private static final double LONGS = 0x1p63;

  private final Contract contract;
  private final Limits limits;
  private final JsonMapper mapper;

  public Requests(Contract contract, Limits limits) {
    this.contract = contract;
    this.limits = limits;
    this.mapper =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(
                        StreamReadConstraints.builder()
                            .maxNestingDepth(Limits.DEPTH)
                            .maxTokenCount(Limits.TOKENS)
                            .maxStringLength(Limits.TEXT_CHARS)
                            .maxNumberLength(Limits.NUMBER_CHARS)
                            .maxNameLength(Limits.TEXT_CHARS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
  }

  /** The body, as the contract has it for this route; an empty object when there is none. */
  public ObjectNode body(Context context) {
    Contract.Operation operation = operation(context);
    byte @Nullable [] bytes = context.attribute(BODY);
    if (bytes == null) {
      throw new IllegalStateException("a route with a body must ask for a role that works");
    }
    if (bytes.length == 0 && !operation.bodyRequired()) {
      return JsonNodeFactory.instance.objectNode();
    }
    JsonNode body = parse(bytes);
    if (!(body instanceof ObjectNode object)) {
      throw invalid(List.of(new Field("", "must be an object")));
    }
    for (String field : operation.rowFields()) {
      JsonNode value = object.path(field);
      // One row alone may stand where rows may.
      int rows = value.path(0).isContainer() ? value.size() : 1;
      if (rows > limits.rows()) {
        throw new ProblemException(
            413,
            "Too large",
            "rows must be at most %d, was %d".formatted(limits.rows(), rows),
            List.of(new Field("/" + field, "has too many rows")));
      }
    }
    if (operation.body() != null) {
      ObjectNode sample = sample(object, operation.rowFields());
      // Of each wrong value there would be an error, many times as large.
      if (values(sample) > Limits.VALUES) {
        throw new ProblemException(
            413, "Too large", "values beside the rows must be at most " + Limits.VALUES);
      }
      List<Field> huge = new ArrayList<>();
      for (Map.Entry<String, JsonNode> field : sample.properties()) {
        if (!operation.rowFields().contains(field.getKey())) {
          addHuge(field.getValue(), "/" + field.getKey(), huge);
        }
      }
      refuse(huge);
      refuse(Contract.problems(operation.body(), sample));
    }
    return object;
  }

  /** The validator fails at an integer that no long holds, instead of refusing it. */
  private static void addHuge(JsonNode node, String pointer, List<Field> huge) {
    if (node.isNumber() && !(Math.abs(node.doubleValue()) < LONGS)) {
      huge.add(new Field(pointer, "must be less than 2^63, was more"));
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      addHuge(field.getValue(), pointer + '/' + field.getKey(), huge);
    }
  }

  /** The body with the first of its rows only. */
  private static ObjectNode sample(ObjectNode body, List<String> rowFields) {
    ObjectNode sample = body.objectNode();
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      JsonNode value = field.getValue();
      if (rowFields.contains(field.getKey())
          && value instanceof ArrayNode rows
          && !rows.isEmpty()) {
        value = rows.arrayNode().add(rows.get(0));
      }
      sample.set(field.getKey(), value);
    }
    return sample;
  }

  /** How many values there are, counted until there are too many. */
  private static int values(JsonNode node) {
    int count = 1;
    for (JsonNode child : node) {
      if (count > Limits.VALUES) {
        break;
      }
      count += values(child);
    }
    return count;
  }

  /** The query parameters as the contract has them for this route, numbers as numbers. */
  public ObjectNode query(Context context) {
    Contract.Operation operation = operation(context);
    ObjectNode query = JsonNodeFactory.instance.objectNode();
    List<Field> problems = new ArrayList<>();
    context
        .queryParamMap()
        .forEach(
            (name, values) -> {
              if (values.size() == 1) {
                query.set(name, typed(operation.parameters().get(name), values.get(0)));
              } else {
                problems.add(new Field("?" + name, "must be given once"));
              }
            });
    for (Field field : Contract.problems(operation.query(), query)) {
      problems.add(new Field(field.pointer().replaceFirst("^/", "?"), field.detail()));
    }
    refuse(problems);
    return query;
  }

  private static JsonNode typed(@Nullable JsonNode schema, String text) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    String type = schema == null ? "string" : schema.path("type").asString("string");
    try {
      return switch (type) {
        case "integer" -> nodes.numberNode(Long.parseLong(text));
        case "number" -> nodes.numberNode(Double.parseDouble(text));
        case "boolean" ->
            text.equals("true") || text.equals("false")
                ? nodes.booleanNode(text.equals("true"))
                : nodes.stringNode(text);
        default -> nodes.stringNode(text);
      };
    } catch (NumberFormatException e) {
      // The schema says what it must be.
      return nodes.stringNode(text);
    }
  }

  private Contract.Operation operation(Context context) {
    return contract.operation(context.method().name(), context.endpoint().path);
  }

  private JsonNode parse(byte[] bytes) {
    try {
      JsonNode body = mapper.readTree(bytes);
      if (mayHoldHalfCharacters(bytes) && !isUnicode(body)) {
        throw new ProblemException(
            400, "No valid JSON", "text in the body must be valid Unicode, had half a character");
      }
      return body;
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      String where =
          at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
      String what = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
      throw new ProblemException(400, "No valid JSON", "the body must be JSON: " + what + where);
    }
  }

  /** Half of a surrogate pair can only be written as an escape. */
  private static boolean mayHoldHalfCharacters(byte[] json) {
    for (int i = 0; i + 2 < json.length; i++) {
      if (json[i] == '\\' && json[i + 1] == 'u' && (json[i + 2] | 0x20) == 'd') {
        return true;
      }
    }
    return false;
  }

  private static boolean isUnicode(JsonNode node) {
    if (node.isString()) {
      return isUnicode(node.stringValue());
    }
    for (String name : node.propertyNames()) {
      if (!isUnicode(name)) {
        return false;
      }
    }
    for (JsonNode child : node) {
      if (!isUnicode(child)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static void refuse(List<Field> problems) {
    if (!problems.isEmpty()) {
      throw invalid(problems);
    }
  }

  /** The refusal of a request whose fields are wrong. */
  public static ProblemException invalid(List<Field> problems) {
    Field first = problems.get(0);
    String where = first.pointer().isEmpty() ? "the body" : first.pointer();
    return new ProblemException(422, "Invalid request", where + " " + first.detail(), problems);
  }
}
