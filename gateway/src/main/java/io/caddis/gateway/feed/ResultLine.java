// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.detectors.event.Severity;
import io.caddis.gateway.store.AlertMessage;
import io.caddis.gateway.store.DeadLetter;
import io.caddis.gateway.store.EpisodeState;
import io.caddis.gateway.store.IssueMessage;
import io.caddis.gateway.store.ScoredReading;
import io.caddis.gateway.store.SensorValues;
import io.caddis.gateway.store.TrainedModel;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One line of a job's results, as docs/formats.md describes them. Fields that are not asked for are
 * not looked at, so that a later job's lines can be read.
 */
final class ResultLine {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final String MODEL = "model_base64";
  private static final int MAX_NAME = 1_000;
  private static final int MAX_VALUES = 1 << 16;
  private static final int LETTER_CHARS = 300;
  private static final List<String> LETTER_FIELDS =
      List.of("detail", "source", "offset", "line", "field", "scored", "raw", "raw_base64");

  private final JsonNode node;
  private final byte[] line;

  private ResultLine(JsonNode node, byte[] line) {
    this.node = node;
    this.line = line;
  }

  static ResultLine parse(byte[] line) throws MalformedLineException {
    try {
      JsonNode node = JSON.readTree(line);
      if (!node.isObject()) {
        throw new MalformedLineException("line must be a JSON object, was " + node.getNodeType());
      }
      return new ResultLine(node, line);
    } catch (JacksonException e) {
      throw new MalformedLineException("line must be JSON: " + e.getOriginalMessage());
    }
  }

  /** Reads a line of models up to the model, which comes last and may be cut off. */
  static ResultLine parseBeforeModel(byte[] line) throws MalformedLineException {
    ObjectNode node = JSON.createObjectNode();
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedLineException("line must be a JSON object");
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME && !parser.currentName().equals(MODEL)) {
        String name = parser.currentName();
        parser.nextToken();
        node.set(name, (JsonNode) parser.readValueAsTree());
      }
    } catch (JacksonException e) {
      throw new MalformedLineException("line must be JSON: " + e.getOriginalMessage());
    }
    return new ResultLine(node, line);
  }

  AlertMessage alert() throws MalformedLineException {
    return new AlertMessage(
        text("alert_id"),
        whole("sequence"),
        state(),
        text("key"),
        text("group"),
        severity(),
        time("timestamp"),
        time("start"),
        time("end"),
        number("peak_score"),
        whole("anomalies"),
        body());
  }

  private EpisodeState state() throws MalformedLineException {
    return switch (text("state")) {
      case "closed", "amended" -> EpisodeState.CLOSED;
      case "retracted" -> EpisodeState.RETRACTED;
      default -> EpisodeState.OPEN;
    };
  }

  ScoredReading score() throws MalformedLineException {
    JsonNode anomaly = node.path("is_anomaly");
    if (!anomaly.isBoolean()) {
      throw malformed("is_anomaly", "true or false");
    }
    return new ScoredReading(
        time("timestamp"),
        text("key"),
        numberOrNull("score"),
        numberOrNull("threshold"),
        anomaly.booleanValue(),
        severity(),
        text("model_version"),
        text("event_id"),
        anomaly.booleanValue() && line.length <= MAX_VALUES ? body() : null);
  }

  SensorValues values() throws MalformedLineException {
    JsonNode features = node.path("features");
    String text = storable(features.toString());
    if (!features.isObject() || text.length() > MAX_VALUES) {
      throw malformed("features", "an object of at most " + MAX_VALUES + " characters");
    }
    return new SensorValues(time("timestamp"), text("key"), text("event_id"), text);
  }

  /** What is worth showing of a dead letter: not all of a long line. */
  DeadLetter deadLetter() throws MalformedLineException {
    ObjectNode letter = JSON.createObjectNode();
    letter.put("reason", word("reason"));
    for (String field : LETTER_FIELDS) {
      JsonNode value = node.path(field);
      if (value.isString()) {
        String text = value.stringValue();
        letter.put(field, storable(text.substring(0, Math.min(text.length(), LETTER_CHARS))));
      } else if (value.isNumber() || value.isBoolean()) {
        letter.set(field, value);
      }
    }
    return new DeadLetter(word("reason"), letter.toString());
  }

  long readTime() throws MalformedLineException {
    return time("timestamp");
  }

  /** The texts of a list; none when it is missing. */
  List<String> names(String field) {
    List<String> names = new ArrayList<>();
    for (JsonNode name : node.path(field)) {
      if (name.isString() && name.stringValue().length() <= MAX_NAME) {
        names.add(storable(name.stringValue()));
      }
    }
    return names;
  }

  IssueMessage issue() throws MalformedLineException {
    return new IssueMessage(
        text("issue_id"), text("kind"), text("key"), time("from"), time("to"), body());
  }

  /** Whether a line of models is about what became of one rather than about one trained. */
  boolean isVerdict() {
    return node.has("verdict");
  }

  TrainedModel model() throws MalformedLineException {
    return new TrainedModel(
        text("group"), text("model_version"), time("train_to"), node.toString());
  }

  private String body() {
    return new String(line, StandardCharsets.UTF_8);
  }

  /**
   * A field that holds one word of a small vocabulary, for counting.
   *
   * @return {@code other} when it is not of lower-case letters and underscores
   */
  String word(String field) throws MalformedLineException {
    String text = text(field);
    return text.matches("[a-z_]{1,40}") ? text : "other";
  }

  private String text(String field) throws MalformedLineException {
    JsonNode value = node.path(field);
    if (!value.isString() || value.stringValue().length() > MAX_NAME) {
      throw malformed(field, "text of at most " + MAX_NAME + " characters");
    }
    return storable(value.stringValue());
  }

  /** Not every database stores the character NUL, or half of a surrogate pair. */
  private static String storable(String text) {
    String repaired = text.replace('\0', '\uFFFD');
    return repaired.chars().noneMatch(c -> Character.isSurrogate((char) c))
        ? repaired
        : new String(repaired.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private long whole(String field) throws MalformedLineException {
    JsonNode value = node.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw malformed(field, "a whole number");
    }
    return value.longValue();
  }

  private double number(String field) throws MalformedLineException {
    Double value = numberOrNull(field);
    if (value == null) {
      throw malformed(field, "a number");
    }
    return value;
  }

  private @Nullable Double numberOrNull(String field) throws MalformedLineException {
    JsonNode value = node.path(field);
    if (value.isNull()) {
      return null;
    }
    if (!value.isNumber() || !Double.isFinite(value.asDouble(Double.NaN))) {
      throw malformed(field, "a number or null");
    }
    return value.asDouble();
  }

  private long time(String field) throws MalformedLineException {
    try {
      return Instant.parse(text(field)).toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw malformed(field, "a time as in 2026-01-31T12:00:00Z");
    }
  }

  private Severity severity() throws MalformedLineException {
    try {
      return Severity.valueOf(text("severity").toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw malformed("severity", "low, medium, high or critical");
    }
  }

  private MalformedLineException malformed(String field, String constraint) {
    String was = node.path(field).toString();
    return new MalformedLineException(
        "%s must be %s, was %s"
            .formatted(field, constraint, was.substring(0, Math.min(was.length(), 60))));
  }
}
