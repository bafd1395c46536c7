// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import io.caddis.detectors.event.Severity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The newest scores, as many as the store keeps. Thread-safe. */
public final class ScoreWindow {
  private static final String COLUMNS =
      """
      SELECT feed_id, at_ms, sensor, score, threshold, anomaly, severity, model_version, event_id""";

  /** Without the lines, which may be long. */
  static final String SCORES = COLUMNS + ", NULL FROM scores";

  static final String SCORES_WITH_LINES = COLUMNS + ", body FROM scores";

  private final Database database;

  public ScoreWindow(Database database) {
    this.database = database;
  }

  /**
   * A score and its place in the feed.
   *
   * @param feedId rises in the order of storing
   */
  public record Entry(long feedId, ScoredReading reading) {}

  /** The number of the last thing that the feed stored, 0 at the beginning. */
  public long last() {
    return database.read(
        session -> session.number("SELECT value FROM counters WHERE name = 'feed'"));
  }

  /** The scores stored behind a number of the feed, the latest, oldest first. */
  public List<Entry> after(long feedId, int limit) {
    return reversed(
        database.read(
            session ->
                session.list(
                    SCORES + " WHERE feed_id > ? ORDER BY feed_id DESC LIMIT ?",
                    ScoreWindow::entry,
                    feedId,
                    limit)));
  }

  /** How many of the scores stored behind a number of the feed are still there. */
  public long countAfter(long feedId) {
    return database.read(
        session -> session.number("SELECT COUNT(*) FROM scores WHERE feed_id > ?", feedId));
  }

  /** The latest scores of a sensor, oldest first. */
  public List<Entry> of(String sensor, int limit) {
    return reversed(
        database.read(
            session ->
                session.list(
                    SCORES + " WHERE sensor = ? ORDER BY at_ms DESC, feed_id DESC LIMIT ?",
                    ScoreWindow::entry,
                    sensor,
                    limit)));
  }

  private static List<Entry> reversed(List<Entry> entries) {
    List<Entry> copy = new ArrayList<>(entries);
    Collections.reverse(copy);
    return copy;
  }

  static Entry entry(ResultSet row) throws SQLException {
    return new Entry(
        row.getLong(1),
        new ScoredReading(
            row.getLong(2),
            row.getString(3),
            number(row, 4),
            number(row, 5),
            row.getInt(6) == 1,
            Severity.values()[row.getInt(7)],
            row.getString(8),
            row.getString(9),
            row.getString(10)));
  }

  private static @Nullable Double number(ResultSet row, int column) throws SQLException {
    double value = row.getDouble(column);
    return row.wasNull() ? null : value;
  }
}
