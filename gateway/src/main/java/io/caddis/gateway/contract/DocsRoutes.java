// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.contract;

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
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The document itself, Swagger UI at {@code /docs} and ReDoc at {@code /redoc}. All of it comes
 * from here: the pages ask nobody else.
 */
public final class DocsRoutes implements Routes {
  /** What can be asked for, and its type. Nothing else can. */
  private static final Map<String, String> ASSETS =
      Map.of(
          "swagger-ui.css", "text/css",
          "swagger-ui-bundle.js", "text/javascript",
          "swagger-page.js", "text/javascript",
          "redoc.standalone.js", "text/javascript",
          "redoc-page.js", "text/javascript");

  private final Contract contract;
  private final List<String> webjars = List.of(webjar("swagger-ui"), webjar("redoc"));

  public DocsRoutes(Contract contract) {
    this.contract = contract;
  }

  /** Where a library's files are in its jar, which depends on its version. */
  private static String webjar(String library) {
    String file = "/META-INF/maven/org.webjars/%s/pom.properties".formatted(library);
    Properties properties = new Properties();
    try (InputStream in = DocsRoutes.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(library + " must be on the class path");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "/META-INF/resources/webjars/%s/%s/"
        .formatted(library, properties.getProperty("version"));
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/docs", context -> page(context, "swagger-page.html"), Role.OPEN);
    routes.get("/docs/{asset}", this::asset, Role.OPEN);
    routes.get("/redoc", context -> page(context, "redoc-page.html"), Role.OPEN);
    routes.get(
        "/openapi.json",
        context -> context.contentType("application/json").result(contract.json()),
        Role.OPEN);
    routes.get(
        "/openapi.yaml",
        context -> context.contentType("application/yaml").result(contract.yaml()),
        Role.OPEN);
  }

  private static void page(Context context, String name) {
    InputStream page = DocsRoutes.class.getResourceAsStream(name);
    if (page == null) {
      throw new IllegalStateException(name + " must be on the class path");
    }
    context.contentType("text/html; charset=utf-8").result(page);
  }

  private void asset(Context context) {
    String name = context.pathParam("asset");
    String type = ASSETS.get(name);
    InputStream asset = type == null ? null : resource(name);
    if (asset == null) {
      throw new ProblemException(404, "Not found", "there is no such file");
    }
    context.contentType(type + "; charset=utf-8").result(asset);
  }

  private @Nullable InputStream resource(String name) {
    InputStream found = DocsRoutes.class.getResourceAsStream(name);
    for (String webjar : webjars) {
      found = found == null ? DocsRoutes.class.getResourceAsStream(webjar + name) : found;
    }
    return found;
  }
}
