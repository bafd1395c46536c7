// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlinkRestTest {
  private static final String ELECTION =
      "{\"errors\":[\"Service temporarily unavailable due to an ongoing leader election.\"]}";

  private final List<HttpServer> servers = new ArrayList<>();
  private final List<URI> asked = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  @Test
  void jobManagerThatDoesNotFindTheDispatcherIsPassedOver() throws IOException {
    URI leaderless = jobManager(503, ELECTION);
    URI leads = jobManager(200, "{\"taskmanagers\":[{\"id\":\"taskmanager-1\"}]}");

    assertThat(new FlinkRest(() -> List.of(leaderless, leads)).taskManagers())
        .containsExactly("taskmanager-1");
    assertThat(new FlinkRest(() -> List.of(leaderless, leads)).answers()).isTrue();
    assertThat(new FlinkRest(() -> List.of(leaderless)).answers()).isFalse();
  }

  @Test
  void jobManagerThatHasAnsweredIsAskedFirstAsLongAsItIsThere() throws IOException {
    URI leaderless = jobManager(503, ELECTION);
    URI leads = jobManager(200, "{\"jobs\":[]}");
    List<URI> alive = new ArrayList<>(List.of(leaderless, leads));
    FlinkRest rest = new FlinkRest(() -> alive);

    rest.jobs();
    rest.jobs();
    assertThat(asked).containsExactly(leaderless, leads, leads);

    alive.remove(leads);
    assertThatThrownBy(rest::jobs).isInstanceOf(ClusterException.class);
    assertThat(asked).endsWith(leads, leaderless);
  }

  @Test
  void jobManagerThatDoesNotListenIsPassedOver() throws IOException {
    URI gone = URI.create("http://localhost:" + Ports.free(1).get(0));
    URI leads = jobManager(200, "{\"jobs\":[]}");

    assertThat(new FlinkRest(() -> List.of(gone, leads)).jobs()).isEmpty();
  }

  @Test
  void jobManagerThatDoesNotFindTheResourceManagerIsPassedOver() throws IOException {
    URI leaderless =
        jobManager(404, "{\"errors\":[\"Cannot connect to ResourceManager right now.\"]}");
    URI leads = jobManager(200, "{\"taskmanagers\":[{\"id\":\"taskmanager-1\"}]}");

    assertThat(new FlinkRest(() -> List.of(leaderless, leads)).taskManagers())
        .containsExactly("taskmanager-1");
    assertThat(new FlinkRest(() -> List.of(leaderless)).answers()).isFalse();
  }

  @Test
  void whenNoneAnswersTheFailureNamesEach() throws IOException {
    URI first = jobManager(503, ELECTION);
    URI second = jobManager(500, "broken");

    assertThatThrownBy(() -> new FlinkRest(() -> List.of(first, second)).get("/overview"))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("GET " + first.resolve("/overview") + " failed: HTTP 503")
        .hasMessageContaining("GET " + second.resolve("/overview") + " failed: HTTP 500: broken");
  }

  @Test
  void theOnlyJobManagerIsAskedASecondTimeWhenItTakesTooLong() throws Exception {
    CountDownLatch again = new CountDownLatch(1);
    ExecutorService requests = Executors.newCachedThreadPool();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(requests);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI());
          try (exchange) {
            if (asked.size() == 1) {
              again.await();
            }
            again.countDown();
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    servers.add(server);
    URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());

    FlinkRest rest = new FlinkRest(() -> List.of(base), Duration.ofSeconds(2), 2);
    assertThat(rest.get("/overview").isObject()).isTrue();
    assertThat(asked).hasSize(2);
    requests.shutdownNow();
  }

  private URI jobManager(int status, String answer) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    server.createContext(
        "/",
        exchange -> {
          asked.add(base);
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          try (exchange;
              var out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    servers.add(server);
    return base;
  }
}
