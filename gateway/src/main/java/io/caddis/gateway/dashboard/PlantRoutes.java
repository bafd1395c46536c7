// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.dashboard;

import io.caddis.gateway.Json;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.caddis.gateway.contract.Fields;
import io.caddis.gateway.contract.Requests;
import io.caddis.gateway.feed.ResultJson;
import io.caddis.gateway.store.AlertQuery;
import io.caddis.gateway.store.AlertStore;
import io.caddis.gateway.store.Batch;
import io.caddis.gateway.store.Figures;
import io.caddis.gateway.store.Lanes;
import io.caddis.gateway.store.Plant;
import io.caddis.gateway.store.ScoredReading;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the jobs' sensors did: all at a glance, all sensors over time, one sensor, one reading, and
 * what was wrong with the data. Time ends with the newest reading, not with the clock.
 */
public final class PlantRoutes implements Routes {
  private static final int HOUR_SECONDS = 3_600;
  private static final String DEAD_LETTER = "dead-letter:";
  private static final String QUALITY = "quality:";

  private final AlertStore alerts;
  private final Figures figures;
  private final Lanes lanes;
  private final Plant plant;
  private final Requests requests;

  public PlantRoutes(
      AlertStore alerts, Figures figures, Lanes lanes, Plant plant, Requests requests) {
    this.alerts = alerts;
    this.figures = figures;
    this.lanes = lanes;
    this.plant = plant;
    this.requests = requests;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/api/overview", this::overview, Role.READ);
    routes.get("/api/lanes", this::lanes, Role.READ);
    routes.get("/api/series", this::series, Role.READ);
    routes.get("/api/readings/{id}", this::reading, Role.READ);
    routes.get("/api/data-quality", this::dataQuality, Role.READ);
  }

  private void overview(Context context) {
    long newest = lanes.newest();
    LocalDate date = LocalDate.ofInstant(Instant.ofEpochMilli(newest), ZoneOffset.UTC);
    Map<String, Long> ofDay = figures.totals(date);
    Map<String, Long> totals = figures.totals();
    Map<String, Object> answer = new LinkedHashMap<>();
    if (newest > 0) {
      answer.put("oldest", ResultJson.time(lanes.oldest()));
      answer.put("newest", ResultJson.time(newest));
    }
    answer.put("date", date.toString());
    answer.put("sensors", lanes.sensors());
    answer.put("readings_per_second", lanes.readingsPerSecond());
    answer.put("alerts", ResultJson.counts(figures.day(date).counts()));
    answer.put("waiting", ResultJson.counts(alerts.counts(AlertQuery.WAITING)));
    answer.put("scored_readings", ofDay.getOrDefault(Batch.SCORES, 0L));
    answer.put("anomalous_readings", ofDay.getOrDefault(Batch.ANOMALIES, 0L));
    answer.put("dead_letters", sum(totals, DEAD_LETTER));
    answer.put("late", totals.getOrDefault("late", 0L));
    answer.put("drifts", totals.getOrDefault(QUALITY + "drift", 0L));
    answer.put("models_trained", totals.getOrDefault("models", 0L));
    answer.put("models", figures.models(1).stream().map(ResultJson::message).toList());
    Json.write(context, answer);
  }

  private static long sum(Map<String, Long> totals, String prefix) {
    return withPrefix(totals, prefix).values().stream().mapToLong(Long::longValue).sum();
  }

  private static Map<String, Long> withPrefix(Map<String, Long> totals, String prefix) {
    Map<String, Long> found = new LinkedHashMap<>();
    totals.forEach(
        (kind, total) -> {
          if (kind.startsWith(prefix)) {
            found.put(kind.substring(prefix.length()), total);
          }
        });
    return found;
  }

  /** A range of time, epoch milliseconds, the end exclusive. */
  private record Range(long from, long to) {}

  private Range range(Fields query) {
    Long to = query.time("to");
    long end = to == null ? lanes.newest() : to;
    Long from = query.time("from");
    long begin = from == null ? end - query.number("seconds", HOUR_SECONDS) * 1_000L : from;
    if (begin >= end) {
      throw query.invalid("from", "must be before to");
    }
    return new Range(begin, end);
  }

  private void lanes(Context context) {
    Fields query = Fields.ofQuery(requests.query(context));
    Range range = range(query);
    Lanes.Picture picture =
        lanes.draw(range.from(), range.to(), query.text("sensor"), query.number("limit", 100));
    List<Map<String, Object>> drawn = new ArrayList<>();
    for (Lanes.Lane lane : picture.lanes()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("sensor", lane.sensor());
      one.put("anomalies", lane.anomalies());
      one.put("worst", lane.worst());
      one.put("severity", lane.severity());
      one.put("scores", percents(lane.scores()));
      one.put("severities", digits(lane.severities()));
      drawn.add(one);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("from", ResultJson.time(picture.from()));
    answer.put("to", ResultJson.time(range.to()));
    answer.put("cell_seconds", picture.cellMillis() / 1_000);
    answer.put("cells", picture.cells());
    answer.put("sensors", picture.sensors());
    answer.put("lanes", drawn);
    Json.write(context, answer);
  }

  /** Scores in hundredths, -1 without a reading: there are many. */
  private static int[] percents(double[] scores) {
    int[] percents = new int[scores.length];
    for (int i = 0; i < scores.length; i++) {
      percents[i] = Double.isNaN(scores[i]) ? -1 : (int) Math.round(scores[i] * 100);
    }
    return percents;
  }

  private static String digits(int[] severities) {
    StringBuilder digits = new StringBuilder(severities.length);
    for (int severity : severities) {
      digits.append(severity < 0 ? '.' : (char) ('0' + severity));
    }
    return digits.toString();
  }

  private void series(Context context) {
    Fields query = Fields.ofQuery(requests.query(context));
    String sensor = sensor(query);
    Range range = range(query);
    int points = query.number("points", 1_000);
    List<Plant.Reading> readings = plant.series(sensor, range.from(), range.to(), points);
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    ObjectNode answer = nodes.objectNode();
    answer.put("sensor", sensor);
    answer.put("from", ResultJson.time(range.from())).put("to", ResultJson.time(range.to()));
    answer.put("thinned", readings.size() >= points);
    ArrayNode times = answer.putArray("times");
    ArrayNode ids = answer.putArray("event_ids");
    ArrayNode scores = answer.putArray("scores");
    ArrayNode thresholds = answer.putArray("thresholds");
    ArrayNode severities = answer.putArray("severities");
    List<ObjectNode> features = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (Plant.Reading reading : readings) {
      ScoredReading scored = reading.scored();
      times.add(scored.timestamp());
      ids.add(scored.eventId());
      scores.add(scored.score());
      thresholds.add(scored.threshold());
      severities.add(scored.anomaly() ? scored.severity().ordinal() : -1);
      String text = reading.features();
      ObjectNode values = text == null ? nodes.objectNode() : ResultJson.message(text);
      values.properties().forEach(value -> names.add(value.getKey()));
      features.add(values);
    }
    ObjectNode columns = answer.putObject("values");
    for (String name : names) {
      ArrayNode column = columns.putArray(name);
      for (ObjectNode values : features) {
        JsonNode value = values.path(name);
        column.add(value.isMissingNode() ? nodes.nullNode() : value);
      }
    }
    Json.write(context, answer);
  }

  private static String sensor(Fields query) {
    String sensor = query.text("sensor");
    if (sensor == null) {
      throw query.invalid("sensor", "must be given");
    }
    return sensor;
  }

  private void reading(Context context) {
    Fields query = Fields.ofQuery(requests.query(context));
    Plant.Reading reading =
        plant
            .reading(sensor(query), context.pathParam("id"))
            .orElseThrow(
                () ->
                    new ProblemException(
                        404, "Not found", "there is no such reading of this sensor any more"));
    @Nullable String line = reading.scored().body();
    ObjectNode answer =
        line == null ? ResultJson.score(reading.scored()) : ResultJson.message(line);
    String features = reading.features();
    if (features != null) {
      answer.set("features", ResultJson.message(features));
    }
    Json.write(context, answer);
  }

  private void dataQuality(Context context) {
    Fields query = Fields.ofQuery(requests.query(context));
    Map<String, Long> totals = figures.totals();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("scored", totals.getOrDefault(Batch.SCORES, 0L));
    answer.put("late", totals.getOrDefault("late", 0L));
    answer.put("dead_letters", withPrefix(totals, DEAD_LETTER));
    answer.put("issues", withPrefix(totals, QUALITY));
    answer.put("features", plant.features());
    answer.put(
        "newest",
        plant.deadLetters(query.text("reason"), query.number("limit", 100)).stream()
            .map(ResultJson::message)
            .toList());
    Json.write(context, answer);
  }
}
