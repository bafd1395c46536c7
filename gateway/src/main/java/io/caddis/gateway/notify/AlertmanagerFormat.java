// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.notify;

import io.caddis.gateway.store.AlertMessage;
import io.caddis.gateway.store.IssueMessage;
import io.caddis.gateway.store.Outbox;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The body of a webhook as Prometheus Alertmanager sends it, version 4, so that whatever receives
 * from Alertmanager receives from here.
 */
final class AlertmanagerFormat {
  /** Alertmanager's way to say that something goes on. */
  private static final String NO_END = "0001-01-01T00:00:00Z";

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int SHOWN_FEATURES = 3;

  private final String externalUrl;

  /**
   * @param externalUrl where people look at alerts; empty when nowhere
   */
  AlertmanagerFormat(String externalUrl) {
    this.externalUrl = externalUrl;
  }

  /** One alert of a message. */
  String alert(AlertMessage alert, boolean resolved) {
    JsonNode body = JSON.readTree(alert.body());
    ObjectNode json =
        begin(resolved, alert.alertId(), alert.start(), resolved ? alert.end() : null);
    ((ObjectNode) json.get("labels"))
        .put("alertname", "CaddisAnomaly")
        .put("sensor", alert.sensor())
        .put("group", alert.group())
        .put("severity", severity(alert))
        .put("detector", body.at("/lineage/detector").asString("warm-up"))
        .put("alert_id", alert.alertId());
    ObjectNode annotations = (ObjectNode) json.get("annotations");
    annotations.put("summary", "%s anomaly of %s".formatted(severity(alert), alert.sensor()));
    annotations.put("description", description(alert, body));
    return json.toString();
  }

  /** One fault of a model, such as drift. */
  String issue(IssueMessage issue) {
    JsonNode body = JSON.readTree(issue.body());
    ObjectNode json = begin(false, issue.issueId(), issue.from(), null);
    ((ObjectNode) json.get("labels"))
        .put("alertname", "CaddisDrift")
        .put("sensor", issue.sensor())
        .put("group", issue.sensor())
        .put("severity", "high")
        .put("kind", issue.kind())
        .put("alert_id", issue.issueId());
    ObjectNode annotations = (ObjectNode) json.get("annotations");
    annotations.put("summary", "readings of %s have drifted".formatted(issue.sensor()));
    annotations.put("description", body.path("text").asString(""));
    return json.toString();
  }

  private ObjectNode begin(boolean resolved, String fingerprint, long start, @Nullable Long end) {
    ObjectNode json = JSON.createObjectNode();
    json.put("status", resolved ? "resolved" : "firing");
    json.putObject("labels");
    json.putObject("annotations");
    json.put("startsAt", Instant.ofEpochMilli(start).toString());
    json.put("endsAt", end == null ? NO_END : Instant.ofEpochMilli(end).toString());
    json.put(
        "generatorURL", externalUrl.isEmpty() ? "" : externalUrl + "/api/alerts/" + fingerprint);
    json.put("fingerprint", fingerprint);
    return json;
  }

  private static String description(AlertMessage alert, JsonNode body) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%d anomalous readings since %s, highest score %.3f"
            .formatted(alert.anomalies(), Instant.ofEpochMilli(alert.start()), alert.peakScore()));
    String separator = "; mostly ";
    int shown = 0;
    for (Map.Entry<String, JsonNode> feature : body.path("contributions").properties()) {
      if (shown++ == SHOWN_FEATURES) {
        break;
      }
      text.append(separator).append(feature.getKey());
      separator = ", ";
    }
    return text.toString();
  }

  private static String severity(AlertMessage alert) {
    return alert.severity().name().toLowerCase(Locale.ROOT);
  }

  /** A whole message. */
  String message(String receiver, Outbox.Parcel parcel) {
    String status = parcel.resolved() ? "resolved" : "firing";
    ObjectNode json = JSON.createObjectNode();
    json.put("version", "4");
    json.put("groupKey", "{}:{group=%s}".formatted(JSON.writeValueAsString(parcel.group())));
    json.put("truncatedAlerts", 0);
    json.put("status", status);
    json.put("receiver", receiver);
    json.putObject("groupLabels").put("group", parcel.group());
    List<ObjectNode> alerts =
        parcel.bodies().stream().map(body -> (ObjectNode) JSON.readTree(body)).toList();
    json.set("commonLabels", common(alerts, "labels"));
    json.set("commonAnnotations", common(alerts, "annotations"));
    json.put("externalURL", externalUrl);
    ArrayNode array = json.putArray("alerts");
    alerts.forEach(array::add);
    return json.toString();
  }

  /** What all have in common. */
  private static ObjectNode common(List<ObjectNode> alerts, String field) {
    ObjectNode common = JSON.createObjectNode();
    for (Map.Entry<String, JsonNode> value : alerts.get(0).get(field).properties()) {
      if (alerts.stream()
          .allMatch(alert -> value.getValue().equals(alert.get(field).get(value.getKey())))) {
        common.set(value.getKey(), value.getValue());
      }
    }
    return common;
  }
}
