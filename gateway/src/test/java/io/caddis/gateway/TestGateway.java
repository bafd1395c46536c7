// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.caddis.gateway.alerts.AlertOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway on a free port and a client of it, which holds every answer against the contract. */
final class TestGateway implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final GatewayServer server;
  private final Set<String> asked = new ConcurrentSkipListSet<>();

  TestGateway(Path registry) {
    this(options(registry));
  }

  TestGateway(GatewayOptions options) {
    this(options, Clock.systemUTC());
  }

  TestGateway(GatewayOptions options, Clock clock) {
    this(options, alerts(null, null), clock);
  }

  TestGateway(GatewayOptions options, AlertOptions alerts) {
    this(options, alerts, Clock.systemUTC());
  }

  TestGateway(GatewayOptions options, AlertOptions alerts, Clock clock) {
    server = Gateway.start(options, alerts, clock);
  }

  /** A client of a server that is there. */
  TestGateway(GatewayServer server) {
    this.server = server;
  }

  /** On this machine, without tokens, with the defaults for all else. */
  static GatewayOptions options(Path registry) {
    return new TestOptions(registry).model("anomaly_detector").build();
  }

  /** A feed, with the defaults for all else. */
  static AlertOptions alerts(@Nullable Path feed, @Nullable String store) {
    return new AlertOptions(
        feed,
        null,
        store,
        null,
        null,
        Duration.ofDays(90),
        100_000,
        List.of(),
        Duration.ofDays(1),
        "");
  }

  /** An answer. */
  record Answer(int status, String body, HttpResponse<String> response) {
    JsonNode json() {
      return JsonMapper.shared().readTree(body);
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    /** What is wrong, pointer and detail, as text. */
    String errors() {
      return json().path("errors").toString();
    }
  }

  Answer get(String path) {
    return send("GET", path, HttpRequest.BodyPublishers.noBody());
  }

  /** Waits until the feed has read so many lines. */
  void awaitLines(int lines) {
    while (lines() < lines) {
      pause();
    }
  }

  /** How many lines the feed has read. */
  int lines() {
    return get("/api/feed").json().path("lines").asInt();
  }

  /** Between two looks, or what is waited for gets no processor: both ends of them are here. */
  static void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
  }

  Answer delete(String path) {
    return send("DELETE", path, HttpRequest.BodyPublishers.noBody());
  }

  Answer post(String path, String body, String... headers) {
    return send("POST", path, HttpRequest.BodyPublishers.ofString(body), headers);
  }

  Answer post(String path, byte[] body) {
    return send("POST", path, HttpRequest.BodyPublishers.ofByteArray(body));
  }

  Answer send(String method, String path, HttpRequest.BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .method(method, body)
            .header("Content-Type", "application/json");
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> response =
          CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
      String operation = ContractCheck.operation(method, path);
      asked.add(operation);
      ContractCheck.check(
          operation,
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          response.body());
      return new Answer(response.statusCode(), response.body(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The operations that have been asked for. */
  Set<String> asked() {
    return asked;
  }

  /** The operations that are served. */
  List<String> routes() {
    return server.routes();
  }

  /** Sends bytes as they are, and gives all that comes back. */
  String raw(String request) {
    return raw(request.getBytes(StandardCharsets.UTF_8));
  }

  String raw(byte[] request) {
    try (Socket socket = new Socket("127.0.0.1", port())) {
      socket.getOutputStream().write(request);
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
  }
}
