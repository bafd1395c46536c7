// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.TestGateway.Answer;
import io.caddis.gateway.access.TokenFile;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds for each route that the router has, so that a new one cannot escape: one that is not
 * named here must ask for {@code read} to look and for {@code admin} to change something.
 */
class EveryRouteTest {
  private static final Set<String> FOR_ANYBODY =
      Set.of(
          "GET /",
          "GET /health",
          "GET /healthz",
          "GET /docs",
          "GET /docs/{asset}",
          "GET /redoc",
          "GET /openapi.json",
          "GET /openapi.yaml",
          "GET /dashboard",
          "GET /dashboard/{asset}");

  private static final Set<String> FOR_SCORING =
      Set.of(
          "POST /predict",
          "POST /predict/batch",
          "POST /prediction",
          "POST /v1/anomaly/score",
          "POST /v1/anomaly/detect",
          "GET /api/registry/{name}/surface",
          "GET /api/trials");

  /** What no route knows: whoever is let in is told so, and nothing is done. */
  private static final String BODY = "{\"no_such_field\": 1}";

  @TempDir static Path directory;

  private static final Map<Role, String> TOKENS = new EnumMap<>(Role.class);
  private static final String LISTENER = "listener";
  private static final StringBuffer LOGGED = new StringBuffer();
  private static Level usual;
  private static TestGateway guarded;
  private static TestGateway local;

  @BeforeAll
  static void start() throws IOException {
    Path file = directory.resolve("tokens.json");
    for (Role role : List.of(Role.READ, Role.SCORE, Role.ADMIN)) {
      String name = role.name().toLowerCase(Locale.ROOT);
      TOKENS.put(role, new TokenFile(file).create(name, role, Instant.EPOCH));
    }
    listen();
    guarded = new TestGateway(new TestOptions(directory.resolve("guarded")).tokens(file).build());
    local = new TestGateway(directory.resolve("local"));
  }

  private static void listen() {
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    LoggerConfig root = context.getConfiguration().getRootLogger();
    usual = root.getLevel();
    AbstractAppender appender =
        new AbstractAppender(LISTENER, null, null, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            LOGGED.append(event.getMessage().getFormattedMessage()).append(event.getThrown());
          }
        };
    appender.start();
    root.addAppender(appender, null, null);
    root.setLevel(Level.INFO);
    context.updateLoggers();
  }

  @AfterAll
  static void stop() {
    guarded.close();
    local.close();
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    context.getConfiguration().getRootLogger().removeAppender(LISTENER);
    context.getConfiguration().getRootLogger().setLevel(usual);
    context.updateLoggers();
    assertThat(LOGGED).contains("\"client\":\"admin\"");
    assertThat(TOKENS.values()).noneMatch(token -> LOGGED.indexOf(token) >= 0);
  }

  static Stream<String> routes() {
    return guarded.routes().stream();
  }

  private static Role asked(String route) {
    if (FOR_ANYBODY.contains(route)) {
      return Role.OPEN;
    }
    if (FOR_SCORING.contains(route)) {
      return Role.SCORE;
    }
    return route.startsWith("GET ") ? Role.READ : Role.ADMIN;
  }

  private static String method(String route) {
    return route.substring(0, route.indexOf(' '));
  }

  private static String path(String route) {
    return route.substring(route.indexOf(' ') + 1).replaceAll("\\{[a-z]+}", "none");
  }

  private static Answer send(TestGateway gateway, String route, String... headers) {
    return gateway.send(
        method(route),
        path(route) + "?no_such_parameter=1",
        BodyPublishers.ofString(BODY),
        headers);
  }

  @ParameterizedTest
  @MethodSource("routes")
  void isForThoseOfItsRoleOnly(String route) {
    Role asked = asked(route);
    for (String[] none : new String[][] {{}, {"Authorization", "Bearer caddis_wrong"}}) {
      int status = send(guarded, route, none).status();
      assertThat(status == 401)
          .as("%s without a token: %d", route, status)
          .isEqualTo(asked != Role.OPEN);
    }
    TOKENS.forEach(
        (role, token) -> {
          int status = send(guarded, route, "Authorization", "Bearer " + token).status();
          if (role.compareTo(asked) < 0) {
            assertThat(status).as("%s as %s", route, role).isEqualTo(403);
          } else {
            assertThat(status).as("%s as %s", route, role).isNotIn(401, 403).isLessThan(500);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("routes")
  void isForNoPageOfAnotherSite(String route) {
    assertThat(send(local, route, "Origin", "http://evil.example").status()).isEqualTo(403);
    assertThat(send(local, route, "Origin", "null").status()).isEqualTo(403);
    assertThat(send(local, route, "Sec-Fetch-Site", "cross-site").status()).isEqualTo(403);
    assertThat(raw(route, path(route), "rebound.example")).startsWith("HTTP/1.1 403");
    assertThat(send(local, route).header("Access-Control-Allow-Origin")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("routes")
  void makesNoHeaderOfWhatIsSent(String route) {
    String injected = "%0d%0aX-Injected:%201";
    String answer =
        raw(route, path(route) + injected + "?model=" + injected + "&x" + injected, "localhost");

    assertThat(answer).startsWith("HTTP/1.1 4");
    assertThat(answer.substring(0, answer.indexOf("\r\n\r\n")).lines())
        .noneMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("x-injected"));
  }

  private static String raw(String route, String path, String host) {
    return local.raw(
        "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            .formatted(method(route), path, host));
  }
}
