// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.alerts;

import io.caddis.gateway.ProblemException;
import io.caddis.gateway.ProblemException.Field;
import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.caddis.gateway.contract.Fields;
import io.caddis.gateway.contract.Requests;
import io.caddis.gateway.feed.LiveClient;
import io.caddis.gateway.feed.LiveStream;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /api/live}: alerts and scores as server-sent events, to whoever asks for them, with or
 * without the header that browsers send.
 */
final class LiveRoutes implements Routes {
  private static final Logger LOG = LoggerFactory.getLogger(LiveRoutes.class);

  private final LiveStream live;
  private final Requests requests;

  LiveRoutes(LiveStream live, Requests requests) {
    this.live = live;
    this.requests = requests;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/api/live", this::watch, Role.READ);
  }

  private void watch(Context context) {
    Fields query = Fields.ofQuery(requests.query(context));
    String kinds = query.text("events", "alert,score");
    LiveClient client =
        live.connect(Set.of(kinds.split(",")), query.text("sensor"), lastSeen(context))
            .orElseThrow(
                () -> {
                  context.header("Retry-After", "10");
                  return new ProblemException(503, "Overloaded", "too many watch already");
                });
    HttpServletResponse response = context.res();
    response.setContentType("text/event-stream");
    response.setCharacterEncoding("UTF-8");
    response.setHeader("X-Accel-Buffering", "no");
    context.async(
        () -> {
          try {
            client.writeTo(response.getOutputStream());
          } catch (IOException e) {
            LOG.debug("Somebody who watched went away", e);
          } finally {
            live.disconnect(client);
          }
        });
  }

  private static @Nullable Long lastSeen(Context context) {
    String text = context.header("Last-Event-ID");
    if (text == null || text.isEmpty()) {
      return null;
    }
    if (!text.matches("[0-9]{1,18}")) {
      throw Requests.invalid(
          List.of(new Field("Last-Event-ID", "must be the id of an event, was something else")));
    }
    return Long.parseLong(text);
  }
}
