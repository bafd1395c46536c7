// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.gateway.Json;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code /model/info}, {@code /model_information} and {@code /status}. */
public final class InfoRoutes implements Routes {
  private final Serving serving;
  private final LongSupplier jobScores;
  private final LongSupplier jobAnomalies;

  /**
   * @param jobScores readings of today that the jobs scored
   * @param jobAnomalies of them, those that were anomalous
   */
  public InfoRoutes(Serving serving, LongSupplier jobScores, LongSupplier jobAnomalies) {
    this.serving = serving;
    this.jobScores = jobScores;
    this.jobAnomalies = jobAnomalies;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/model/info", this::model, Role.READ);
    routes.get("/model_information", this::model, Role.READ);
    routes.get("/status", this::status, Role.READ);
  }

  private void model(Context context) {
    JsonNode query = serving.requests().query(context);
    ServedModel served = serving.asked(query);
    Model model = served.model();
    ModelMetadata.Training training = served.training();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("name", served.name());
    answer.put("version", served.version());
    answer.put("saved", served.saved());
    answer.put("backend", model.detector());
    answer.put("parameters", training.parameters());
    answer.put("features", model.used());
    answer.put("feature_details", ModelMetadata.entries(model));
    answer.put("num_features", model.used().size());
    answer.put("num_samples", model.rows());
    answer.put("scaler", model.encoder().scaling().name().toLowerCase(Locale.ROOT));
    answer.put("threshold", model.threshold());
    answer.put("threshold_rule", model.thresholdRule().toString());
    answer.put("raw_threshold", model.rawThreshold());
    answer.put("contamination", model.thresholdRule().contamination());
    answer.put("seed", model.seed());
    answer.put("data_source", training.dataSource());
    answer.put("trained_from", text(training.from()));
    answer.put("trained_to", text(training.to()));
    answer.put("time_field", training.timeField());
    answer.put("key_field", training.keyField());
    answer.put("calendar", training.calendar());
    answer.put("metrics", training.metrics());
    Answers.sensors(answer, model);
    answer.put("new_features", served.newFields().statistics());
    context.header("X-Model", served.version());
    Json.write(context, answer);
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private void status(Context context) {
    Usage.Today today = serving.usage().today();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("model_version", version());
    answer.put("predictions_today", today.rows() + jobScores.getAsLong());
    answer.put("avg_latency_ms", today.latencyMillis());
    answer.put("anomalies_detected", today.anomalies() + jobAnomalies.getAsLong());
    answer.put("models_in_memory", serving.shelf().size());
    Json.write(context, answer);
  }

  private @Nullable String version() {
    try {
      return serving.shelf().get(serving.defaultModel(), null).version();
    } catch (ProblemException none) {
      return null;
    }
  }
}
