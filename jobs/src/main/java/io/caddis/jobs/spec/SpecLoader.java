// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Builds a {@link PipelineSpec} from a YAML file and overrides, later ones winning, with the
 * schema's defaults below them all. Whatever is wrong is collected and reported at once.
 *
 * <p>In the file's texts, a name in <code>${...}</code> stands for an environment variable; <code>
 * $${</code> is a plain <code>${</code>. Not thread-safe.
 */
public final class SpecLoader {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)\\}");
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final SpecSchema SCHEMA = new SpecSchema();

  private final Function<String, @Nullable String> environment;
  private final ObjectNode given = JsonNodeFactory.instance.objectNode();
  private final Map<JsonPointer, String> origins = new HashMap<>();
  private final List<SpecProblem> problems = new ArrayList<>();
  private final Set<JsonPointer> faulty = new HashSet<>();

  /**
   * @param environment value of an environment variable, null when it is not set
   */
  public SpecLoader(Function<String, @Nullable String> environment) {
    this.environment = environment;
  }

  /** Takes the values of a YAML file. */
  public SpecLoader file(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      String reason = Files.exists(file) ? "cannot be read as UTF-8 text" : "does not exist";
      problems.add(new SpecProblem(file.toString(), "", "the file " + reason));
      return this;
    }
    JsonNode tree;
    try {
      rememberLines(file, text);
      tree = YAML.readTree(text);
    } catch (JacksonException e) {
      String line = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
      String reason = e.getOriginalMessage().lines().findFirst().orElse("");
      problems.add(new SpecProblem(file + line, "", "must be YAML: " + reason));
      return this;
    }
    if (tree instanceof ObjectNode object) {
      given.setAll((ObjectNode) substituted(object, JsonPointer.empty()));
    } else if (!tree.isMissingNode() && !tree.isNull()) {
      problems.add(new SpecProblem(file.toString(), "", "must hold keys and values, was " + tree));
    }
    return this;
  }

  /**
   * Sets one key.
   *
   * @param path dotted, for example {@code training.size}
   * @param value as it would stand in the file; lists and groups in YAML's flow style
   * @param origin who says so, for messages, for example {@code --set}
   */
  public SpecLoader set(String path, String value, String origin) {
    JsonPointer pointer = JsonPointer.compile("/" + path.replace("~", "~0").replace('.', '/'));
    JsonNode expected = SCHEMA.at(pointer);
    if (expected == null) {
      String remedy =
          DidYouMean.closest(path, SCHEMA.paths())
              .map(closest -> "Did you mean '" + closest + "'?")
              .orElse("All keys are in docs/configuration.md");
      problems.add(new SpecProblem(origin, path, "is not a key. " + remedy));
      return this;
    }
    origins.put(pointer, origin);
    JsonPointer parent = JsonPointer.empty();
    ObjectNode holder = given;
    for (JsonPointer rest = pointer; !rest.tail().matches(); rest = rest.tail()) {
      parent = parent.appendProperty(rest.getMatchingProperty());
      holder =
          holder.get(rest.getMatchingProperty()) instanceof ObjectNode object
              ? object
              : holder.putObject(rest.getMatchingProperty());
    }
    holder.set(pointer.last().getMatchingProperty(), typed(expected, value));
    return this;
  }

  /**
   * The effective specification.
   *
   * @throws InvalidSpecException naming everything that is wrong
   */
  public PipelineSpec load() {
    ObjectNode values = SCHEMA.completed(given);
    SCHEMA.problems(values).forEach(this::report);
    ObjectNode sound = SCHEMA.completed(withoutFaults(values));
    SpecRules.resolve(sound);
    new SpecRules(sound, faulty).violations().forEach(this::report);
    if (!problems.isEmpty()) {
      throw new InvalidSpecException(problems);
    }
    return SpecMapper.spec(sound);
  }

  private void report(JsonPointer pointer, String message) {
    if (faulty.add(pointer)) {
      problems.add(new SpecProblem(origin(pointer), dotted(pointer), message));
    }
  }

  private String origin(JsonPointer pointer) {
    for (JsonPointer at = pointer; at != null; at = at.head()) {
      String origin = origins.get(at);
      if (origin != null) {
        return origin;
      }
    }
    return "";
  }

  private ObjectNode withoutFaults(ObjectNode values) {
    ObjectNode sound = values.deepCopy();
    for (JsonPointer pointer : faulty) {
      JsonNode holder = sound;
      JsonPointer rest = pointer;
      while (!rest.tail().matches()
          && holder.get(rest.getMatchingProperty()) instanceof ObjectNode) {
        holder = Objects.requireNonNull(holder.get(rest.getMatchingProperty()));
        rest = rest.tail();
      }
      ((ObjectNode) holder).remove(rest.getMatchingProperty());
    }
    return sound;
  }

  private void rememberLines(Path file, String text) {
    origins.put(JsonPointer.empty(), file.toString());
    try (JsonParser parser = YAML.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token != JsonToken.END_OBJECT && token != JsonToken.END_ARRAY) {
          origins.putIfAbsent(
              parser.streamReadContext().pathAsPointer(),
              file + ":" + parser.currentTokenLocation().getLineNr());
        }
      }
    }
  }

  private JsonNode substituted(JsonNode node, JsonPointer at) {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = object.objectNode();
      object
          .properties()
          .forEach(
              property ->
                  copy.set(
                      property.getKey(),
                      substituted(property.getValue(), at.appendProperty(property.getKey()))));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = array.arrayNode();
      for (int i = 0; i < array.size(); i++) {
        copy.add(substituted(array.get(i), at.appendIndex(i)));
      }
      return copy;
    }
    if (!node.isString() || !node.stringValue().contains("${")) {
      return node;
    }
    String text = substituted(node.stringValue(), at);
    JsonNode expected = SCHEMA.at(at);
    return expected == null ? StringNode.valueOf(text) : typed(expected, text);
  }

  private String substituted(String text, JsonPointer at) {
    Matcher matcher = VARIABLE.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group(1);
      String value = name == null ? "${" : environment.apply(name);
      if (value == null) {
        report(
            at,
            "refers to the environment variable "
                + name
                + ", which is not set. Set it, or write"
                + " $${ for a plain ${");
        value = "";
      }
      matcher.appendReplacement(out, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(out).toString();
  }

  /** The value of a text that carries no type, by what its key expects. */
  private static JsonNode typed(JsonNode expected, String text) {
    JsonNode type = expected.path("type");
    List<String> types = type.isArray() ? SpecSchema.texts(type) : List.of(type.asString("string"));
    boolean textOnly = types.stream().allMatch(t -> t.equals("string") || t.equals("null"));
    if (textOnly) {
      return types.contains("null") && text.equals("null")
          ? JsonNodeFactory.instance.nullNode()
          : StringNode.valueOf(text);
    }
    try {
      return YAML.readTree(text);
    } catch (JacksonException e) {
      return StringNode.valueOf(text);
    }
  }

  private static String dotted(JsonPointer pointer) {
    StringBuilder path = new StringBuilder();
    for (JsonPointer rest = pointer; !rest.matches(); rest = rest.tail()) {
      if (rest.getMatchingIndex() >= 0) {
        path.append('[').append(rest.getMatchingIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(rest.getMatchingProperty());
      }
    }
    return path.toString();
  }
}
