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
 * @param sequence of the line among those of the episode, from 0
 * @param sensor whose readings they are
 * @param start event time of its first anomalous reading, epoch milliseconds
 * @param end event time of its last one so far
 * @param severity of its worst reading so far, for people
 * @param peakScore of its worst reading so far, 0 to 1
 */
record Episode(
    String id,
    int sequence,
    String sensor,
    long start,
    long end,
    String severity,
    double peakScore) {
  private static final JsonMapper JSON = new JsonMapper();

  /** Empty for a line that is not an alert. */
  static Optional<Episode> parse(String line) {
    try {
      JsonNode alert = JSON.readTree(line);
      if (!alert.path("alert_id").isString() || !alert.path("key").isString()) {
        return Optional.empty();
      }
      return Optional.of(
          new Episode(
              alert.path("alert_id").asString(),
              alert.path("sequence").asInt(),
              alert.path("key").asString(),
              millis(alert.path("start")),
              millis(alert.path("end")),
              alert.path("severity").asString(""),
              alert.path("peak_score").asDouble(0)));
    } catch (JacksonException | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static long millis(JsonNode time) {
    return Instant.parse(time.asString("")).toEpochMilli();
  }
}
