// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.gateway.Json;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.ProblemException.Field;
import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.caddis.gateway.contract.Requests;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/anomaly}: models by name, fitted, asked, saved, loaded, listed and deleted. */
public final class AnomalyRoutes implements Routes {
  private static final String EXTENSION = ".cadm";

  /** What clients of other services have at the end of a file's name. */
  private static final Pattern EXTENSIONS = Pattern.compile("\\.(cadm|joblib|pt|pkl)$");

  private final Serving serving;
  private final Path directory;

  /**
   * @param directory of the registry
   */
  public AnomalyRoutes(Serving serving, Path directory) {
    this.serving = serving;
    this.directory = directory;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.post("/v1/anomaly/fit", this::fit, Role.ADMIN);
    routes.post("/v1/anomaly/score", this::score, Role.SCORE);
    routes.post("/v1/anomaly/detect", this::detect, Role.SCORE);
    routes.post("/v1/anomaly/save", this::save, Role.ADMIN);
    routes.post("/v1/anomaly/load", this::load, Role.ADMIN);
    routes.get("/v1/anomaly/models", this::models, Role.READ);
    routes.delete("/v1/anomaly/models/{filename}", this::delete, Role.ADMIN);
  }

  private void fit(Context context) {
    ObjectNode request = serving.requests().body(context);
    String name = request.get("model").stringValue();
    Recipe recipe = RecipeReader.read(request, "/");
    Trainings.Outcome outcome =
        serving
            .trainings()
            .fit(
                name,
                ModelShelf.stored(name, recipe.detector()),
                recipe,
                request.get("data"),
                "/data",
                "POST /v1/anomaly/fit");
    ServedModel served = outcome.served();
    Model model = served.model();
    Map<String, Object> parameters = new TreeMap<>(recipe.parameters());
    parameters.put("scaler_type", model.encoder().scaling().name().toLowerCase(Locale.ROOT));
    parameters.put("random_state", model.seed());
    parameters.put("contamination", model.thresholdRule().contamination());
    parameters.put("threshold_rule", model.thresholdRule().toString());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("object", "fit_result");
    answer.put("model", name);
    answer.put("backend", model.detector());
    answer.put("samples_fitted", model.rows());
    answer.put("samples_given", outcome.given());
    answer.put("training_time_ms", outcome.nanos() / 1e6);
    answer.put("model_params", parameters);
    answer.put("encoder", encoder(served));
    answer.put("threshold", model.threshold());
    answer.put("raw_threshold", model.rawThreshold());
    Answers.sensors(answer, model);
    answer.put("version", served.version());
    answer.put("status", "fitted");
    context.header("X-Model", served.version());
    Json.write(context, answer);
  }

  private static Map<String, Object> encoder(ServedModel served) {
    Map<String, Object> encoder = new LinkedHashMap<>();
    encoder.put("schema", served.encodings());
    encoder.put("features", served.model().used());
    encoder.put("feature_details", ModelMetadata.entries(served.model()));
    return encoder;
  }

  private void score(Context context) {
    ObjectNode request = serving.requests().body(context);
    ServedModel served = asked(request);
    JsonNode data = request.get("data");
    Scores scores = scores(served, request, data);
    Answers.write(
        context,
        served,
        out -> {
          out.writeStringProperty("object", "list");
          Answers.rows(
              out,
              "data",
              scores,
              false,
              (row, index) -> {
                out.writeNumberProperty("index", index);
                out.writeNumberProperty("score", row.score());
                out.writeBooleanProperty("is_anomaly", row.anomaly());
                out.writeNumberProperty("raw_score", row.raw());
                Answers.timestamp(out, row);
                Answers.remarks(out, row);
              });
          out.writeObjectPropertyStart("summary");
          out.writeNumberProperty("total_points", scores.rows().size());
          out.writeNumberProperty("anomaly_count", scores.anomalies());
          out.writeNumberProperty(
              "anomaly_rate", (double) scores.anomalies() / scores.rows().size());
          out.writeNumberProperty("threshold", scores.threshold());
          int worst = scores.worst();
          out.writeNumberProperty("score_min", scores.rows().get(scores.best()).score());
          out.writeNumberProperty("score_max", scores.rows().get(worst).score());
          out.writeObjectPropertyStart("worst");
          out.writeNumberProperty("index", worst);
          out.writeNumberProperty("score", scores.rows().get(worst).score());
          out.writeName("values");
          out.writeRawValue(data.get(worst).toString());
          out.writeEndObject();
          out.writeEndObject();
        });
  }

  private void detect(Context context) {
    ObjectNode request = serving.requests().body(context);
    ServedModel served = asked(request);
    Scores scores = scores(served, request, request.get("data"));
    Answers.write(
        context,
        served,
        out -> {
          out.writeStringProperty("object", "list");
          Answers.rows(
              out,
              "data",
              scores,
              true,
              (row, index) -> {
                out.writeNumberProperty("index", index);
                out.writeNumberProperty("score", row.score());
                out.writeNumberProperty("raw_score", row.raw());
                Answers.timestamp(out, row);
                Answers.remarks(out, row);
              });
          out.writeNumberProperty("total_count", scores.anomalies());
          out.writeObjectPropertyStart("summary");
          out.writeNumberProperty("anomalies_detected", scores.anomalies());
          out.writeNumberProperty("threshold", scores.threshold());
          out.writeNumberProperty("total_points", scores.rows().size());
          out.writeEndObject();
        });
  }

  private Scores scores(ServedModel served, ObjectNode request, JsonNode data) {
    checkSchema(served, request.path("schema"));
    return serving.scores(served, data, "/data", Serving.threshold(request), false);
  }

  /** Encoders are learned at fit; a schema that says otherwise is a misunderstanding. */
  private static void checkSchema(ServedModel served, JsonNode schema) {
    Map<String, String> learned = served.encodings();
    List<Field> problems = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : schema.properties()) {
      String known = learned.get(field.getKey());
      if (!field.getValue().asString().equals(known)) {
        problems.add(
            new Field(
                "/schema/" + field.getKey(),
                known == null ? "is no feature of the model" : "must be " + known + " as learned"));
      }
    }
    if (!problems.isEmpty()) {
      throw Requests.invalid(problems);
    }
  }

  private ServedModel asked(ObjectNode request) {
    return serving.shelf().get(request.get("model").stringValue(), backend(request));
  }

  private static @Nullable String backend(ObjectNode request) {
    return request.has("backend") ? request.get("backend").stringValue() : null;
  }

  private void save(Context context) {
    ObjectNode request = serving.requests().body(context);
    ServedModel served = serving.shelf().save(asked(request));
    Map<String, Object> answer = place("save_result", served);
    answer.put("encoder_path", path(served, "metadata.json"));
    answer.put("version", served.version());
    answer.put("status", "saved");
    context.header("X-Model", served.version());
    Json.write(context, answer);
  }

  private void load(Context context) {
    ObjectNode request = serving.requests().body(context);
    ServedModel served = serving.shelf().load(request.get("model").stringValue(), backend(request));
    Map<String, Object> answer = place("load_result", served);
    answer.put("version", served.version());
    answer.put("threshold", served.model().threshold());
    answer.put("status", "loaded");
    serving.deploy(served, request, answer);
    context.header("X-Model", served.version());
    Json.write(context, answer);
  }

  private Map<String, Object> place(String object, ServedModel served) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("object", object);
    answer.put("model", served.name());
    answer.put("backend", served.model().detector());
    answer.put("filename", served.stored() + EXTENSION);
    answer.put("path", path(served, "model.cadm"));
    return answer;
  }

  private String path(ServedModel served, String file) {
    return directory.resolve(served.stored()).resolve(served.version()).resolve(file).toString();
  }

  private void models(Context context) {
    List<Map<String, Object>> data = new ArrayList<>();
    for (ModelShelf.Saved saved : serving.shelf().saved()) {
      ModelMetadata metadata = saved.metadata();
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("filename", metadata.name() + EXTENSION);
      entry.put("size_bytes", metadata.bytes());
      entry.put("modified", metadata.createdAt().toEpochMilli() / 1000.0);
      entry.put("backend", metadata.algorithm());
      entry.put("name", metadata.name());
      entry.put("version", metadata.version());
      entry.put("versions", saved.versions());
      entry.put("in_memory", saved.inMemory());
      data.add(entry);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("object", "list");
    answer.put("data", data);
    answer.put("models_dir", directory.toString());
    answer.put("total", data.size());
    Json.write(context, answer);
  }

  private void delete(Context context) {
    String filename = context.pathParam("filename");
    String stored = EXTENSIONS.matcher(filename).replaceFirst("");
    try {
      ModelRegistry.checkedName(stored);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          422,
          "Invalid request",
          "file" + e.getMessage(),
          List.of(new Field("filename", "must be the name of a model")));
    }
    int versions = serving.shelf().delete(stored);
    if (versions == 0) {
      throw new ProblemException(404, "No such model", "the registry has no " + stored);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("object", "delete_result");
    answer.put("filename", filename);
    answer.put("deleted", true);
    answer.put("versions_deleted", versions);
    answer.put("status", "deleted");
    Json.write(context, answer);
  }
}
