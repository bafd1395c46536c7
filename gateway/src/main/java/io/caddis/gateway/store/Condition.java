// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import io.caddis.detectors.event.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The WHERE clause of a query, and the values to bind. */
record Condition(String sql, List<Object> values) {
  private static final String SILENCED =
      "EXISTS (SELECT 1 FROM silences s WHERE s.until_ms > ?"
          + " AND a.sensor LIKE s.sensor_like ESCAPE '!')";

  /**
   * @param now when silences must still be in force, epoch milliseconds
   */
  static Condition of(AlertQuery query, long now) {
    List<String> terms = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    if (query.from() != null) {
      terms.add("a.start_ms >= ?");
      values.add(query.from());
    }
    if (query.to() != null) {
      terms.add("a.start_ms < ?");
      values.add(query.to());
    }
    if (query.severities().size() < Severity.values().length) {
      // At least one, so that the list is never empty.
      terms.add(
          query.severities().stream()
              .map(severity -> ", " + severity.ordinal())
              .sorted()
              .collect(Collectors.joining("", "a.severity IN (-1", ")")));
    }
    if (query.sensor() != null) {
      boolean exact = query.sensor().indexOf('*') < 0;
      terms.add(exact ? "a.sensor = ?" : "a.sensor LIKE ? ESCAPE '!'");
      values.add(exact ? query.sensor() : like(query.sensor()));
    }
    if (query.group() != null) {
      terms.add("a.sensor_group = ?");
      values.add(query.group());
    }
    if (query.state() != null) {
      // Not bound: databases must know the state to choose an index of one state.
      terms.add("a.state = '" + query.state().word() + "'");
    }
    if (query.acknowledged() != null) {
      terms.add("a.acknowledged_ms IS " + (query.acknowledged() ? "NOT NULL" : "NULL"));
    }
    if (query.silenced() != null) {
      terms.add((query.silenced() ? "" : "NOT ") + SILENCED);
      values.add(now);
    }
    if (query.label() != null) {
      terms.add("a.label = ?");
      values.add(query.label().name().toLowerCase(Locale.ROOT));
    }
    if (query.labelled() != null) {
      terms.add("a.label IS " + (query.labelled() ? "NOT NULL" : "NULL"));
    }
    return new Condition(
        terms.isEmpty() ? "" : " WHERE " + String.join(" AND ", terms), List.copyOf(values));
  }

  /** The pattern of LIKE, escaped by exclamation marks, in which a star stands for anything. */
  static String like(String pattern) {
    return pattern.replace("!", "!!").replace("%", "!%").replace("_", "!_").replace('*', '%');
  }
}
