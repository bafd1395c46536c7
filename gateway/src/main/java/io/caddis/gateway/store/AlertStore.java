// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import io.caddis.detectors.event.Severity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The episodes, and what people say about them: acknowledgements and labels. Thread-safe. */
public final class AlertStore {
  private static final String COLUMNS =
      """
      SELECT a.alert_id, a.feed_id, a.body, a.received_ms,
        a.acknowledged_ms, a.acknowledged_by, a.acknowledged_note,
        a.label, a.label_ms, a.label_by, a.label_note,
        (SELECT MAX(s.until_ms) FROM silences s WHERE s.until_ms > ?
          AND a.sensor LIKE s.sensor_like ESCAPE '!')
      FROM alerts a""";

  private final Database database;
  private final Clock clock;

  public AlertStore(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * A part of the alerts that a query asks for.
   *
   * @param alerts in the order asked for
   * @param counts of all that the query asks for, by severity; every severity is there
   */
  public record Page(List<StoredAlert> alerts, Map<Severity, Long> counts) {
    /** How many there are in all. */
    public long total() {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  public Page list(AlertQuery query) {
    long now = clock.millis();
    Condition condition = Condition.of(query, now);
    String order =
        query.newestFirst()
            ? " ORDER BY a.start_ms DESC, a.alert_id"
            : " ORDER BY a.severity DESC, a.peak_score DESC, a.start_ms DESC, a.alert_id";
    List<Object> values = new ArrayList<>();
    values.add(now);
    values.addAll(condition.values());
    values.add(query.limit());
    values.add(query.offset());
    return database.read(
        session -> {
          List<StoredAlert> alerts =
              session.list(
                  COLUMNS + condition.sql() + order + " LIMIT ? OFFSET ?",
                  AlertStore::alert,
                  values.toArray());
          return new Page(alerts, counts(session, condition));
        });
  }

  /** How many alerts a query asks for, by severity; every severity is there. */
  public Map<Severity, Long> counts(AlertQuery query) {
    Condition condition = Condition.of(query, clock.millis());
    return database.read(session -> counts(session, condition));
  }

  private static Map<Severity, Long> counts(Session session, Condition condition)
      throws SQLException {
    Map<Severity, Long> counts = new EnumMap<>(Severity.class);
    for (Severity severity : Severity.values()) {
      counts.put(severity, 0L);
    }
    session.list(
        countSql(condition),
        row -> counts.put(Severity.values()[row.getInt(1)], row.getLong(2)),
        condition.values().toArray());
    return counts;
  }

  static String countSql(Condition condition) {
    return "SELECT a.severity, COUNT(*) FROM alerts a" + condition.sql() + " GROUP BY a.severity";
  }

  public Optional<StoredAlert> find(String alertId) {
    return database.read(session -> find(session, alertId));
  }

  private Optional<StoredAlert> find(Session session, String alertId) throws SQLException {
    return session.first(
        COLUMNS + " WHERE a.alert_id = ?", AlertStore::alert, clock.millis(), alertId);
  }

  /** The alerts that changed behind a number of the feed, the latest changes, oldest first. */
  public List<StoredAlert> changedAfter(long feedId, int limit) {
    List<StoredAlert> alerts =
        new ArrayList<>(
            database.read(
                session ->
                    session.list(
                        COLUMNS + " WHERE a.feed_id > ? ORDER BY a.feed_id DESC LIMIT ?",
                        AlertStore::alert,
                        clock.millis(),
                        feedId,
                        limit)));
    Collections.reverse(alerts);
    return alerts;
  }

  /** How many alerts changed behind a number of the feed. */
  public long countChangedAfter(long feedId) {
    return database.read(
        session -> session.number("SELECT COUNT(*) FROM alerts WHERE feed_id > ?", feedId));
  }

  /** What was done to an alert, oldest first. */
  public List<Mark> history(String alertId) {
    return database.read(
        session ->
            session.list(
                """
                SELECT action, made_ms, made_by, note FROM actions
                WHERE alert_id = ? ORDER BY action_id""",
                row ->
                    new Mark(row.getString(1), row.getLong(2), row.getString(3), row.getString(4)),
                alertId));
  }

  /**
   * Notes that somebody looks after an alert, or takes that back.
   *
   * @return the alert as it is then, nothing when there is none of that name
   */
  public Optional<StoredAlert> acknowledge(
      String alertId, boolean acknowledged, String by, @Nullable String note) {
    long now = clock.millis();
    return act(
        alertId,
        new Mark(acknowledged ? "acknowledge" : "withdraw", now, by, note),
        "UPDATE alerts SET acknowledged_ms = ?, acknowledged_by = ?, acknowledged_note = ?"
            + " WHERE alert_id = ?",
        acknowledged ? now : null,
        acknowledged ? by : null,
        acknowledged ? note : null,
        alertId);
  }

  /**
   * Notes whether an alert was right.
   *
   * @param label null takes the judgement back
   * @return the alert as it is then, nothing when there is none of that name
   */
  public Optional<StoredAlert> label(
      String alertId, @Nullable Label label, String by, @Nullable String note) {
    long now = clock.millis();
    String name = label == null ? null : label.name().toLowerCase(Locale.ROOT);
    return act(
        alertId,
        new Mark(name == null ? "no_label" : name, now, by, note),
        "UPDATE alerts SET label = ?, label_ms = ?, label_by = ?, label_note = ?"
            + " WHERE alert_id = ?",
        name,
        name == null ? null : now,
        name == null ? null : by,
        name == null ? null : note,
        alertId);
  }

  private Optional<StoredAlert> act(
      String alertId, Mark mark, String sql, @Nullable Object... values) {
    return database.write(
        session -> {
          if (session.update(sql, values) == 0) {
            return Optional.empty();
          }
          note(session, alertId, mark);
          return find(session, alertId);
        });
  }

  static void note(Session session, String alertId, Mark mark) throws SQLException {
    session.update(
        """
        INSERT INTO actions (action_id, alert_id, action, made_by, made_ms, note)
        VALUES (?, ?, ?, ?, ?, ?)""",
        session.take("action", 1),
        alertId,
        mark.action(),
        mark.by(),
        mark.at(),
        mark.note());
  }

  private static StoredAlert alert(ResultSet row) throws SQLException {
    String by = row.getString(6);
    String label = row.getString(8);
    return new StoredAlert(
        row.getString(1),
        row.getLong(2),
        row.getString(3),
        row.getLong(4),
        by == null ? null : new Mark("acknowledge", row.getLong(5), by, row.getString(7)),
        label == null
            ? null
            : new Mark(label, row.getLong(9), row.getString(10), row.getString(11)),
        row.getLong(12));
  }
}
