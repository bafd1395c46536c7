// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.control;

import io.caddis.gateway.Json;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.ProblemException.Field;
import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.caddis.gateway.contract.Requests;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/control}: commands to the running job. */
public final class ControlRoutes implements Routes {
  private final @Nullable RunningJob job;
  private final Requests requests;

  /**
   * @param job null when there is none
   */
  public ControlRoutes(@Nullable RunningJob job, Requests requests) {
    this.job = job;
    this.requests = requests;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.post("/api/control", this::send, Role.ADMIN);
    routes.get("/api/control", this::list, Role.READ);
    routes.get("/api/control/{id}", this::show, Role.READ);
  }

  private void send(Context context) {
    ObjectNode request = requests.body(context);
    try {
      RunningJob.Told told = job().send(request);
      context.status(told.fresh() ? 202 : 200);
      Json.write(context, told.fields());
    } catch (IllegalArgumentException e) {
      String detail = String.valueOf(e.getMessage());
      String key = detail.substring(0, Math.max(0, detail.indexOf(' ')));
      boolean named = request.has(key);
      throw Requests.invalid(
          List.of(
              named
                  ? new Field("/" + key, detail.substring(key.length() + 1))
                  : new Field("", "is no command: " + detail)));
    } catch (IllegalStateException e) {
      throw new ProblemException(409, "Another command", String.valueOf(e.getMessage()));
    }
  }

  private void list(Context context) {
    int limit = requests.query(context).path("limit").asInt(100);
    List<RunningJob.Told> told = job().told();
    List<Map<String, Object>> newest = new ArrayList<>();
    told.subList(Math.max(0, told.size() - limit), told.size())
        .forEach(one -> newest.add(one.fields()));
    Collections.reverse(newest);
    Json.write(context, Map.of("commands", newest, "total", told.size()));
  }

  private void show(Context context) {
    String id = context.pathParam("id");
    for (RunningJob.Told told : job().told()) {
      if (told.sent().id().equals(id)) {
        Json.write(context, told.fields());
        return;
      }
    }
    throw new ProblemException(404, "Not found", "there is no such command");
  }

  private RunningJob job() {
    if (job == null) {
      throw new ProblemException(
          409, "No job", "the gateway must be started with --control to reach a job");
    }
    return job;
  }
}
