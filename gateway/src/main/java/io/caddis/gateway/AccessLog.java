// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.javalin.http.Context;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line of JSON for each request; what clients sent is quoted as JSON quotes, and cut. */
final class AccessLog {
  private static final Logger LOG = LoggerFactory.getLogger("access");
  private static final int LONGEST = 200;

  private final InstantSource clock;

  AccessLog(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Writes a line.
   *
   * @param client name of the token, null when the request did not get so far
   */
  void write(Context context, @Nullable String client, float millis) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", clock.instant().toString());
    line.put("method", context.method().name());
    line.put("path", cut(context.path()));
    line.put("status", context.statusCode());
    line.put("millis", Math.round(millis * 1000) / 1000.0);
    line.put("request_bytes", context.req().getContentLengthLong());
    line.put("model", context.res().getHeader("X-Model"));
    line.put("remote", context.ip());
    line.put("client", client == null ? "-" : client);
    line.put("agent", cut(context.userAgent()));
    LOG.info("{}", Json.text(line));
  }

  private static @Nullable String cut(@Nullable String text) {
    return text == null || text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }
}
