// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.detectors.event.Severity;
import io.caddis.gateway.store.Mark;
import io.caddis.gateway.store.ScoredReading;
import io.caddis.gateway.store.StoredAlert;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How stored results are told to clients: with the fields that the job's files have. */
public final class ResultJson {
  private static final JsonMapper JSON = JsonMapper.shared();

  private ResultJson() {}

  /** An alert as the job wrote it, with what people said about it. */
  public static ObjectNode alert(StoredAlert alert) {
    ObjectNode json = message(alert.body());
    json.put("received", time(alert.received()));
    Mark acknowledged = alert.acknowledged();
    if (acknowledged != null) {
      json.set("acknowledged", mark(acknowledged, null));
    }
    Mark label = alert.label();
    if (label != null) {
      json.set("label", mark(label, "label"));
    }
    if (alert.silencedUntil() > 0) {
      json.put("silenced_until", time(alert.silencedUntil()));
    }
    return json;
  }

  /**
   * What somebody did.
   *
   * @param action name of the field that says what, null without
   */
  public static ObjectNode mark(Mark mark, @Nullable String action) {
    ObjectNode json = JSON.createObjectNode();
    if (action != null) {
      json.put(action, mark.action());
    }
    json.put("at", time(mark.at())).put("by", mark.by());
    if (mark.note() != null) {
      json.put("note", mark.note());
    }
    return json;
  }

  /** A score as the job wrote it, without what only anomalies have. */
  public static ObjectNode score(ScoredReading reading) {
    return JSON.createObjectNode()
        .put("timestamp", time(reading.timestamp()))
        .put("key", reading.sensor())
        .put("score", reading.score())
        .put("is_anomaly", reading.anomaly())
        .put("threshold", reading.threshold())
        .put("model_version", reading.modelVersion())
        .put("severity", reading.severity().name().toLowerCase(Locale.ROOT))
        .put("event_id", reading.eventId());
  }

  /** A message as the job wrote it. */
  public static ObjectNode message(String body) {
    return (ObjectNode) JSON.readTree(body);
  }

  /** A moment in ISO-8601, UTC. */
  public static String time(long epochMillis) {
    return Instant.ofEpochMilli(epochMillis).toString();
  }

  /** Counts by severity, the worst first. */
  public static Map<String, Long> counts(Map<Severity, Long> counts) {
    Map<String, Long> worstFirst = new LinkedHashMap<>();
    for (int i = Severity.values().length - 1; i >= 0; i--) {
      Severity severity = Severity.values()[i];
      worstFirst.put(severity.name().toLowerCase(Locale.ROOT), counts.getOrDefault(severity, 0L));
    }
    return worstFirst;
  }
}
