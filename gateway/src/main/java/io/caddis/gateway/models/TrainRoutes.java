// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.parse.SchemaInference;
import io.caddis.gateway.Json;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.caddis.gateway.control.RunningJob;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /train}, {@code /update}, {@code /retrain}: the default model fitted and saved, or the job
 * told to.
 */
public final class TrainRoutes implements Routes {
  private final Serving serving;
  private final @Nullable TrainingFile file;

  private record TrainingFile(Path path) implements SchemaInference.Input {
    @Override
    public String name() {
      return String.valueOf(path.getFileName());
    }

    @Override
    public InputStream open() throws IOException {
      return Files.newInputStream(path);
    }
  }

  /**
   * @param file to retrain from, null when there is none
   */
  public TrainRoutes(Serving serving, @Nullable Path file) {
    this.serving = serving;
    this.file = file == null ? null : new TrainingFile(file);
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.post("/train", this::train, Role.ADMIN);
    routes.post("/update", this::update, Role.ADMIN);
    routes.post("/retrain", this::retrain, Role.ADMIN);
  }

  private void train(Context context) {
    JsonNode query = serving.requests().query(context);
    ObjectNode request = serving.requests().body(context);
    String name = serving.name(query);
    Recipe recipe = RecipeReader.read(query, "?");
    JsonNode rows = request.get("transactions");
    trained(
        context,
        "Model trained successfully",
        () -> serving.trainings().fit(name, name, recipe, rows, "/transactions", "POST /train"));
  }

  private void update(Context context) {
    JsonNode query = serving.requests().query(context);
    ObjectNode request = serving.requests().body(context);
    JsonNode rows = request.get("transactions");
    trained(
        context,
        "Model updated successfully",
        () -> serving.trainings().update(serving.asked(query), rows, "/transactions"));
  }

  private void retrain(Context context) {
    JsonNode query = serving.requests().query(context);
    ObjectNode request = serving.requests().body(context);
    RunningJob job = serving.jobFor(request);
    if (job != null && !request.has("transactions") && !query.has("model")) {
      sent(context, job.retrain(Serving.group(request)));
      return;
    }
    String name = serving.name(query);
    Trainings.Outcome outcome = saved(() -> retrained(name, request));
    Map<String, Object> answer = answer("Model retrained successfully", outcome);
    serving.deploy(outcome.served(), request, answer);
    write(context, outcome, answer);
  }

  /** The job trains, on readings that the gateway does not have. */
  private void sent(Context context, RunningJob.Told command) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("message", "The running job is told to retrain");
    answer.put("timestamp", Answers.time(serving.clock().instant()));
    answer.put("trainer", "job");
    answer.put("job", command.fields());
    context.status(202);
    Json.write(context, answer);
  }

  private Trainings.Outcome retrained(String name, ObjectNode request) {
    Trainings trainings = serving.trainings();
    if (request.has("transactions")) {
      ServedModel served = serving.shelf().get(name, null);
      JsonNode rows = request.get("transactions");
      return trainings.fit(
          name, served.stored(), served.recipe(), rows, "/transactions", "POST /retrain");
    }
    return file != null ? fromFile(name, file) : trainings.refit(serving.shelf().get(name, null));
  }

  /** The settings are those of the model that there is, else the defaults. */
  private Trainings.Outcome fromFile(String name, TrainingFile file) {
    if (!Files.isReadable(file.path())) {
      throw new ProblemException(
          409, "No training rows", "the file " + file.name() + " cannot be read");
    }
    if (!serving.shelf().has(name)) {
      Recipe recipe = RecipeReader.read(JsonNodeFactory.instance.objectNode(), "?");
      return serving.trainings().fitFile(name, name, recipe, file);
    }
    ServedModel served = serving.shelf().get(name, null);
    return serving.trainings().fitFile(name, served.stored(), served.recipe(), file);
  }

  private void trained(Context context, String message, Supplier<Trainings.Outcome> training) {
    Trainings.Outcome outcome = saved(training);
    write(context, outcome, answer(message, outcome));
  }

  /** Trains and saves in one turn: of two updates at once the second goes on from the first. */
  private Trainings.Outcome saved(Supplier<Trainings.Outcome> training) {
    return serving.trainings().inTurn(() -> training.get().saved(serving.shelf()));
  }

  private Map<String, Object> answer(String message, Trainings.Outcome outcome) {
    ServedModel served = outcome.served();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("message", message);
    answer.put("num_samples", served.model().rows());
    answer.put("num_features", served.model().used().size());
    answer.put("features", served.model().used());
    answer.put("timestamp", Answers.time(serving.clock().instant()));
    answer.put("model", served.name());
    answer.put("version", served.version());
    answer.put("backend", served.model().detector());
    answer.put("method", outcome.method());
    answer.put("trainer", "in_process");
    answer.put("data_source", served.training().dataSource());
    answer.put("threshold", served.model().threshold());
    answer.put("training_time_ms", outcome.nanos() / 1e6);
    return answer;
  }

  private static void write(
      Context context, Trainings.Outcome outcome, Map<String, Object> answer) {
    context.header("X-Model", outcome.served().version());
    Json.write(context, answer);
  }
}
