// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import io.caddis.detectors.event.Severity;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was counted: alerts and scores by day, judgements, faults of data. Thread-safe. */
public final class Figures {
  static final String JUDGEMENTS =
      """
      SELECT label, COUNT(*) FROM alerts WHERE label IS NOT NULL AND state <> 'retracted'
      GROUP BY label""";

  private final Database database;
  private final Clock clock;

  public Figures(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * The alerts of a day.
   *
   * @param counts by severity; one without alerts is not there
   * @param anomalies anomalous readings in them
   */
  public record Day(Map<Severity, Long> counts, long anomalies) {
    public long alerts() {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** The alerts that began on a day, in UTC, and have not been retracted. */
  public Day day(LocalDate date) {
    long from = date.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    long to = date.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    Map<Severity, Long> counts = new EnumMap<>(Severity.class);
    List<Long> anomalies =
        database.read(
            session ->
                session.list(
                    """
                    SELECT severity, COUNT(*), SUM(anomalies) FROM alerts
                    WHERE start_ms >= ? AND start_ms < ? AND state <> 'retracted' GROUP BY severity""",
                    row -> {
                      counts.put(Severity.values()[row.getInt(1)], row.getLong(2));
                      return row.getLong(3);
                    },
                    from,
                    to));
    return new Day(counts, anomalies.stream().mapToLong(Long::longValue).sum());
  }

  /** How many alerts are stored. */
  public long alerts() {
    return database.read(session -> session.number("SELECT COUNT(*) FROM alerts"));
  }

  /** How many of each kind were counted, on all days. */
  public Map<String, Long> totals() {
    Map<String, Long> totals = new TreeMap<>();
    database.read(
        session ->
            session.list(
                "SELECT kind, SUM(total) FROM tallies GROUP BY kind",
                row -> totals.put(row.getString(1), row.getLong(2))));
    return totals;
  }

  /** How many of each kind were counted on a day. */
  public Map<String, Long> totals(LocalDate date) {
    Map<String, Long> totals = new TreeMap<>();
    database.read(
        session ->
            session.list(
                "SELECT kind, total FROM tallies WHERE day = ?",
                row -> totals.put(row.getString(1), row.getLong(2)),
                date.toString()));
    return totals;
  }

  /**
   * How right the alerts were, as far as people said.
   *
   * @param alerts in all
   * @param trueAlarms judged right
   * @param falseAlarms judged wrong
   * @param missedAlarms that people reported, and that there should have been
   */
  public record Accuracy(long alerts, long trueAlarms, long falseAlarms, long missedAlarms) {
    /** Right ones among those judged; null when none is. */
    public @Nullable Double precision() {
      return ratio(trueAlarms, trueAlarms + falseAlarms);
    }

    /** Alarms raised among those that there should have been; null when there is none. */
    public @Nullable Double recall() {
      return ratio(trueAlarms, trueAlarms + missedAlarms);
    }

    /** Harmonic mean of precision and recall; null when nothing is judged. */
    public @Nullable Double f1() {
      return ratio(2 * trueAlarms, 2 * trueAlarms + falseAlarms + missedAlarms);
    }

    /** Right ones among all that people judged or reported; null when there is none. */
    public @Nullable Double accuracy() {
      return ratio(trueAlarms, trueAlarms + falseAlarms + missedAlarms);
    }

    /** Wrong ones among those judged; null when none is. */
    public @Nullable Double falseAlarmRate() {
      return ratio(falseAlarms, trueAlarms + falseAlarms);
    }

    /** Alarms missed among those that there should have been; null when there is none. */
    public @Nullable Double missedAlarmRate() {
      return ratio(missedAlarms, trueAlarms + missedAlarms);
    }

    private static @Nullable Double ratio(long part, long whole) {
      return whole == 0 ? null : (double) part / whole;
    }
  }

  /**
   * Judgements of the alerts that began in an interval.
   *
   * @param from inclusive, epoch milliseconds
   * @param to exclusive, epoch milliseconds
   */
  public Accuracy accuracy(long from, long to) {
    return database.read(
        session -> {
          Map<String, Long> labels = new TreeMap<>();
          session.list(
              """
              SELECT COALESCE(label, 'none'), COUNT(*) FROM alerts
              WHERE start_ms >= ? AND start_ms < ? AND state <> 'retracted' GROUP BY 1""",
              row -> labels.put(row.getString(1), row.getLong(2)),
              from,
              to);
          long missed =
              session.number(
                  "SELECT COUNT(*) FROM missed_alarms WHERE start_ms >= ? AND start_ms < ?",
                  from,
                  to);
          long right = labels.getOrDefault("true_alarm", 0L);
          long wrong = labels.getOrDefault("false_alarm", 0L);
          return new Accuracy(
              right + wrong + labels.getOrDefault("none", 0L), right, wrong, missed);
        });
  }

  /**
   * How many alarms of all times people judged {@code true_alarm}, {@code false_alarm} or {@code
   * missed_alarm}.
   */
  public Map<String, Long> judgements() {
    Map<String, Long> judgements = new TreeMap<>(Map.of("true_alarm", 0L, "false_alarm", 0L));
    return database.read(
        session -> {
          session.list(JUDGEMENTS, row -> judgements.put(row.getString(1), row.getLong(2)));
          judgements.put("missed_alarm", session.number("SELECT COUNT(*) FROM missed_alarms"));
          return judgements;
        });
  }

  /**
   * Notes that an alarm should have been raised and was not.
   *
   * @param start of what was missed, epoch milliseconds
   * @param end of what was missed, epoch milliseconds
   * @return its number
   */
  public long reportMissed(String sensor, long start, long end, String by, @Nullable String note) {
    return database.write(
        session -> {
          long id = session.take("action", 1);
          session.update(
              """
              INSERT INTO missed_alarms (missed_id, sensor, start_ms, end_ms, made_by, made_ms,
                note)
              VALUES (?, ?, ?, ?, ?, ?, ?)""",
              id,
              sensor,
              start,
              end,
              by,
              clock.millis(),
              note);
          return id;
        });
  }

  /**
   * A time of a sensor that people spoke about.
   *
   * @param start epoch milliseconds, inclusive
   * @param end epoch milliseconds, inclusive
   * @param anomalous whether there should have been an alarm
   */
  public record Judged(String sensor, long start, long end, boolean anomalous) {}

  /** What people said of alerts, and of alarms that were missed; the latest times. */
  public List<Judged> judged(int limit) {
    return database.read(
        session ->
            session.list(
                """
                SELECT sensor, start_ms, end_ms, label FROM alerts WHERE label IS NOT NULL
                UNION ALL SELECT sensor, start_ms, end_ms, 'true_alarm' FROM missed_alarms
                ORDER BY 2 DESC LIMIT ?""",
                row ->
                    new Judged(
                        row.getString(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getString(4).equals("true_alarm")),
                limit));
  }

  /** The newest quality issues of a sensor, as the job wrote them; of all when it is null. */
  public List<String> issues(@Nullable String sensor, int limit) {
    String condition = sensor == null ? "" : " WHERE sensor = ?";
    Object[] values = sensor == null ? new Object[] {limit} : new Object[] {sensor, limit};
    return database.read(
        session ->
            session.list(
                "SELECT body FROM quality_issues"
                    + condition
                    + " ORDER BY to_ms DESC, issue_id LIMIT ?",
                row -> row.getString(1),
                values));
  }

  /** The newest models that the jobs trained, as they wrote them, without the models' bytes. */
  public List<String> models(int limit) {
    return database.read(
        session ->
            session.list(
                """
                SELECT body FROM trained_models
                ORDER BY train_to_ms DESC, sensor_group, model_version LIMIT ?""",
                row -> row.getString(1),
                limit));
  }
}
