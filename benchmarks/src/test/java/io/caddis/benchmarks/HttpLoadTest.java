// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpLoadTest {
  private final ConcurrentHashMap<String, AtomicInteger> bodies = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    answer("/whole", 200, 5);
    answer("/chunks", 200, 0);
    answer("/broken", 500, 5);
    server.start();
  }

  /** Zero stands for a length that is not known. */
  private void answer(String path, int status, int length) {
    server.createContext(
        path,
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes());
          bodies.computeIfAbsent(body, unused -> new AtomicInteger()).incrementAndGet();
          exchange.sendResponseHeaders(status, length);
          exchange.getResponseBody().write("12345".getBytes());
          exchange.close();
        });
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void eachClientSendsAtLeastOneRequestAndReadsItsAnswer() throws IOException {
    for (String path : List.of("/whole", "/chunks")) {
      bodies.clear();
      HttpLoad.Result result =
          HttpLoad.run(
              server.getAddress().getPort(),
              List.of(HttpLoad.post(path, "{}"), HttpLoad.post(path, "[ä]")),
              2,
              0);

      assertThat(bodies).containsOnlyKeys("{}", "[ä]");
      assertThat(bodies.values()).allMatch(count -> count.get() == 1);
      assertThat(result.perSecond()).isPositive();
      assertThat(result.p99Millis()).isGreaterThanOrEqualTo(result.medianMillis()).isPositive();
    }
  }

  @Test
  void anAnswerThatIsNoneFailsTheRun() {
    List<byte[]> requests = List.of(HttpLoad.post("/broken", "{}"));

    assertThatThrownBy(() -> HttpLoad.run(server.getAddress().getPort(), requests, 1, 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("status must be 200, was 'HTTP/1.1 500");
  }
}
