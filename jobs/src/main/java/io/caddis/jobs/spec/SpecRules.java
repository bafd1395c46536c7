// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What must hold between the keys of a specification, beyond what a schema can say well. */
final class SpecRules {
  private static final List<String> POSITIVE_DURATIONS =
      List.of(
          "/source/poll-interval",
          "/source/kafka/max-drift",
          "/source/mqtt/session-expiry",
          "/sink/kafka/transaction-timeout",
          "/control/poll-interval",
          "/time/idleness",
          "/time/max-jump",
          "/triage/quiet-period",
          "/promotion/trial",
          "/state/ttl");
  private static final Pattern DERIVED_FROM = Pattern.compile("[a-z]+\\(([^,)]+).*\\)");

  private final ObjectNode values;
  private final Set<JsonPointer> faulty;
  private final Map<JsonPointer, String> violations = new LinkedHashMap<>();

  /**
   * @param values complete and valid by the schema
   * @param faulty keys already known to be wrong, whose values here are defaults: no rule that
   *     reads one of them is applied
   */
  SpecRules(ObjectNode values, Set<JsonPointer> faulty) {
    this.values = values;
    this.faulty = faulty;
  }

  /** Fills in the values that depend on others. */
  static void resolve(ObjectNode values) {
    ObjectNode training = (ObjectNode) values.get("training");
    if (training.get("once").isNull()) {
      training.put(
          "once",
          training.get("window").stringValue().equals("count")
              && !training.get("update").stringValue().equals("incremental"));
    }
    if (training.get("adopt-new-features").isNull()) {
      training.put("adopt-new-features", values.get("features").isEmpty());
    }
  }

  Map<JsonPointer, String> violations() {
    source();
    for (String path : POSITIVE_DURATIONS) {
      positive(path);
    }
    new KafkaRules(this).check();
    new MqttRules(this).check();
    location("/source/path");
    location("/sink/directory");
    location("/control/directory");
    location("/control/registry");
    registry();
    quality();
    new TrainingRules(this).apply();
    threshold();
    triage();
    features();
    deduplication();
    refuse(
        sound("/time/late-retention", "/promotion/watch")
            && !duration("/time/late-retention").isZero()
            && !duration("/promotion/watch").isZero(),
        "/time/late-retention",
        "must be 0 s with promotion.watch, which retracts alerts by a reckoning of its own, was "
            + at("/time/late-retention"));
    refuse(
        sound("/promotion/canary", "/promotion/watch")
            && at("/promotion/canary").doubleValue() < 1
            && duration("/promotion/watch").isZero(),
        "/promotion/canary",
        "must be 1 without promotion.watch, which decides about a canary, was "
            + at("/promotion/canary"));
    return violations;
  }

  private void source() {
    refuse(
        sound("/source/type", "/source/path")
            && text("/source/type").equals("files")
            && isNull("/source/path"),
        "/source/path",
        "must be given: the file or directory to read (--input PATH)");
    if (sound("/source/start")) {
      try {
        Instant.parse(text("/source/start"));
      } catch (DateTimeException e) {
        violation("/source/start", "must be a date that exists, was " + at("/source/start"));
      }
    }
    refuse(
        sound("/fields/time", "/fields/key")
            && !isNull("/fields/time")
            && at("/fields/time").equals(at("/fields/key")),
        "/fields/key",
        "must be another field than fields.time, was " + at("/fields/key"));
  }

  private void registry() {
    if (!sound("/registry/directory", "/registry/name")
        || (isNull("/registry/directory") && isNull("/registry/name"))) {
      return;
    }
    refuse(
        isNull("/registry/directory"),
        "/registry/directory",
        "must be given with registry.name: where models are kept (--registry DIR)");
    refuse(
        isNull("/registry/name"),
        "/registry/name",
        "must be given with registry.directory: the name of the model (--name M)");
    location("/registry/directory");
  }

  private void deduplication() {
    boolean bounded =
        switch (text("/source/type")) {
          case "files", "kafka" -> !at("/source/continuous").booleanValue();
          case "simulator" -> at("/source/count").longValue() > 0;
          default -> false;
        };
    refuse(
        sound("/source/type", "/source/continuous", "/source/count", "/time/alignment")
            && at("/deduplicate").booleanValue()
            && !bounded
            && !text("/time/alignment").equals("event-time"),
        "/deduplicate",
        "must be false in a streaming run unless time.alignment is event-time"
            + " (--alignment event-time)");
  }

  private void quality() {
    for (String path : List.of("/quality/flatline", "/quality/gap")) {
      if (sound(path) && !isNull(path)) {
        positive(path);
      }
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < at("/quality/features").size(); i++) {
      limits("/quality/features/" + i, at("/quality/features").get(i), names);
    }
  }

  private void triage() {
    for (List<String> pair : List.of(List.of("medium", "high"), List.of("high", "critical"))) {
      String lower = "/triage/" + pair.get(0);
      String upper = "/triage/" + pair.get(1);
      refuse(
          sound(lower, upper) && at(lower).doubleValue() > at(upper).doubleValue(),
          upper,
          "must be at least triage." + pair.get(0) + ", " + at(lower) + ", was " + at(upper));
    }
  }

  private void threshold() {
    if (!sound("/threshold/method", "/threshold/value")) {
      return;
    }
    double value = at("/threshold/value").doubleValue();
    String range =
        switch (text("/threshold/method")) {
          case "raw" -> "";
          case "spot" -> value > 0 && value <= 0.05 ? "" : "above 0 and at most 0.05";
          case "contamination" -> value > 0 && value <= 0.5 ? "" : "above 0 and at most 0.5";
          case "percentile" -> value > 0 && value < 100 ? "" : "above 0 and below 100";
          case "std" -> value > 0 ? "" : "above 0";
          default -> value >= 0 && value <= 1 ? "" : "from 0 to 1";
        };
    refuse(
        !range.isEmpty(),
        "/threshold/value",
        "must be "
            + range
            + " for "
            + text("/threshold/method")
            + ", was "
            + at("/threshold/value"));
  }

  private void features() {
    JsonNode features = at("/features");
    Set<String> names = new HashSet<>();
    for (int i = 0; i < features.size(); i++) {
      String path = "/features/" + i;
      JsonNode feature = features.get(i);
      limits(path, feature, names);
      JsonNode min = feature.get("min");
      JsonNode max = feature.get("max");
      boolean numeric = feature.get("encoding").stringValue().equals("numeric");
      refuse(
          !numeric && !(min.isNull() && max.isNull()),
          path,
          "has min or max, which are for numeric features only, encoding was "
              + feature.get("encoding"));
    }
    if (names.isEmpty()) {
      return;
    }
    for (int i = 0; i < at("/derived").size(); i++) {
      Matcher derived = DERIVED_FROM.matcher(at("/derived/" + i).stringValue());
      refuse(
          derived.matches() && !names.contains(derived.group(1)),
          "/derived/" + i,
          "must be derived from one of features, was " + at("/derived/" + i));
    }
  }

  /** A name that no feature before has, and bounds in order. */
  private void limits(String path, JsonNode feature, Set<String> names) {
    String name = feature.get("name").stringValue();
    refuse(!names.add(name), path + "/name", "must differ from the others, was '" + name + "'");
    JsonNode min = feature.get("min");
    JsonNode max = feature.get("max");
    refuse(
        min.isNumber() && max.isNumber() && min.doubleValue() > max.doubleValue(),
        path + "/min",
        "must be at most max, " + max + ", was " + min);
  }

  private void location(String path) {
    if (sound(path) && !isNull(path)) {
      try {
        Location.uri(text(path));
      } catch (IllegalArgumentException e) {
        violation(path, "must be a path or a URI, was " + at(path));
      }
    }
  }

  void positive(String path) {
    refuse(sound(path) && duration(path).toMillis() < 1, path, "must be positive, was " + at(path));
  }

  void refuse(boolean when, String path, String message) {
    if (when) {
      violation(path, message);
    }
  }

  void violation(String path, String message) {
    violations.putIfAbsent(JsonPointer.compile(path), message);
  }

  boolean sound(String... paths) {
    for (String path : paths) {
      for (JsonPointer at = JsonPointer.compile(path); at != null; at = at.head()) {
        if (faulty.contains(at) || violations.containsKey(at)) {
          return false;
        }
      }
    }
    return true;
  }

  JsonNode at(String path) {
    return values.at(path);
  }

  boolean isNull(String path) {
    return at(path).isNull();
  }

  String text(String path) {
    return at(path).stringValue();
  }

  Duration duration(String path) {
    return DurationText.parse(text(path));
  }
}
