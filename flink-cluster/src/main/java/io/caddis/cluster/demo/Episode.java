// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one line of the alerts output says about an episode.
 *
 * @param id of the episode; its later lines have the same one
 * @param state OPENED, UPDATED or CLOSED
 * @param start event time of its first anomalous reading, epoch milliseconds
 * @param end event time of its last one so far
 */
record Episode(
    String id, String state, String key, long start, long end, String severity, double peakScore) {
  private static final JsonMapper JSON = new JsonMapper();

  /** Empty for a line that is not an alert. */
  static Optional<Episode> parse(String line) {
    try {
      JsonNode alert = JSON.readTree(line);
      if (!alert.path("id").isString() || !alert.path("key").isString() || !alert.has("start")) {
        return Optional.empty();
      }
      return Optional.of(
          new Episode(
              alert.path("id").asString(),
              alert.path("state").asString(""),
              alert.path("key").asString(),
              millis(alert.path("start")),
              millis(alert.path("end")),
              alert.path("severity").asString(""),
              alert.path("peakScore").asDouble(alert.path("score").asDouble(0))));
    } catch (JacksonException | DateTimeException e) {
      return Optional.empty();
    }
  }

  /** Event times are written as epoch milliseconds or in ISO-8601. */
  private static long millis(JsonNode time) {
    return time.isNumber() ? time.asLong() : Instant.parse(time.asString()).toEpochMilli();
  }
}
