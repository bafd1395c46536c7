// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.caddis.gateway.access.Access;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.router.Endpoint;
import io.javalin.security.Roles;
import io.javalin.security.RouteRole;
import io.javalin.util.JavalinBindException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server around groups of routes. Stops gracefully: requests under way are answered. */
public final class GatewayServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** For what Jetty does beside requests. */
  private static final int OTHER_THREADS = 32;

  /** How long browsers that have come by TLS keep to it: a year. */
  private static final long STRICT_TRANSPORT_SECONDS = 365 * 24 * 3600;

  private static final String CONTENT_SECURITY =
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  private final GatewayOptions options;
  private final Access access;
  private final Metrics metrics;
  private final AccessLog log;
  private final Admission admission;
  private final SslContextFactory.@Nullable Server tls;
  private final Javalin server;
  private volatile Runnable beforeStop = () -> {};
  private volatile Runnable afterStop = () -> {};

  private GatewayServer(
      GatewayOptions options,
      Access access,
      Metrics metrics,
      InstantSource clock,
      List<Routes> groups) {
    this.options = options;
    this.access = access;
    this.metrics = metrics;
    this.log = new AccessLog(clock);
    this.admission = new Admission(options.limits());
    this.tls = options.tls() == null ? null : options.tls().server();
    this.server = Javalin.create(config -> configure(config, groups));
  }

  /**
   * Starts to listen.
   *
   * @throws IllegalArgumentException when that is not possible at this host and port
   */
  static GatewayServer start(
      GatewayOptions options,
      Access access,
      Metrics metrics,
      InstantSource clock,
      List<Routes> groups) {
    GatewayServer gateway = new GatewayServer(options, access, metrics, clock, groups);
    try {
      gateway.server.start();
    } catch (JavalinBindException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new IllegalArgumentException(
          "--port must be free on --host, was %d on %s: %s. Choose another, or end what listens there"
              .formatted(options.port(), options.host(), cause.getMessage()));
    }
    metrics.gauge("connections", "Connections open", gateway::connections);
    return gateway;
  }

  private void configure(JavalinConfig config, List<Routes> groups) {
    config.startup.showJavalinBanner = false;
    config.startup.startupWatcherEnabled = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.prefer405over404 = true;
    config.http.maxRequestSize = options.limits().bodyBytes() + 1L;
    // One for each connection: clients that do not read their answers take none from the others.
    QueuedThreadPool threads = new QueuedThreadPool(options.limits().connections() + OTHER_THREADS);
    threads.setName("http");
    config.jetty.threadPool = threads;
    config.jetty.addConnector(this::connector);
    config.jetty.modifyServer(this::guard);
    config.router.handlerWrapper(
        endpoint ->
            endpoint.method.isHttpMethod()
                ? context -> handle(endpoint, context)
                : endpoint.handler);
    config.requestLogger.http(this::logged);
    config.routes.before(GatewayServer::secure);
    config.routes.exception(ProblemException.class, (e, context) -> Json.write(context, e));
    config.routes.exception(
        HttpResponseException.class,
        (e, context) ->
            Json.write(context, new ProblemException(e.getStatus(), title(e), detail(e))));
    config.routes.exception(
        UncheckedIOException.class, (e, context) -> failed(context, 503, "Storage failed", e));
    config.routes.exception(
        Exception.class, (e, context) -> failed(context, 500, "Internal error", e));
    groups.forEach(group -> group.register(config.routes));
  }

  /**
   * Does not wait for idle connections to be closed by their clients, which sometimes takes until
   * the stop is given up. That requests under way are answered is seen to by the handler.
   */
  private static final class PromptConnector extends ServerConnector {
    private PromptConnector(Server jetty, ConnectionFactory... protocols) {
      super(jetty, protocols);
    }

    @Override
    public CompletableFuture<Void> shutdown() {
      super.shutdown();
      return CompletableFuture.completedFuture(null);
    }
  }

  private Connector connector(Server jetty, HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(16 << 10);
    // The router fails at them instead of refusing them.
    http.setUriCompliance(
        http.getUriCompliance().without("no %u", UriCompliance.Violation.UTF16_ENCODINGS));
    ServerConnector connector;
    if (tls == null) {
      connector = new PromptConnector(jetty, new HttpConnectionFactory(http));
    } else {
      // A browser would keep to TLS for all ports of this machine's own name.
      long strict = Access.isLoopback(options.host()) ? -1 : STRICT_TRANSPORT_SECONDS;
      http.addCustomizer(new SecureRequestCustomizer(false, false, strict, false));
      connector =
          new PromptConnector(
              jetty,
              new SslConnectionFactory(tls, HttpVersion.HTTP_1_1.asString()),
              new HttpConnectionFactory(http));
    }
    connector.setHost(options.host());
    connector.setPort(options.port());
    connector.setIdleTimeout(options.limits().idle().toMillis());
    return connector;
  }

  /**
   * The beginning of a body is waited for without a thread: slow clients take none from the others.
   * Not more than that, because nobody has asked yet who sends it.
   */
  private void guard(Server jetty) {
    EagerContentHandler whole = new EagerContentHandler(new EagerBodies(Admission.SMALL_BYTES));
    jetty.setHandler(new GracefulHandler(new SlowBodies(whole)));
    jetty.setStopTimeout(GRACE.toMillis());
    jetty.setErrorHandler(new ProblemErrors());
    jetty.addBean(new NetworkConnectionLimit(options.limits().connections(), jetty));
  }

  /** Whoever may pass, and when there is room. */
  private void handle(Endpoint endpoint, Context context) throws Exception {
    Role role = role(endpoint);
    context.attribute(Client.ATTRIBUTE, access.check(context, role));
    switch (role) {
      case OPEN -> endpoint.handler.handle(context);
      case READ -> admission.look(context, endpoint.handler);
      case SCORE, ADMIN -> admission.work(context, endpoint.handler);
    }
  }

  /** A route that asks for no role is for admins: forgetting it opens nothing. */
  private static Role role(Endpoint endpoint) {
    Roles roles = endpoint.metadata(Roles.class);
    if (roles != null) {
      for (RouteRole role : roles.getRoles()) {
        return (Role) role;
      }
    }
    return Role.ADMIN;
  }

  private static void secure(Context context) {
    // The router would answer 200 for any path that has a GET, whoever asks and whatever it says.
    if (context.method().equals(HandlerType.HEAD)) {
      throw new MethodNotAllowedResponse();
    }
    context.header("X-Content-Type-Options", "nosniff");
    context.header("X-Frame-Options", "DENY");
    context.header("Referrer-Policy", "no-referrer");
    context.header("Cross-Origin-Resource-Policy", "same-origin");
    context.header("Content-Security-Policy", CONTENT_SECURITY);
    context.header("Cache-Control", "no-store");
  }

  private static void failed(Context context, int status, String title, Exception cause) {
    LOG.error("{} {} failed", context.method().name(), context.path(), cause);
    Json.write(context, new ProblemException(status, title, "the cause is in the gateway's log"));
  }

  private void logged(Context context, Float millis) {
    Endpoint last = context.endpoints().lastHttpEndpoint();
    String route = last == null ? "none" : last.path;
    String method = last == null ? "any" : last.method.name();
    metrics.request(method, route, context.statusCode(), millis / 1000.0);
    log.write(context, context.attribute(Client.ATTRIBUTE), millis);
  }

  private static String title(HttpResponseException e) {
    return HttpStatus.forStatus(e.getStatus()).getMessage();
  }

  private static String detail(HttpResponseException e) {
    @Nullable String message = e.getMessage();
    return switch (e.getStatus()) {
      case 404 -> "there is no such path: see /docs";
      case 405 -> "this path has other methods: see /docs";
      default -> message == null ? "" : message;
    };
  }

  /** Every method and path that is served, as in {@code POST /predict}. */
  List<String> routes() {
    return server.unsafe.internalRouter.allHttpHandlers().stream()
        .map(parsed -> parsed.endpoint)
        .filter(endpoint -> endpoint.method.isHttpMethod())
        .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
        .toList();
  }

  /** Has something ended before the server stops, such as answers without end. */
  void beforeStop(Runnable action) {
    beforeStop = action;
  }

  /** Has something ended when no request is under way any more, such as what requests need. */
  void afterStop(Runnable action) {
    afterStop = action;
  }

  private int connections() {
    int open = 0;
    for (Connector connector : server.jettyServer().server().getConnectors()) {
      open += connector.getConnectedEndPoints().size();
    }
    return open;
  }

  /** The port that it listens on. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    try {
      beforeStop.run();
    } finally {
      try {
        server.stop();
      } finally {
        afterStop.run();
      }
    }
  }
}
