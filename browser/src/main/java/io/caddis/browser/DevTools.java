// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.browser;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The DevTools protocol over one web socket. */
final class DevTools implements WebSocket.Listener {
  private static final long PATIENCE_SECONDS = 60;

  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final Map<String, Consumer<JsonNode>> listeners = new ConcurrentHashMap<>();
  private final AtomicInteger last = new AtomicInteger();
  private final StringBuilder text = new StringBuilder();
  private @Nullable WebSocket socket;

  static DevTools connect(String url) {
    DevTools tools = new DevTools();
    tools.socket =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create(url), tools).join();
    return tools;
  }

  /** Has events of a session told. */
  void listen(String session, Consumer<JsonNode> listener) {
    listeners.put(session, listener);
  }

  /** Calls a method and waits for its answer. */
  JsonNode call(@Nullable String session, String method, String parameters) {
    int id = last.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    String of = session == null ? "" : "\"sessionId\":\"%s\",".formatted(session);
    String message =
        "{\"id\":%d,%s\"method\":\"%s\",\"params\":%s}".formatted(id, of, method, parameters);
    synchronized (this) {
      if (socket != null) {
        socket.sendText(message, true).join();
      }
    }
    JsonNode found = answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    if (found.has("error")) {
      throw new IllegalStateException(method + ": " + found.get("error"));
    }
    return found.path("result");
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
    text.append(part);
    if (last) {
      JsonNode message = JsonMapper.shared().readTree(text.toString());
      text.setLength(0);
      CompletableFuture<JsonNode> answer = waiting.remove(message.path("id").asInt(0));
      if (answer != null) {
        answer.complete(message);
      } else {
        listeners.getOrDefault(message.path("sessionId").asString(""), any -> {}).accept(message);
      }
    }
    from.request(1);
    return null;
  }

  void close() {
    if (socket != null) {
      socket.abort();
    }
  }
}
