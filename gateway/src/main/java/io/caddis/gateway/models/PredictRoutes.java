// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /predict} and its kind: rows scored by the default model. */
public final class PredictRoutes implements Routes {
  private final Serving serving;

  public PredictRoutes(Serving serving) {
    this.serving = serving;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.post("/predict", this::predict, Role.SCORE);
    routes.post("/predict/batch", this::batch, Role.SCORE);
    routes.post("/prediction", this::vector, Role.SCORE);
  }

  private void predict(Context context) {
    ObjectNode request = serving.requests().body(context);
    JsonNode query = serving.requests().query(context);
    ServedModel served = serving.asked(query);
    if (request.has("rows")) {
      many(context, served, query, request, "rows");
    } else if (request.has("features")) {
      labels(context, served, request);
    } else {
      one(context, served, query, request, request.has("data") ? "data" : "values");
    }
  }

  private void batch(Context context) {
    ObjectNode request = serving.requests().body(context);
    JsonNode query = serving.requests().query(context);
    many(context, serving.asked(query), query, request, "transactions");
  }

  private void one(
      Context context, ServedModel served, JsonNode query, ObjectNode request, String field) {
    Scores scores =
        serving.scoreOf(
            served,
            request.get(field),
            '/' + field,
            Serving.threshold(request),
            query.path("explain").asBoolean(false));
    Scores.Scored row = scores.rows().get(0);
    Answers.write(
        context,
        served,
        out -> {
          score(out, row);
          ending(out, served, scores);
          Answers.names(out, "features_used", served.model().used());
          Answers.names(out, "features_imputed", row.imputed());
          Answers.names(out, "features_ignored", row.ignored());
          Answers.attribution(out, row.attribution());
        });
  }

  private void many(
      Context context, ServedModel served, JsonNode query, ObjectNode request, String field) {
    Scores scores =
        serving.scores(
            served,
            request.get(field),
            '/' + field,
            Serving.threshold(request),
            query.path("explain").asBoolean(false));
    Answers.write(
        context,
        served,
        out -> {
          Answers.rows(
              out,
              "results",
              scores,
              false,
              (row, index) -> {
                out.writeNumberProperty("index", index);
                Answers.timestamp(out, row);
                score(out, row);
                Answers.remarks(out, row);
              });
          out.writeNumberProperty("total_transactions", scores.rows().size());
          out.writeNumberProperty("anomalies_detected", scores.anomalies());
          ending(out, served, scores);
          Answers.names(out, "features_used", served.model().used());
        });
  }

  private void labels(Context context, ServedModel served, ObjectNode request) {
    JsonNode features = request.get("features");
    boolean many = features.isArray() && !features.isEmpty() && features.get(0).isContainer();
    Double threshold = Serving.threshold(request);
    Scores scores =
        many
            ? serving.scores(served, features, "/features", threshold, false)
            : serving.scoreOf(served, features, "/features", threshold, false);
    Answers.write(
        context,
        served,
        out -> {
          out.writeArrayPropertyStart("prediction");
          scores.rows().forEach(row -> out.writeNumber(row.prediction()));
          out.writeEndArray();
          out.writeArrayPropertyStart("scores");
          scores.rows().forEach(row -> out.writeNumber(row.score()));
          out.writeEndArray();
          ending(out, served, scores);
        });
  }

  private void vector(Context context) {
    ObjectNode request = serving.requests().body(context);
    ServedModel served = serving.asked(serving.requests().query(context));
    Scores scores =
        serving.scoreOf(served, request.get("feature_vector"), "/feature_vector", null, false);
    Scores.Scored row = scores.rows().get(0);
    Answers.write(
        context,
        served,
        out -> {
          out.writeNumberProperty("prediction", row.prediction());
          out.writeBooleanProperty("is_anomaly", row.anomaly());
          if (request.path("score").asBoolean(false)) {
            out.writeNumberProperty("anomoly_score", row.score());
            out.writeNumberProperty("anomaly_score", row.score());
          }
        });
  }

  private static void score(JsonGenerator out, Scores.Scored row) {
    out.writeBooleanProperty("is_anomaly", row.anomaly());
    out.writeNumberProperty("score", row.score());
    out.writeNumberProperty("anomaly_score", row.score());
    out.writeNumberProperty("raw_score", row.raw());
    out.writeNumberProperty("prediction", row.prediction());
  }

  private void ending(JsonGenerator out, ServedModel served, Scores scores) {
    out.writeNumberProperty("threshold", scores.threshold());
    out.writeStringProperty("timestamp", Answers.time(serving.clock().instant()));
    out.writeStringProperty("model_version", served.version());
  }
}
