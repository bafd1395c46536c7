// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.alerts;

import io.caddis.gateway.Client;
import io.caddis.gateway.Json;
import io.caddis.gateway.ProblemException.Field;
import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.caddis.gateway.contract.Fields;
import io.caddis.gateway.contract.Requests;
import io.caddis.gateway.feed.Feed;
import io.caddis.gateway.feed.ResultJson;
import io.caddis.gateway.store.Batch;
import io.caddis.gateway.store.Figures;
import io.caddis.gateway.store.ScoreWindow;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was counted and noted: alerts of a day, accuracy, the state of the feed, recent scores. */
final class FigureRoutes implements Routes {
  private final Figures figures;
  private final ScoreWindow scores;
  private final @Nullable Feed feed;
  private final Requests requests;

  /**
   * @param feed null when there is none
   */
  FigureRoutes(Figures figures, ScoreWindow scores, @Nullable Feed feed, Requests requests) {
    this.figures = figures;
    this.scores = scores;
    this.feed = feed;
    this.requests = requests;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/anomalies/{date}", this::day, Role.READ);
    routes.get("/api/accuracy", this::accuracy, Role.READ);
    routes.post("/api/missed-alarms", this::missed, Role.ADMIN);
    routes.get("/api/feed", this::feed, Role.READ);
    routes.get("/api/feed/quality", this::quality, Role.READ);
    routes.get("/api/feed/models", this::models, Role.READ);
    routes.get("/api/feed/scores", this::scores, Role.READ);
  }

  private void day(Context context) {
    String text = context.pathParam("date");
    LocalDate date;
    Figures.Day day;
    try {
      date = LocalDate.parse(text);
      day = figures.day(date);
    } catch (DateTimeException | ArithmeticException e) {
      throw Requests.invalid(
          List.of(new Field("date", "must be a day as in 2026-01-31, was " + shortened(text))));
    }
    Map<String, Long> totals = figures.totals(date);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("date", date.toString());
    answer.put("count", day.alerts());
    answer.put("counts", ResultJson.counts(day.counts()));
    answer.put("anomalous_readings", totals.getOrDefault(Batch.ANOMALIES, 0L));
    answer.put("scored_readings", totals.getOrDefault(Batch.SCORES, 0L));
    Json.write(context, answer);
  }

  private static String shortened(String text) {
    return text.substring(0, Math.min(text.length(), 32));
  }

  private void accuracy(Context context) {
    Fields query = Fields.ofQuery(requests.query(context));
    Long from = query.time("from");
    Long to = query.time("to");
    Figures.Accuracy accuracy =
        figures.accuracy(from == null ? Long.MIN_VALUE : from, to == null ? Long.MAX_VALUE : to);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("alerts", accuracy.alerts());
    answer.put("true_alarms", accuracy.trueAlarms());
    answer.put("false_alarms", accuracy.falseAlarms());
    answer.put("missed_alarms", accuracy.missedAlarms());
    answer.put("accuracy", accuracy.accuracy());
    answer.put("precision", accuracy.precision());
    answer.put("recall", accuracy.recall());
    answer.put("f1", accuracy.f1());
    answer.put("false_alarm_rate", accuracy.falseAlarmRate());
    answer.put("missed_alarm_rate", accuracy.missedAlarmRate());
    Json.write(context, answer);
  }

  private void missed(Context context) {
    Fields body = Fields.ofBody(requests.body(context));
    Long from = body.time("from");
    Long to = body.time("to");
    if (from == null || to == null || to < from) {
      throw body.invalid("to", "must not be before from");
    }
    String sensor = body.text("sensor", "");
    long id = figures.reportMissed(sensor, from, to, Client.of(context), body.text("note"));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    answer.put("sensor", sensor);
    answer.put("from", ResultJson.time(from));
    answer.put("to", ResultJson.time(to));
    Json.write(context.status(201), answer);
  }

  private void feed(Context context) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("configured", feed != null);
    if (feed != null) {
      answer.put("fresh", feed.isFresh());
      answer.put("lag_seconds", feed.lagSeconds());
      answer.put("lines", feed.lines());
      answer.put("malformed_lines", feed.malformedLines());
    }
    answer.put("alerts", figures.alerts());
    answer.put("totals", figures.totals());
    Json.write(context, answer);
  }

  private void quality(Context context) {
    Fields query = Fields.ofQuery(requests.query(context));
    List<String> issues = figures.issues(query.text("sensor"), query.number("limit", 100));
    Json.write(context, Map.of("issues", issues.stream().map(ResultJson::message).toList()));
  }

  private void models(Context context) {
    Fields query = Fields.ofQuery(requests.query(context));
    List<String> models = figures.models(query.number("limit", 100));
    Json.write(context, Map.of("models", models.stream().map(ResultJson::message).toList()));
  }

  private void scores(Context context) {
    Fields query = Fields.ofQuery(requests.query(context));
    String sensor = query.text("sensor");
    if (sensor == null) {
      throw query.invalid("sensor", "must be given");
    }
    List<ScoreWindow.Entry> entries = scores.of(sensor, query.number("limit", 100));
    Json.write(
        context,
        Map.of("scores", entries.stream().map(e -> ResultJson.score(e.reading())).toList()));
  }
}
