// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Times in which nobody is told of some sensors' alerts. The alerts are there all the same.
 * Thread-safe.
 */
public final class Silences {
  /** How many may be in force at a time. */
  public static final int MAX = 1_000;

  private final Database database;
  private final Clock clock;

  public Silences(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * A silence.
   *
   * @param sensor name, in which {@code *} stands for anything
   * @param until end, epoch milliseconds
   * @param made when, by whom, why
   */
  public record Silence(long id, String sensor, long until, Mark made) {}

  /**
   * Begins a silence.
   *
   * @param alertId of the alert that was the reason, null without one
   * @return the silence, nothing when {@link #MAX} are in force
   */
  public Optional<Silence> begin(
      String sensor, long until, String by, @Nullable String note, @Nullable String alertId) {
    Mark mark = new Mark("silence", clock.millis(), by, note);
    return database.write(
        session -> {
          long id = session.take("action", 1);
          if (session.number("SELECT COUNT(*) FROM silences WHERE until_ms > ?", mark.at())
              >= MAX) {
            return Optional.empty();
          }
          session.update(
              """
              INSERT INTO silences (silence_id, sensor, sensor_like, until_ms, made_by, made_ms,
                note)
              VALUES (?, ?, ?, ?, ?, ?, ?)""",
              id,
              sensor,
              Condition.like(sensor),
              until,
              by,
              mark.at(),
              note);
          if (alertId != null) {
            AlertStore.note(session, alertId, mark);
          }
          return Optional.of(new Silence(id, sensor, until, mark));
        });
  }

  /** Those in force, the one that ends first first. */
  public List<Silence> active() {
    return database.read(
        session ->
            session.list(
                """
                SELECT silence_id, sensor, until_ms, made_ms, made_by, note FROM silences
                WHERE until_ms > ? ORDER BY until_ms, silence_id""",
                row ->
                    new Silence(
                        row.getLong(1),
                        row.getString(2),
                        row.getLong(3),
                        new Mark("silence", row.getLong(4), row.getString(5), row.getString(6))),
                clock.millis()));
  }

  /**
   * Ends a silence now.
   *
   * @return false when none of that number is in force
   */
  public boolean end(long id) {
    long now = clock.millis();
    return database.write(
        session ->
            session.update(
                    "UPDATE silences SET until_ms = ? WHERE silence_id = ? AND until_ms > ?",
                    now,
                    id,
                    now)
                == 1);
  }
}
