// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.alerts;

import io.caddis.detectors.event.Severity;
import io.caddis.gateway.Client;
import io.caddis.gateway.Json;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.caddis.gateway.contract.Fields;
import io.caddis.gateway.contract.Requests;
import io.caddis.gateway.feed.ResultJson;
import io.caddis.gateway.store.AlertQuery;
import io.caddis.gateway.store.AlertStore;
import io.caddis.gateway.store.EpisodeState;
import io.caddis.gateway.store.Label;
import io.caddis.gateway.store.Silences;
import io.caddis.gateway.store.StoreException;
import io.caddis.gateway.store.StoredAlert;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/alerts} and {@code /api/silences}: to look at alerts, and to say something to them.
 */
final class AlertRoutes implements Routes {
  private static final Duration LONGEST_SILENCE = Duration.ofDays(366);

  private static final Logger LOG = LoggerFactory.getLogger(AlertRoutes.class);

  private final AlertStore alerts;
  private final Silences silences;
  private final Requests requests;
  private final Clock clock;

  AlertRoutes(AlertStore alerts, Silences silences, Requests requests, Clock clock) {
    this.alerts = alerts;
    this.silences = silences;
    this.requests = requests;
    this.clock = clock;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/api/alerts", this::list, Role.READ);
    routes.get("/api/alerts/{id}", this::show, Role.READ);
    routes.post("/api/alerts/{id}/acknowledge", this::acknowledge, Role.ADMIN);
    routes.post("/api/alerts/{id}/label", this::label, Role.ADMIN);
    routes.post("/api/alerts/{id}/silence", this::silenceSensor, Role.ADMIN);
    routes.get("/api/silences", this::silences, Role.READ);
    routes.post("/api/silences", this::silence, Role.ADMIN);
    routes.delete("/api/silences/{id}", this::endSilence, Role.ADMIN);
    routes.exception(
        StoreException.class,
        (e, context) -> {
          LOG.error("{} {} failed", context.method().name(), context.path(), e);
          context.header("Retry-After", "5");
          Json.write(
              context,
              new ProblemException(503, "Store unavailable", "the cause is in the gateway's log"));
        });
  }

  private void list(Context context) {
    Fields query = Fields.ofQuery(requests.query(context));
    String label = query.text("label");
    String state = query.text("state");
    AlertQuery asked =
        new AlertQuery(
            query.time("from"),
            query.time("to"),
            severities(query.text("severity")),
            query.text("sensor"),
            query.text("group"),
            state == null ? null : EpisodeState.of(state),
            query.flag("acknowledged"),
            query.flag("silenced"),
            label == null || label.equals("none") || label.equals("any") ? null : label(label),
            label == null ? null : Boolean.valueOf(!label.equals("none")),
            query.text("sort", "severity").equals("time"),
            query.number("limit", 100),
            query.number("offset", 0));
    AlertStore.Page page = alerts.list(asked);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("alerts", page.alerts().stream().map(ResultJson::alert).toList());
    answer.put("total", page.total());
    answer.put("counts", ResultJson.counts(page.counts()));
    answer.put("limit", asked.limit());
    answer.put("offset", asked.offset());
    Json.write(context, answer);
  }

  private static Set<Severity> severities(@Nullable String list) {
    if (list == null) {
      return EnumSet.allOf(Severity.class);
    }
    Set<Severity> severities = EnumSet.noneOf(Severity.class);
    for (String name : list.split(",", -1)) {
      severities.add(Severity.valueOf(name.toUpperCase(Locale.ROOT)));
    }
    return severities;
  }

  private static Label label(String name) {
    return Label.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private void show(Context context) {
    write(context, find(context));
  }

  private StoredAlert find(Context context) {
    return alerts.find(context.pathParam("id")).orElseThrow(() -> unknown(context));
  }

  private static ProblemException unknown(Context context) {
    String id = context.pathParam("id");
    return new ProblemException(
        404, "Not found", "there is no '%s'".formatted(id.substring(0, Math.min(id.length(), 64))));
  }

  private void write(Context context, StoredAlert alert) {
    ObjectNode json = ResultJson.alert(alert);
    List<ObjectNode> history =
        alerts.history(alert.alertId()).stream()
            .map(mark -> ResultJson.mark(mark, "action"))
            .toList();
    json.putArray("history").addAll(history);
    Json.write(context, json);
  }

  private void acknowledge(Context context) {
    Fields body = Fields.ofBody(requests.body(context));
    write(
        context,
        alerts
            .acknowledge(
                context.pathParam("id"),
                !Boolean.FALSE.equals(body.flag("acknowledged")),
                Client.of(context),
                body.text("note"))
            .orElseThrow(() -> unknown(context)));
  }

  private void label(Context context) {
    Fields body = Fields.ofBody(requests.body(context));
    String label = body.text("label");
    write(
        context,
        alerts
            .label(
                context.pathParam("id"),
                label == null ? null : label(label),
                Client.of(context),
                body.text("note"))
            .orElseThrow(() -> unknown(context)));
  }

  private void silenceSensor(Context context) {
    Fields body = Fields.ofBody(requests.body(context));
    StoredAlert alert = find(context);
    String sensor = body.text("sensor", ResultJson.message(alert.body()).path("key").asString(""));
    begin(context, body, sensor, alert.alertId());
    write(context, find(context));
  }

  private void silence(Context context) {
    Fields body = Fields.ofBody(requests.body(context));
    Json.write(context, json(begin(context, body, body.text("sensor", "*"), null)));
  }

  private Silences.Silence begin(
      Context context, Fields body, String sensor, @Nullable String alertId) {
    long now = clock.millis();
    Long until = body.time("until");
    if (until == null) {
      until = now + Duration.ofMinutes(body.number("minutes", 60)).toMillis();
    }
    if (until <= now || until > now + LONGEST_SILENCE.toMillis()) {
      throw body.invalid("until", "must be within a year from now");
    }
    return silences
        .begin(sensor, until, Client.of(context), body.text("note"), alertId)
        .orElseThrow(
            () ->
                new ProblemException(
                    409, "Too many silences", "silences in force must be at most " + Silences.MAX));
  }

  private void silences(Context context) {
    Json.write(
        context, Map.of("silences", silences.active().stream().map(AlertRoutes::json).toList()));
  }

  private static ObjectNode json(Silences.Silence silence) {
    ObjectNode json = ResultJson.mark(silence.made(), null);
    json.put("id", silence.id());
    json.put("sensor", silence.sensor());
    json.put("until", ResultJson.time(silence.until()));
    return json;
  }

  private void endSilence(Context context) {
    String id = context.pathParam("id");
    if (!id.matches("[0-9]{1,18}") || !silences.end(Long.parseLong(id))) {
      throw unknown(context);
    }
    Json.write(context, Map.of("id", Long.parseLong(id), "ended", true));
  }
}
