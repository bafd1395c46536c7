// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.control;

import static java.util.Map.entry;

import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.operators.ControlCommand;
import io.caddis.operators.ControlType;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A command as JSON: one object, whose {@code type} says which other keys it has. Anything else is
 * refused with a message for whoever wrote it. Described in {@code docs/control.md}.
 */
public final class CommandJson {
  /** Most bytes of a command. */
  public static final int MAX_BYTES = 1 << 16;

  private static final int MAX_TEXT = 256;
  private static final int HASH_CHARS = 16;
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** The keys of each type, beside id and type. */
  private static final Map<ControlType, List<String>> KEYS =
      Map.ofEntries(
          entry(ControlType.SET_THRESHOLD, List.of("sensors", "threshold", "effective_from")),
          entry(ControlType.RESET_THRESHOLD, List.of("sensors", "effective_from")),
          entry(ControlType.MUTE, List.of("sensors", "effective_from", "until")),
          entry(ControlType.UNMUTE, List.of("sensors", "effective_from")),
          entry(ControlType.MAINTENANCE, List.of("sensors", "from", "to")),
          entry(ControlType.PROMOTE, List.of("group", "model", "version", "effective_from")),
          entry(ControlType.ROLLBACK, List.of("group", "effective_from")),
          entry(ControlType.UNPIN, List.of("group", "effective_from")),
          entry(ControlType.ACCEPT, List.of("sensors", "from", "to", "effective_from")),
          entry(ControlType.LABEL, List.of("sensors", "from", "to", "label", "effective_from")),
          entry(ControlType.UNDO, List.of("command", "effective_from")));

  /**
   * A command, and where its model is.
   *
   * @param command complete but for its model
   * @param model name of the model to take out of a registry, null when none is
   * @param version of that model, {@code champion} when none was given
   */
  public record Parsed(ControlCommand command, @Nullable String model, String version) {}

  private final ObjectNode json;

  private CommandJson(ObjectNode json) {
    this.json = json;
  }

  /** The name of a type, as it stands in a command. */
  public static String name(ControlType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /** The type of a name. */
  private static ControlType type(@Nullable String name) {
    return Arrays.stream(ControlType.values())
        .filter(type -> name(type).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "type must be one of "
                        + Arrays.stream(ControlType.values()).map(CommandJson::name).toList()
                        + ", was "
                        + (name == null ? "missing" : "'" + name + "'")));
  }

  /**
   * The command of a file.
   *
   * @throws IllegalArgumentException when it is none, saying why
   */
  public static Parsed parse(String file, byte[] content) {
    JsonNode tree;
    try {
      tree = JSON.readTree(content);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "a command must be JSON: "
              + String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse(""),
          e);
    }
    if (!(tree instanceof ObjectNode object)) {
      throw new IllegalArgumentException("a command must be a JSON object");
    }
    return new CommandJson(object).command(file, content);
  }

  private Parsed command(String file, byte[] content) {
    ControlType type = type(text("type"));
    List<String> keys = KEYS.getOrDefault(type, List.of());
    for (String key : new TreeSet<>(json.propertyNames())) {
      if (!key.equals("id") && !key.equals("type") && !keys.contains(key)) {
        throw new IllegalArgumentException(
            "a command of type %s must have no keys but id, type and %s, had '%s'"
                .formatted(name(type), String.join(", ", keys), key));
      }
    }
    String id = text("id");
    if (id != null && !ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "id must have 1 to 64 characters of A-Z a-z 0-9 . _ - and begin with a letter or digit,"
              + " was '"
              + id
              + "'");
    }
    boolean maintenance = type == ControlType.MAINTENANCE;
    String sensors = text("sensors");
    String model = text("model");
    String version = text("version");
    if (type == ControlType.PROMOTE && model == null && version == null) {
      throw new IllegalArgumentException(
          "promote must have a model of the registry, or the version of one that the job trained");
    }
    if (model != null) {
      ModelRegistry.checkedName(model);
    }
    ControlCommand command =
        new ControlCommand(
            id == null ? hash(content) : id,
            file,
            type,
            sensors == null ? "*" : sensors,
            text("group"),
            type == ControlType.SET_THRESHOLD ? threshold() : Double.NaN,
            time(maintenance ? "from" : "effective_from", ControlCommand.NOT_GIVEN, maintenance),
            time(maintenance ? "to" : "until", ControlCommand.WITHOUT_END, maintenance),
            type == ControlType.UNDO ? required("command") : null,
            model == null ? version : null,
            null,
            type.aboutTraining() ? span(type) : null);
    if (command.to() <= command.from()) {
      throw new IllegalArgumentException(
          "%s must be after %s"
              .formatted(maintenance ? "to" : "until", maintenance ? "from" : "effective_from"));
    }
    return new Parsed(command, model, version == null ? "champion" : version);
  }

  private ControlCommand.Span span(ControlType type) {
    long from = time("from", ControlCommand.NOT_GIVEN, true);
    long to = time("to", ControlCommand.WITHOUT_END, true);
    if (to <= from) {
      throw new IllegalArgumentException("to must be after from");
    }
    String label = type == ControlType.ACCEPT ? "normal" : required("label");
    if (!label.equals("normal") && !label.equals("anomaly")) {
      throw new IllegalArgumentException("label must be normal or anomaly, was '" + label + "'");
    }
    return new ControlCommand.Span(from, to, label.equals("normal"));
  }

  private double threshold() {
    JsonNode value = json.get("threshold");
    if (value == null
        || !value.isNumber()
        || !(value.doubleValue() >= 0 && value.doubleValue() <= 1)) {
      throw new IllegalArgumentException(
          "threshold must be a number from 0 to 1, was " + (value == null ? "missing" : value));
    }
    return value.doubleValue();
  }

  private String required(String key) {
    String text = text(key);
    if (text == null) {
      throw new IllegalArgumentException(key + " must be given");
    }
    return text;
  }

  private @Nullable String text(String key) {
    JsonNode value = json.get(key);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isString()
        || value.stringValue().isEmpty()
        || value.stringValue().length() > MAX_TEXT) {
      throw new IllegalArgumentException(
          key + " must be a text of 1 to " + MAX_TEXT + " characters, was " + value);
    }
    return value.stringValue();
  }

  private long time(String key, long absent, boolean required) {
    String text = required ? required(key) : text(key);
    if (text == null) {
      return absent;
    }
    try {
      Instant time = Instant.parse(text);
      if (!time.isBefore(EARLIEST) && !time.isAfter(LATEST)) {
        return time.toEpochMilli();
      }
    } catch (DateTimeException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        key + " must be a time in ISO-8601 such as 2026-01-01T00:00:00Z, was '" + text + "'");
  }

  private static String hash(byte[] content) {
    String canonical = new String(content, StandardCharsets.UTF_8).strip();
    return ModelCodec.sha256(canonical.getBytes(StandardCharsets.UTF_8)).substring(0, HASH_CHARS);
  }
}
