// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.event.Attribution;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.stream.SensorStates;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** Writes scores into answers, without a tree between: there may be many. */
final class Answers {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build();

  /** With an offset, which clients in Python read too, unlike the letter Z. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxxx").withZone(ZoneOffset.UTC);

  /** Sensors that are listed of a model. */
  private static final int MOST_SENSORS = 1_000;

  private Answers() {}

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  /** Answers with an object and the version of the model it comes from. */
  static void write(Context context, ServedModel served, Consumer<JsonGenerator> fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      out.writeStartObject();
      fields.accept(out);
      out.writeEndObject();
    }
    context
        .header("X-Model", served.version())
        .contentType("application/json")
        .result(bytes.toByteArray());
  }

  /** Writes an array of objects, one for each row, or only for those that are anomalous. */
  static void rows(
      JsonGenerator out,
      String name,
      Scores scores,
      boolean anomaliesOnly,
      ObjIntConsumer<Scores.Scored> row) {
    out.writeArrayPropertyStart(name);
    List<Scores.Scored> rows = scores.rows();
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).anomaly() || !anomaliesOnly) {
        out.writeStartObject();
        row.accept(rows.get(i), i);
        out.writeEndObject();
      }
    }
    out.writeEndArray();
  }

  static void names(JsonGenerator out, String name, List<String> names) {
    out.writeArrayPropertyStart(name);
    names.forEach(out::writeString);
    out.writeEndArray();
  }

  /** Writes the time of a row, if it has one. */
  static void timestamp(JsonGenerator out, Scores.Scored row) {
    if (row.timestamp() != null) {
      out.writeStringProperty("timestamp", row.timestamp());
    }
  }

  /** Writes what is to be said of a row beside its score, if there is anything. */
  static void remarks(JsonGenerator out, Scores.Scored row) {
    if (!row.imputed().isEmpty()) {
      names(out, "features_imputed", row.imputed());
    }
    if (!row.ignored().isEmpty()) {
      names(out, "features_ignored", row.ignored());
    }
    attribution(out, row.attribution());
  }

  /** Puts what a detector that learns by sensor measures each by, and why; nothing for others. */
  static void sensors(Map<String, Object> answer, Model model) {
    SensorStates states = model.sensors();
    if (states == null) {
      return;
    }
    List<Map<String, Object>> sensors = new ArrayList<>();
    states
        .choices(MOST_SENSORS)
        .forEach(
            (key, choice) ->
                sensors.add(
                    Map.of("key", key, "member", choice.member(), "basis", choice.basis())));
    answer.put("sensors_known", states.size());
    answer.put("sensors", sensors);
  }

  static void attribution(JsonGenerator out, @Nullable Attribution attribution) {
    if (attribution == null) {
      return;
    }
    out.writeArrayPropertyStart("attribution");
    for (int i = 0; i < attribution.features().length; i++) {
      out.writeStartObject();
      out.writeStringProperty("feature", attribution.features()[i]);
      out.writeNumberProperty("contribution", attribution.contributions()[i]);
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
