// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.HttpResponseException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server around groups of routes. Stops gracefully: requests under way are answered. */
public final class GatewayServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);

  private final Javalin server;

  private GatewayServer(Javalin server) {
    this.server = server;
  }

  /** Starts to listen. */
  static GatewayServer start(GatewayOptions options, List<Routes> groups) {
    Javalin server = Javalin.create(config -> configure(config, groups));
    server.start(options.host(), options.port());
    return new GatewayServer(server);
  }

  private static void configure(JavalinConfig config, List<Routes> groups) {
    config.startup.showJavalinBanner = false;
    config.startup.startupWatcherEnabled = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.prefer405over404 = true;
    config.routes.exception(ProblemException.class, (e, context) -> Json.write(context, e));
    config.routes.exception(
        HttpResponseException.class,
        (e, context) ->
            Json.write(
                context,
                new ProblemException(e.getStatus(), "Request refused", text(e.getMessage()))));
    config.routes.exception(
        Exception.class,
        (e, context) -> {
          LOG.error("{} {} failed", context.method(), context.path(), e);
          Json.write(
              context,
              new ProblemException(500, "Internal error", "the cause is in the gateway's log"));
        });
    groups.forEach(group -> group.register(config.routes));
  }

  private static String text(@org.jspecify.annotations.Nullable String message) {
    return message == null ? "" : message;
  }

  /** The port that it listens on. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
  }
}
