// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.dashboard;

import io.caddis.detectors.model.ModelCodec;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The pages at {@code /dashboard}: files of ours, which ask nobody but this gateway. */
public final class DashboardRoutes implements Routes {
  /** Nothing inline, nothing from elsewhere. */
  private static final String CONTENT_SECURITY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  /** What can be asked for. Nothing else can. */
  private static final List<String> ASSETS =
      List.of(
          "alerts.js",
          "api.js",
          "app.js",
          "charts.js",
          "dashboard.css",
          "icon.svg",
          "lanes.js",
          "models.js",
          "overview.js",
          "parts.js",
          "preact.js",
          "quality.js",
          "sensor.js",
          "surface.js",
          "try.js",
          "uplot.css",
          "uplot.js");

  private static final Map<String, String> TYPES =
      Map.of("js", "text/javascript", "css", "text/css", "svg", "image/svg+xml");

  private final Map<String, byte[]> files =
      ASSETS.stream().collect(Collectors.toMap(name -> name, DashboardRoutes::read));
  private final byte[] page = read("dashboard.html");

  private static byte[] read(String name) {
    try (InputStream in = DashboardRoutes.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " must be on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/dashboard", this::page, Role.OPEN);
    routes.get("/dashboard/{asset}", this::asset, Role.OPEN);
  }

  private void page(Context context) {
    context.header("Content-Security-Policy", CONTENT_SECURITY);
    context.contentType("text/html; charset=utf-8").result(page);
  }

  private void asset(Context context) {
    String name = context.pathParam("asset");
    byte[] file = files.get(name);
    if (file == null) {
      throw new ProblemException(404, "Not found", "there is no such file");
    }
    // Asked for again each time, but sent again only when it is another.
    String tag = '"' + ModelCodec.sha256(file).substring(0, 16) + '"';
    context.header("Cache-Control", "no-cache");
    context.header("ETag", tag);
    if (tag.equals(context.header("If-None-Match"))) {
      context.status(304);
      return;
    }
    context.contentType(TYPES.get(name.substring(name.lastIndexOf('.') + 1)) + "; charset=utf-8");
    context.result(file);
  }
}
