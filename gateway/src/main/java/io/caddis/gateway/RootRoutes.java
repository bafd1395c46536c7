// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.caddis.gateway.contract.Contract;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code /}, what this is, and {@code /metrics}. */
final class RootRoutes implements Routes {
  private final Contract contract;
  private final Metrics metrics;

  RootRoutes(Contract contract, Metrics metrics) {
    this.contract = contract;
    this.metrics = metrics;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/", this::root, Role.OPEN);
    routes.get("/metrics", this::metrics, Role.READ);
  }

  private void root(Context context) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("name", "Caddis gateway");
    answer.put("message", "Streaming anomaly detection: see /docs");
    answer.put("version", Gateway.version());
    answer.put("docs", "/docs");
    answer.put("redoc", "/redoc");
    answer.put("openapi", "/openapi.json");
    answer.put("endpoints", contract.operations());
    Json.write(context, answer);
  }

  private void metrics(Context context) {
    context.contentType(PrometheusTextFormatWriter.CONTENT_TYPE).result(metrics.text());
  }
}
