// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** {@code /health} and {@code /healthz}: 200 while all checks pass, else 503. */
final class HealthRoutes implements Routes {
  private final long startedNanos = System.nanoTime();
  private final BooleanSupplier modelLoaded;
  private final List<HealthCheck> checks;

  /**
   * @param modelLoaded whether the default model can score, which need not be so: a gateway without
   *     a model waits to be told to train one
   */
  HealthRoutes(BooleanSupplier modelLoaded, List<HealthCheck> checks) {
    this.modelLoaded = modelLoaded;
    this.checks = List.copyOf(checks);
  }

  record Health(
      String status, double uptimeSeconds, boolean modelLoaded, Map<String, Boolean> checks) {}

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/health", this::health, Role.OPEN);
    routes.get("/healthz", this::health, Role.OPEN);
  }

  private void health(Context context) {
    Map<String, Boolean> results = new LinkedHashMap<>();
    checks.forEach(check -> results.put(check.name(), check.passes().getAsBoolean()));
    boolean healthy = !results.containsValue(false);
    double uptime = Duration.ofNanos(System.nanoTime() - startedNanos).toMillis() / 1000.0;
    context.status(healthy ? 200 : 503);
    Json.write(
        context,
        new Health(healthy ? "healthy" : "unhealthy", uptime, modelLoaded.getAsBoolean(), results));
  }
}
