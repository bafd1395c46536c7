// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Notices on their way to their targets: each is delivered at least once, however often the gateway
 * is restarted, or expires.
 *
 * <p>A target is told of a subject once for each severity that it reaches, and once that it ended,
 * again if late data made it worse after that; never of the end before the beginning. Thread-safe;
 * several gateways may deliver from one database.
 */
public final class Outbox {
  private static final String FIRING = "firing";
  private static final String RESOLVED = "resolved";

  /** What is free to be sent to a target now: not settled, due, and no end before its beginning. */
  private static final String DUE =
      """
      FROM outbox o WHERE target = ? AND settled_ms IS NULL AND due_ms <= ?
        AND (status = 'firing' OR NOT EXISTS (
          SELECT 1 FROM outbox f WHERE f.target = o.target AND f.subject = o.subject
            AND f.status = 'firing' AND f.settled_ms IS NULL))""";

  /** Without an outcome is what is not settled. */
  static final String EXPIRE =
      """
      UPDATE outbox SET settled_ms = ?, outcome = 'expired'
      WHERE outcome IS NULL AND made_ms < ?""";

  static final String CUT_WAITS =
      "UPDATE outbox SET due_ms = ? WHERE outcome IS NULL AND due_ms > ?";

  static final String COUNTS = "SELECT outcome, COUNT(*) FROM outbox GROUP BY outcome";

  private final Database database;
  private final Clock clock;

  public Outbox(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Notices to be sent in one message, the worst first.
   *
   * @param ids to settle them by
   * @param resolved of all of them
   * @param group of all of them
   * @param attempts how often the first has been tried, this time included
   * @param bodies what is told
   */
  public record Parcel(
      List<Long> ids, boolean resolved, String group, int attempts, List<String> bodies) {}

  private record Row(
      long id, String status, String group, int attempts, long dueMillis, String body) {}

  static void put(Session session, List<Notice> notices, long now) throws SQLException {
    for (Notice notice : notices) {
      if (notice.resolved() ? !wasTold(session, notice) : isSilenced(session, notice, now)) {
        continue;
      }
      int stored =
          session.update(
              """
          INSERT INTO outbox (notice_id, target, subject, status, severity, sensor_group, body,
            made_ms, attempts, due_ms)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
          ON CONFLICT (target, subject, status, severity) DO NOTHING""",
              session.take("notice", 1),
              notice.target(),
              notice.subject(),
              notice.resolved() ? RESOLVED : FIRING,
              notice.resolved() ? 0 : notice.severity(),
              notice.group(),
              notice.body(),
              now,
              now);
      if (stored > 0 && !notice.resolved()) {
        // It is worse than at its end, so there will be another one.
        session.update(
            "DELETE FROM outbox WHERE target = ? AND subject = ? AND status = 'resolved'",
            notice.target(),
            notice.subject());
      }
    }
  }

  private static boolean wasTold(Session session, Notice notice) throws SQLException {
    return session.number(
            "SELECT COUNT(*) FROM outbox WHERE target = ? AND subject = ? AND status = 'firing'",
            notice.target(),
            notice.subject())
        > 0;
  }

  private static boolean isSilenced(Session session, Notice notice, long now) throws SQLException {
    return session.number(
            "SELECT COUNT(*) FROM silences WHERE until_ms > ? AND ? LIKE sensor_like ESCAPE '!'",
            now,
            notice.sensor())
        > 0;
  }

  /**
   * Takes what is due for a target; until the lease ends nobody else gets it.
   *
   * @param lease after which it is due again, unless it was settled
   */
  public Optional<Parcel> take(String target, int limit, Duration lease) {
    long now = clock.millis();
    return database.write(
        session -> {
          Optional<Row> first = rows(session, target, now, "", 1).stream().findFirst();
          if (first.isEmpty()) {
            return Optional.empty();
          }
          List<Long> ids = new ArrayList<>();
          List<String> bodies = new ArrayList<>();
          Row head = first.get();
          String same = " AND status = ? AND sensor_group = ?";
          for (Row row : rows(session, target, now, same, limit, head.status(), head.group())) {
            int taken =
                session.update(
                    """
                    UPDATE outbox SET attempts = attempts + 1, due_ms = ?
                    WHERE notice_id = ? AND settled_ms IS NULL AND due_ms = ?""",
                    now + lease.toMillis(),
                    row.id(),
                    row.dueMillis());
            if (taken == 1) {
              ids.add(row.id());
              bodies.add(row.body());
            }
          }
          if (ids.isEmpty()) {
            return Optional.empty();
          }
          return Optional.of(
              new Parcel(
                  ids, head.status().equals(RESOLVED), head.group(), head.attempts() + 1, bodies));
        });
  }

  private static List<Row> rows(
      Session session, String target, long now, String condition, int limit, Object... more)
      throws SQLException {
    List<Object> values = new ArrayList<>(List.of(target, now));
    values.addAll(List.of(more));
    values.add(limit);
    return session.list(
        "SELECT notice_id, status, sensor_group, attempts, due_ms, body "
            + DUE
            + condition
            + " ORDER BY severity DESC, notice_id LIMIT ?",
        row ->
            new Row(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getInt(4),
                row.getLong(5),
                row.getString(6)),
        values.toArray());
  }

  /** Notes that a parcel has arrived. */
  public void delivered(Parcel parcel) {
    settle(parcel, "delivered");
  }

  /** Notes that a parcel has not arrived, and is due again after a while. */
  public void failed(Parcel parcel, Duration pause) {
    long due = clock.millis() + pause.toMillis();
    database.write(
        session -> {
          for (long id : parcel.ids()) {
            session.update(
                "UPDATE outbox SET due_ms = ? WHERE notice_id = ? AND settled_ms IS NULL", due, id);
          }
          return true;
        });
  }

  private void settle(Parcel parcel, String outcome) {
    long now = clock.millis();
    database.write(
        session -> {
          for (long id : parcel.ids()) {
            session.update(
                "UPDATE outbox SET settled_ms = ?, outcome = ? WHERE notice_id = ?",
                now,
                outcome,
                id);
          }
          return true;
        });
  }

  /**
   * Gives up what could not be delivered for too long.
   *
   * @return how many notices were given up
   */
  public int expire(Duration age) {
    long now = clock.millis();
    return database.write(session -> session.update(EXPIRE, now, now - age.toMillis()));
  }

  /**
   * Makes due at once what would wait for longer than anything is told to: the clock was set back
   * since.
   */
  public void cutWaits(Duration longest) {
    long now = clock.millis();
    database.write(session -> session.update(CUT_WAITS, now, now + longest.toMillis()));
  }

  /** How many notices are {@code pending}, {@code delivered} and {@code expired}. */
  public Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>(Map.of("pending", 0L, "delivered", 0L, "expired", 0L));
    database.read(
        session ->
            session.list(
                COUNTS,
                row -> {
                  String outcome = row.getString(1);
                  return counts.put(outcome == null ? "pending" : outcome, row.getLong(2));
                }));
    return counts;
  }
}
