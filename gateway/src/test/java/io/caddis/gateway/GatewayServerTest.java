// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.sun.net.httpserver.HttpServer;
import io.caddis.gateway.access.Access;
import io.javalin.http.Handler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class GatewayServerTest {
  private static final String SLOW =
      "GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  private static final String OTHER =
      "POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 18\r\n\r\n"
          + "{\"data\": {\"a\": 1}}";

  @TempDir Path directory;

  @Test
  void answersThatItIsHealthy() {
    try (TestGateway gateway = new TestGateway(directory)) {
      TestGateway.Answer answer = gateway.get("/healthz");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body())
          .contains("\"status\":\"healthy\"", "\"uptime_seconds\":", "\"model_loaded\":false")
          .contains("\"checks\":{\"registry\":true,\"model\":true,\"store\":true}");
    }
  }

  @Test
  @Timeout(60)
  void aClusterThatDoesNotAnswerIsUnhealthy() throws IOException {
    HttpServer flink = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    flink.createContext("/overview", exchange -> exchange.sendResponseHeaders(200, -1));
    flink.start();
    URI address = URI.create("http://127.0.0.1:" + flink.getAddress().getPort());
    GatewayOptions options = new TestOptions(directory).flink(address).build();
    try (TestGateway gateway = new TestGateway(options)) {
      // The first request of this JVM to a cluster may take longer than it is waited for.
      while (gateway.get("/health").status() != 200) {
        TestGateway.pause();
      }
      assertThat(gateway.get("/health").body()).contains("\"healthy\"", "\"flink\":true");
    }
    flink.stop(0);
    try (TestGateway gateway = new TestGateway(options)) {
      TestGateway.Answer health = gateway.get("/health");
      assertThat(health.status()).isEqualTo(503);
      assertThat(health.body()).contains("\"unhealthy\"", "\"flink\":false");
    }
  }

  @Test
  void aDamagedModelIsUnhealthy() throws Exception {
    try (TestGateway gateway = new TestGateway(directory)) {
      String version =
          gateway.post("/train", "{\"transactions\": [[1], [2]]}").json().get("version").asString();
      Files.writeString(
          directory.resolve("anomaly_detector").resolve(version).resolve("model.cadm"), "?");
    }
    try (TestGateway gateway = new TestGateway(directory)) {
      TestGateway.Answer health = gateway.get("/health");

      assertThat(health.status()).isEqualTo(503);
      assertThat(health.body()).contains("\"unhealthy\"", "\"model\":false");
      assertThat(gateway.post("/predict", "{\"values\": [1]}").status()).isEqualTo(409);
    }
  }

  @Test
  void unknownPathsAndMethodsAreProblems() {
    try (TestGateway gateway = new TestGateway(directory)) {
      String request = "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

      assertThat(gateway.raw(request.formatted("GET /nothing")))
          .startsWith("HTTP/1.1 404")
          .contains("application/problem+json", "see /docs");
      assertThat(gateway.raw(request.formatted("HEAD /status"))).startsWith("HTTP/1.1 405");
      assertThat(gateway.raw(request.formatted("GET /predict")))
          .startsWith("HTTP/1.1 405")
          .contains("application/problem+json");
    }
  }

  @Test
  void aRequestUnderWayIsAnsweredBeforeTheStop() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    GatewayServer server = slow(Limits.DEFAULT, entered, release);
    TestGateway client = new TestGateway(server);
    CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> client.raw(SLOW));
    assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();

    int port = server.port();
    CompletableFuture<Void> stop = CompletableFuture.runAsync(server::close);
    while (isListening(port)) {
      Thread.sleep(10);
    }
    assertThat(stop).isNotDone();
    release.countDown();

    assertThat(answer.get(30, TimeUnit.SECONDS)).startsWith("HTTP/1.1 200").contains("done");
    stop.get(30, TimeUnit.SECONDS);
  }

  @Test
  void aClientThatLeavesBeforeTheAnswerDoesNotHoldUpTheStop() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    GatewayServer server = slow(Limits.DEFAULT, entered, release);
    try (Socket leaving = new Socket("127.0.0.1", server.port())) {
      leaving.setSoLinger(true, 0);
      leaving
          .getOutputStream()
          .write(
              SLOW.replace("GET", "POST")
                  .replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\n{}")
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();
    }
    release.countDown();

    assertThatCode(server::close).doesNotThrowAnyException();
  }

  private static boolean isListening(int port) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (SocketException refusedOrReset) {
      // A listener that closes resets what waits to be accepted; once closed it refuses.
      return false;
    }
  }

  @Test
  void moreRequestsThanThereIsRoomForAreToldToComeBack() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Limits one =
        new Limits(
            1000,
            1000,
            10,
            10,
            1 << 20,
            1,
            Duration.ZERO,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            100);
    try (GatewayServer server = slow(one, entered, release)) {
      TestGateway client = new TestGateway(server);
      CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> client.raw(SLOW));
      assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();

      assertThat(client.raw(SLOW)).startsWith("HTTP/1.1 503").contains("Retry-After: 1");

      release.countDown();
      assertThat(first.get(30, TimeUnit.SECONDS)).startsWith("HTTP/1.1 200");
    }
  }

  /** While others are served, which is when Jetty itself lets them wait. */
  @Test
  @Timeout(60)
  void aBodyThatDoesNotComeIsGivenUp() throws Exception {
    Limits impatient = TestOptions.impatient(100);
    try (TestGateway served =
            new TestGateway(
                new TestOptions(directory.resolve("models")).limits(impatient).build());
        Socket silent = new Socket("127.0.0.1", served.port())) {
      silent
          .getOutputStream()
          .write(
              "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"
                  .getBytes(StandardCharsets.US_ASCII));
      CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> readAll(silent));
      while (!answer.isDone()) {
        // Each by a connection of its own: one that is kept is given up, too, and perhaps just now.
        served.raw(OTHER);
        TestGateway.pause();
      }

      assertThat(new String(answer.get(), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 400");
    }
  }

  /** However much comes for other requests. */
  @Test
  @Timeout(60)
  void aBodyThatComesByteByByteIsGivenUp() throws Exception {
    try (TestGateway served = new TestGateway(directory);
        Socket slow = new Socket("127.0.0.1", served.port())) {
      served.post("/predict", "{\"data\": {\"a\": 1}}" + " ".repeat(60_000));
      slow.getOutputStream()
          .write(
              "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> readAll(slow));
      while (true) {
        try {
          assertThat(new String(answer.get(50, TimeUnit.MILLISECONDS), StandardCharsets.UTF_8))
              .startsWith("HTTP/1.1 400");
          return;
        } catch (TimeoutException e) {
          drip(slow);
        }
      }
    }
  }

  private static void drip(Socket socket) throws IOException {
    try {
      socket.getOutputStream().write(' ');
    } catch (SocketException givenUp) {
      // The answer is there, or on its way.
    }
  }

  /** What comes until the end, or until a reset by a server that has not read all. */
  private static byte[] readAll(Socket socket) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(all);
    } catch (IOException reset) {
      // What came before it counts.
    }
    return all.toByteArray();
  }

  private GatewayServer slow(Limits limits, CountDownLatch entered, CountDownLatch release) {
    GatewayOptions options = new TestOptions(directory).limits(limits).build();
    return GatewayServer.start(
        options,
        new Access(null, true),
        new Metrics(),
        Clock.systemUTC(),
        List.of(
            routes -> {
              Handler handler =
                  context -> {
                    entered.countDown();
                    release.await();
                    context.result("done");
                  };
              routes.get("/slow", handler, Role.SCORE);
              routes.post("/slow", handler, Role.SCORE);
            }));
  }

  @Test
  void modelsAreWhereTheEnvironmentSays() {
    assertThat(ModelPlace.of(null, null, Map.of()))
        .isEqualTo(new ModelPlace(Path.of("models"), "anomaly_detector"));
    assertThat(ModelPlace.of(null, null, Map.of("LF_DATA_DIR", "/data")))
        .isEqualTo(new ModelPlace(Path.of("/data/models/anomaly"), "anomaly_detector"));
    assertThat(ModelPlace.of(null, null, Map.of("MODEL_PATH", "/app/models/pump.joblib")))
        .isEqualTo(new ModelPlace(Path.of("/app/models"), "pump"));
    assertThat(
            ModelPlace.of(
                Path.of("r"), "m", Map.of("LF_DATA_DIR", "/d", "MODEL_PATH", "/app/pump.joblib")))
        .isEqualTo(new ModelPlace(Path.of("r"), "m"));
  }
}
