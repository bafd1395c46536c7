// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * Forgets what came long ago.
 *
 * <p>Age is counted from the day something was read, not from its event time: who replays last
 * year's data wants to see its alerts. Labelled alerts and reports of missed alarms stay: they are
 * the ground truth. Daily counts stay: they are small. Open alerts stay ten times as long: a job
 * says nothing of an episode between its beginning and its end, so age does not tell a long one
 * from one whose job is gone. Who was told of an alert is known as long as the alert is there.
 * Thread-safe.
 */
public final class Retention {
  private static final int CHUNK = 1_000;
  private static final int AGES_OF_OPEN_ALERTS = 10;
  private static final int MAX_MESSAGES = 10_000;

  /** A job makes a hundred thousand files a day: of those deleted no more are remembered. */
  private static final Duration FILES = Duration.ofHours(1);

  private final Database database;
  private final Clock clock;
  private final Duration age;

  /**
   * @param age after which things are forgotten
   */
  public Retention(Database database, Clock clock, Duration age) {
    if (age.isNegative() || age.isZero()) {
      throw new IllegalArgumentException("age must be positive, was " + age);
    }
    this.database = database;
    this.clock = clock;
    this.age = age;
  }

  /**
   * Deletes what is too old, a little at a time so that others can write in between.
   *
   * @return how many alerts were deleted
   */
  public int apply() {
    long now = clock.millis();
    long cutoff = now - age.toMillis();
    int deleted = 0;
    int count;
    do {
      count =
          delete(
              """
              DELETE FROM alerts WHERE label IS NULL AND alert_id IN (
                SELECT alert_id FROM alerts WHERE received_ms < ? AND label IS NULL
                  AND (state <> 'open' OR received_ms < ?) LIMIT ?)""",
              cutoff,
              now - AGES_OF_OPEN_ALERTS * age.toMillis(),
              CHUNK);
      deleted += count;
    } while (count == CHUNK);
    delete("DELETE FROM actions WHERE alert_id NOT IN (SELECT alert_id FROM alerts)");
    delete("DELETE FROM silences WHERE until_ms < ?", cutoff);
    delete(
        """
        DELETE FROM outbox WHERE settled_ms < ?
          AND NOT EXISTS (SELECT 1 FROM alerts WHERE alert_id = subject)""",
        cutoff);
    for (String table : List.of("quality_issues", "trained_models")) {
      delete("DELETE FROM " + table + " WHERE received_ms < ?", cutoff);
      // Jobs with many sensors write many; the newest are of interest.
      delete(
          "DELETE FROM %s WHERE received_ms < (SELECT received_ms FROM %s ORDER BY received_ms DESC LIMIT 1 OFFSET ?)"
              .formatted(table, table),
          MAX_MESSAGES);
    }
    database.write(
        session -> {
          Lanes.prune(session);
          return true;
        });
    return deleted;
  }

  /** Forgets how far files were read that are there no more and were read an hour ago. */
  public void forget(Predicate<String> isGone) {
    long cutoff = clock.millis() - FILES.toMillis();
    database.write(
        session -> {
          List<String> old =
              session.list(
                  "SELECT file FROM feed_files WHERE changed_ms < ?",
                  row -> row.getString(1),
                  cutoff);
          session.batch(
              "DELETE FROM feed_files WHERE file = ?",
              old.stream().filter(isGone).map(file -> new Object[] {file}).toList());
          return true;
        });
  }

  private int delete(String sql, Object... values) {
    return database.write(session -> session.update(sql, values));
  }
}
