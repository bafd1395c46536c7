// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The newest readings of each sensor with their scores, and what could not be read. Thread-safe.
 */
public final class Plant {
  /** Rows looked at for one sensor. */
  private static final int MOST_ROWS = 20_000;

  private static final int KEPT_LETTERS = 1_000;
  private static final int KEPT_FEATURES = 1_000;

  private final Database database;

  public Plant(Database database) {
    this.database = database;
  }

  /**
   * A reading.
   *
   * @param scored its score
   * @param features its values, a JSON object; null when the job does not write them
   */
  public record Reading(ScoredReading scored, @Nullable String features) {}

  /** How often a feature was imputed or ignored. */
  public record FeatureTally(String kind, String feature, long total) {}

  static void storeReadings(Session session, List<SensorValues> readings, int kept)
      throws SQLException {
    if (readings.isEmpty()) {
      return;
    }
    List<@Nullable Object[]> rows = new ArrayList<>(readings.size());
    long id = last(session, "readings");
    for (SensorValues reading : readings) {
      rows.add(
          new @Nullable Object[] {
            ++id, reading.timestamp(), reading.sensor(), reading.eventId(), reading.features()
          });
    }
    session.batch(
        "INSERT INTO readings (feed_id, at_ms, sensor, event_id, features) VALUES (?, ?, ?, ?, ?)",
        rows);
    session.update("DELETE FROM readings WHERE feed_id <= ?", id - kept);
  }

  static void storeLetters(Session session, List<DeadLetter> letters) throws SQLException {
    if (letters.isEmpty()) {
      return;
    }
    List<@Nullable Object[]> rows = new ArrayList<>();
    long id = last(session, "dead_letters");
    for (DeadLetter letter : letters) {
      rows.add(new @Nullable Object[] {++id, letter.reason(), letter.body()});
    }
    session.batch("INSERT INTO dead_letters (feed_id, reason, body) VALUES (?, ?, ?)", rows);
    session.update("DELETE FROM dead_letters WHERE feed_id <= ?", id - KEPT_LETTERS);
  }

  /**
   * The last number in a table, whose other writers wait. Not one of the feed's: these say how many
   * scores are kept.
   */
  private static long last(Session session, String table) throws SQLException {
    session.take("feed", 0);
    return session.number("SELECT MAX(feed_id) FROM " + table);
  }

  static void storeFeatures(Session session, Map<Batch.FeatureName, Long> tallies)
      throws SQLException {
    for (Map.Entry<Batch.FeatureName, Long> tally : tallies.entrySet()) {
      // Names come from the data: whoever sends ever new ones fills no disk.
      session.update(
          """
          INSERT INTO feature_tallies (kind, feature, total)
          SELECT ?, ?, ? WHERE (SELECT COUNT(*) FROM feature_tallies) < ?
            OR EXISTS (SELECT 1 FROM feature_tallies WHERE kind = ? AND feature = ?)
          ON CONFLICT (kind, feature) DO UPDATE SET total = feature_tallies.total + excluded.total""",
          tally.getKey().kind(),
          tally.getKey().feature(),
          tally.getValue(),
          KEPT_FEATURES,
          tally.getKey().kind(),
          tally.getKey().feature());
    }
  }

  /**
   * A sensor's readings in a range of time, oldest first. Of many, those with the highest score of
   * as many equal parts, so that no anomaly is lost.
   *
   * @param from epoch milliseconds
   * @param to exclusive
   * @param points at most
   */
  public List<Reading> series(String sensor, long from, long to, int points) {
    // A job that ran twice wrote each twice.
    Map<String, Reading> newestFirst = new LinkedHashMap<>();
    database.read(
        session ->
            session.list(
                ScoreWindow.SCORES
                    + " WHERE sensor = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms DESC, feed_id DESC LIMIT ?",
                row -> {
                  ScoredReading scored = ScoreWindow.entry(row).reading();
                  return newestFirst.putIfAbsent(scored.eventId(), new Reading(scored, null));
                },
                sensor,
                from,
                to,
                MOST_ROWS));
    List<Reading> all = new ArrayList<>(newestFirst.values());
    Collections.reverse(all);
    return withFeatures(sensor, worstOfParts(all, points));
  }

  private static List<Reading> worstOfParts(List<Reading> readings, int parts) {
    if (readings.size() <= parts) {
      return readings;
    }
    List<Reading> worst = new ArrayList<>(parts);
    for (int part = 0; part < parts; part++) {
      int end = (int) ((long) readings.size() * (part + 1) / parts);
      Reading found = null;
      for (int i = (int) ((long) readings.size() * part / parts); i < end; i++) {
        Reading reading = readings.get(i);
        if (found == null || score(reading) > score(found)) {
          found = reading;
        }
      }
      if (found != null) {
        worst.add(found);
      }
    }
    return worst;
  }

  private static double score(Reading reading) {
    Double score = reading.scored().score();
    return score == null ? -1 : score;
  }

  private List<Reading> withFeatures(String sensor, List<Reading> readings) {
    if (readings.isEmpty()) {
      return readings;
    }
    Map<String, String> features = new HashMap<>();
    readings.forEach(reading -> features.put(reading.scored().eventId(), ""));
    database.read(
        session ->
            session.list(
                """
                SELECT event_id, features FROM readings
                WHERE sensor = ? AND at_ms >= ? AND at_ms <= ? ORDER BY at_ms DESC LIMIT ?""",
                row -> features.replace(row.getString(1), row.getString(2)),
                sensor,
                readings.get(0).scored().timestamp(),
                readings.get(readings.size() - 1).scored().timestamp(),
                MOST_ROWS));
    List<Reading> complete = new ArrayList<>(readings.size());
    for (Reading reading : readings) {
      String values = features.getOrDefault(reading.scored().eventId(), "");
      complete.add(new Reading(reading.scored(), values.isEmpty() ? null : values));
    }
    return complete;
  }

  /** One reading, if it is still kept; of an anomaly with the job's whole line in its body. */
  public Optional<Reading> reading(String sensor, String eventId) {
    Optional<ScoredReading> scored =
        database.read(
            session ->
                session.first(
                    ScoreWindow.SCORES_WITH_LINES
                        + " WHERE sensor = ? AND event_id = ? ORDER BY feed_id DESC LIMIT 1",
                    row -> ScoreWindow.entry(row).reading(),
                    sensor,
                    eventId));
    return scored.map(found -> withFeatures(sensor, List.of(new Reading(found, null))).get(0));
  }

  /** The newest dead letters, of one reason or of all, as they are kept. */
  public List<String> deadLetters(@Nullable String reason, int limit) {
    return database.read(
        session ->
            session.list(
                "SELECT body FROM dead_letters WHERE reason LIKE ? ORDER BY feed_id DESC LIMIT ?",
                row -> row.getString(1),
                reason == null ? "%" : reason,
                limit));
  }

  /** Features that were imputed or ignored, the most frequent first. */
  public List<FeatureTally> features() {
    return database.read(
        session ->
            session.list(
                "SELECT kind, feature, total FROM feature_tallies ORDER BY total DESC, kind, feature",
                row -> new FeatureTally(row.getString(1), row.getString(2), row.getLong(3))));
  }
}
