// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.dashboard;

import io.caddis.detectors.control.JobCommand;
import io.caddis.detectors.evaluation.DecisionSurface;
import io.caddis.detectors.model.ModelFormatException;
import io.caddis.detectors.registry.Aliases;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.gateway.Json;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.caddis.gateway.contract.Fields;
import io.caddis.gateway.control.RunningJob;
import io.caddis.gateway.feed.ResultJson;
import io.caddis.gateway.models.Serving;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The registry with its versions: look, compare, promote, roll back. The running job, if there is
 * one, is told of each new champion.
 */
public final class RegistryRoutes implements Routes {
  /** Versions told of a model; the newest. */
  private static final int MOST_VERSIONS = 50;

  private static final int MOST_CHANGES = 20;
  private static final int SURFACE_CELLS = 48;

  private final ModelRegistry registry;
  private final Serving serving;

  public RegistryRoutes(ModelRegistry registry, Serving serving) {
    this.registry = registry;
    this.serving = serving;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/api/registry", this::list, Role.READ);
    routes.get("/api/registry/{name}", this::show, Role.READ);
    routes.get("/api/registry/{name}/surface", this::surface, Role.SCORE);
    routes.post("/api/registry/{name}/promote", this::promote, Role.ADMIN);
    routes.post("/api/registry/{name}/rollback", this::rollback, Role.ADMIN);
  }

  /** Something that is asked of the registry. */
  private interface Question<T> {
    T ask() throws IOException;
  }

  private static <T> T ask(Question<T> question) {
    try {
      return question.ask();
    } catch (ModelFormatException e) {
      throw new ProblemException(409, "Damaged model", String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw new ProblemException(404, "Not found", String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      throw new ProblemException(409, "Not possible", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void list(Context context) {
    List<Map<String, @Nullable Object>> models = new ArrayList<>();
    for (String name : ask(registry::names)) {
      List<String> versions = ask(() -> registry.versions(name));
      Map<String, @Nullable Object> model = aliases(name);
      model.put("versions", versions.size());
      if (!versions.isEmpty()) {
        model.put("latest", versions.get(versions.size() - 1));
      }
      models.add(model);
    }
    Json.write(context, Map.of("models", models));
  }

  private Map<String, @Nullable Object> aliases(String name) {
    Aliases aliases = ask(() -> registry.aliases(name));
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("champion", aliases.champion());
    json.put("challenger", aliases.challenger());
    json.put("previous", aliases.previous());
    List<Aliases.Change> changes = aliases.changes();
    json.put(
        "changes",
        changes.subList(Math.max(0, changes.size() - MOST_CHANGES), changes.size()).stream()
            .map(
                change ->
                    Map.of(
                        "at", change.at().toString(),
                        "action", change.action(),
                        "version", change.version()))
            .toList());
    return json;
  }

  private void show(Context context) {
    Json.write(context, model(context.pathParam("name")));
  }

  private Map<String, @Nullable Object> model(String name) {
    List<String> versions = ask(() -> registry.versions(name));
    if (versions.isEmpty()) {
      throw new ProblemException(404, "Not found", "the registry has no such model");
    }
    Map<String, @Nullable Object> model = aliases(name);
    List<Map<String, @Nullable Object>> told = new ArrayList<>();
    for (int i = versions.size() - 1; i >= Math.max(0, versions.size() - MOST_VERSIONS); i--) {
      String version = versions.get(i);
      told.add(version(ask(() -> registry.metadata(name, version))));
    }
    model.put("total", versions.size());
    model.put("versions", told);
    RunningJob job = serving.job();
    if (job != null) {
      model.put("commands", commands(job, name));
    }
    return model;
  }

  /** What the job was told about a model, and what it said to that; the newest first. */
  private static List<Map<String, Object>> commands(RunningJob job, String name) {
    List<Map<String, Object>> commands = new ArrayList<>();
    for (RunningJob.Told told : job.told()) {
      JobCommand command = told.sent().command();
      if (command != null && name.equals(command.model())) {
        commands.add(0, told.fields());
      }
    }
    return commands.subList(0, Math.min(MOST_CHANGES, commands.size()));
  }

  private static Map<String, @Nullable Object> version(ModelMetadata metadata) {
    ModelMetadata.Training training = metadata.training();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("version", metadata.version());
    json.put("created_at", metadata.createdAt().toString());
    json.put("parent", metadata.parent());
    json.put("algorithm", metadata.algorithm());
    json.put("scaler", metadata.scaler());
    json.put("features", metadata.features());
    json.put("threshold", metadata.threshold());
    json.put("seed", metadata.seed());
    json.put("sampled_rows", metadata.sampledRows());
    json.put("sha256", metadata.sha256());
    json.put("bytes", metadata.bytes());
    json.put("data_source", training.dataSource());
    json.put("parameters", training.parameters());
    json.put("train_from", text(training.from()));
    json.put("train_to", text(training.to()));
    json.put("rows", training.rows());
    json.put("metrics", training.metrics());
    json.put("group", training.group());
    json.put("config_version", training.configVersion());
    return json;
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : ResultJson.time(instant.toEpochMilli());
  }

  private void promote(Context context) {
    String name = context.pathParam("name");
    ObjectNode request = serving.requests().body(context);
    String version = Fields.ofBody(request).text("version", "");
    crowned(context, name, request, ask(() -> registry.promote(name, version)));
  }

  private void rollback(Context context) {
    String name = context.pathParam("name");
    ObjectNode request = serving.requests().body(context);
    crowned(context, name, request, ask(() -> registry.rollback(name)));
  }

  /** The job takes the version that is the champion now: what it scored with before is its own. */
  private void crowned(Context context, String name, ObjectNode request, Aliases aliases) {
    RunningJob job = serving.jobFor(request);
    String champion = aliases.champion();
    if (job == null || champion == null) {
      Json.write(context, model(name));
      return;
    }
    String group = ask(() -> registry.metadata(name, champion)).training().group();
    RunningJob.Told told = job.promote(name, champion, group);
    Map<String, @Nullable Object> answer = model(name);
    answer.put("job", told.fields());
    Json.write(context, answer);
  }

  private void surface(Context context) {
    String name = context.pathParam("name");
    Fields query = Fields.ofQuery(serving.requests().query(context));
    String first = query.text("first", "");
    String second = query.text("second", "");
    DecisionSurface surface =
        ask(
            () ->
                DecisionSurface.of(
                    registry.load(name, query.text("version", "champion")).model(),
                    first,
                    second,
                    SURFACE_CELLS,
                    SURFACE_CELLS));
    Json.write(context, surface);
  }
}
