// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.control;

import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.registry.ModelRegistry;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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

  /** Most characters that a refusal repeats of a value. */
  private static final int MAX_SHOWN = 300;

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
  private static final Map<String, List<String>> KEYS = keys();

  private final ObjectNode json;

  private CommandJson(ObjectNode json) {
    this.json = json;
  }

  private static Map<String, List<String>> keys() {
    Map<String, List<String>> keys = new LinkedHashMap<>();
    keys.put("set_threshold", List.of("sensors", "threshold", "effective_from"));
    keys.put("reset_threshold", List.of("sensors", "effective_from"));
    keys.put("mute", List.of("sensors", "effective_from", "until"));
    keys.put("unmute", List.of("sensors", "effective_from"));
    keys.put("maintenance", List.of("sensors", "from", "to"));
    keys.put("promote", List.of("group", "model", "version", "share", "effective_from"));
    keys.put("rollback", List.of("group", "effective_from"));
    keys.put("unpin", List.of("group", "effective_from"));
    keys.put("undo", List.of("command", "effective_from"));
    keys.put("challenge", List.of("group", "model", "version", "effective_from"));
    keys.put("accept", List.of("sensors", "from", "to", "effective_from"));
    keys.put("label", List.of("sensors", "from", "to", "label", "effective_from"));
    keys.put("retrain", List.of("group", "effective_from"));
    keys.put("drop_feature", List.of("feature", "sensors", "effective_from", "until"));
    keys.put("add_feature", List.of("feature", "sensors", "effective_from"));
    return Collections.unmodifiableMap(keys);
  }

  /** Every type that there is, as it stands in a command. */
  public static Set<String> types() {
    return KEYS.keySet();
  }

  /**
   * The command of a file.
   *
   * @throws IllegalArgumentException when it is none, saying why
   */
  public static JobCommand parse(byte[] content) {
    JsonNode tree;
    try {
      tree = JSON.readTree(content);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "a command must be JSON: "
              + cut(String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("")),
          e);
    }
    if (!(tree instanceof ObjectNode object)) {
      throw new IllegalArgumentException("a command must be a JSON object");
    }
    return new CommandJson(object).command(content);
  }

  private JobCommand command(byte[] content) {
    String type = text("type");
    List<String> keys = type == null ? null : KEYS.get(type);
    if (type == null || keys == null) {
      throw new IllegalArgumentException(
          "type must be one of %s, was %s"
              .formatted(KEYS.keySet(), type == null ? "missing" : "'" + type + "'"));
    }
    for (String key : new TreeSet<>(json.propertyNames())) {
      if (!key.equals("id") && !key.equals("type") && !keys.contains(key)) {
        throw new IllegalArgumentException(
            "a command of type %s must have no keys but id, type and %s, had '%s'"
                .formatted(type, String.join(", ", keys), cut(key)));
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
    boolean maintenance = type.equals("maintenance");
    String model = text("model");
    String version = text("version");
    boolean ofModel = type.equals("promote") || type.equals("challenge");
    if (ofModel && model == null && version == null) {
      throw new IllegalArgumentException(
          type + " must have a model of the registry, or the version of one that the job trained");
    }
    if (model != null) {
      ModelRegistry.checkedName(model);
    }
    String sensors = text("sensors");
    JobCommand command =
        new JobCommand(
            id == null ? hash(content) : id,
            type,
            sensors == null ? "*" : sensors,
            text("group"),
            type.equals("set_threshold") ? number("threshold") : Double.NaN,
            time(maintenance ? "from" : "effective_from", maintenance),
            time(maintenance ? "to" : "until", maintenance),
            type.equals("undo") ? required("command") : null,
            model,
            version,
            type.equals("accept") || type.equals("label") ? span(type) : null,
            json.has("share") ? share() : 0,
            keys.contains("feature") ? required("feature") : null);
    Instant from = command.from();
    Instant to = command.to();
    if (from != null && to != null && !to.isAfter(from)) {
      throw new IllegalArgumentException(
          "%s must be after %s"
              .formatted(maintenance ? "to" : "until", maintenance ? "from" : "effective_from"));
    }
    return command;
  }

  private JobCommand.Span span(String type) {
    Instant from = Objects.requireNonNull(time("from", true));
    Instant to = Objects.requireNonNull(time("to", true));
    if (!to.isAfter(from)) {
      throw new IllegalArgumentException("to must be after from");
    }
    String label = type.equals("accept") ? "normal" : required("label");
    if (!label.equals("normal") && !label.equals("anomaly")) {
      throw new IllegalArgumentException("label must be normal or anomaly, was '" + label + "'");
    }
    return new JobCommand.Span(from, to, label.equals("normal"));
  }

  private double share() {
    double share = number("share");
    if (share == 0) {
      throw new IllegalArgumentException("share must be above 0, was 0");
    }
    return share;
  }

  private double number(String key) {
    JsonNode value = json.get(key);
    // NaN for what is no number, and for integers beyond every double
    double number = value == null ? Double.NaN : value.doubleValue(Double.NaN);
    if (!(number >= 0 && number <= 1)) {
      throw new IllegalArgumentException(
          key
              + " must be a number from 0 to 1, was "
              + (value == null ? "missing" : cut(value.toString())));
    }
    return number;
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
          key
              + " must be a text of 1 to "
              + MAX_TEXT
              + " characters, was "
              + cut(value.toString()));
    }
    return value.stringValue();
  }

  /** A time in whole milliseconds, null when it is not given. */
  private @Nullable Instant time(String key, boolean required) {
    String text = required ? required(key) : text(key);
    if (text == null) {
      return null;
    }
    try {
      Instant time = Instant.parse(text);
      if (!time.isBefore(EARLIEST) && !time.isAfter(LATEST)) {
        return time.truncatedTo(ChronoUnit.MILLIS);
      }
    } catch (DateTimeException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        key + " must be a time in ISO-8601 such as 2026-01-01T00:00:00Z, was '" + text + "'");
  }

  private static String cut(String text) {
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }

  private static String hash(byte[] content) {
    String canonical = new String(content, StandardCharsets.UTF_8).strip();
    return ModelCodec.sha256(canonical.getBytes(StandardCharsets.UTF_8)).substring(0, HASH_CHARS);
  }
}
