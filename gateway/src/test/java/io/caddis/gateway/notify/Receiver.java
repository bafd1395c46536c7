// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.notify;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A web server that keeps what it is sent. */
public final class Receiver implements AutoCloseable {
  private final HttpServer server;
  private final List<JsonNode> bodies = new CopyOnWriteArrayList<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final Semaphore accepted = new Semaphore(0);
  private volatile int status = 200;

  public Receiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          if (exchange.getRequestURI().getPath().equals("/hook") && status == 200) {
            authorizations.add(
                String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            bodies.add(JsonMapper.shared().readTree(new String(body, StandardCharsets.UTF_8)));
            accepted.release();
          } else if (!exchange.getRequestURI().getPath().equals("/hook")) {
            bodies.add(JsonMapper.shared().nullNode());
          }
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
  }

  public void answer(int newStatus) {
    status = newStatus;
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + port() + "/hook");
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** What was accepted; null for what came to another path. */
  public List<JsonNode> bodies() {
    return bodies;
  }

  /** Waits for one more message; false when none comes for a minute. */
  public boolean awaitBody() throws InterruptedException {
    return accepted.tryAcquire(1, TimeUnit.MINUTES);
  }

  List<String> authorizations() {
    return authorizations;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
