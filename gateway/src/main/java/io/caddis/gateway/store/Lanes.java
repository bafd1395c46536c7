// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The worst score of each sensor over time, in intervals of ten seconds, five minutes and an hour,
 * so that any range can be drawn from a few hundred of them. Thread-safe.
 */
public final class Lanes {
  /** Of intervals, ascending. */
  private static final long[] WIDTHS = {10_000, 300_000, 3_600_000};

  /** Intervals kept of each width; the newest. */
  private static final int[] KEPT = {500_000, 3_000_000, 1_000_000};

  private static final int MOST_CELLS = 400;
  private static final long RATE_MILLIS = 60_000;

  private final Database database;

  public Lanes(Database database) {
    this.database = database;
  }

  /**
   * One sensor.
   *
   * @param anomalies in the whole range
   * @param worst score in the whole range
   * @param severity of the worst anomaly in it, as an ordinal, -1 without any
   * @param scores the worst of each cell, NaN where there was no reading
   * @param severities likewise, -1 without an anomaly
   */
  public record Lane(
      String sensor,
      long anomalies,
      double worst,
      int severity,
      double[] scores,
      int[] severities) {}

  /**
   * A picture.
   *
   * @param from beginning of the first cell, epoch milliseconds
   * @param cellMillis width of the cells
   * @param cells how many
   * @param sensors how many there are, drawn or not
   * @param lanes the worst first
   */
  public record Picture(long from, long cellMillis, int cells, long sensors, List<Lane> lanes) {}

  private record Cell(long width, long from, String sensor) {}

  private record Sum(long readings, long anomalies, double worst, int severity) {
    Sum plus(Sum other) {
      return new Sum(
          readings + other.readings,
          anomalies + other.anomalies,
          Math.max(worst, other.worst),
          Math.max(severity, other.severity));
    }
  }

  static void add(Session session, List<ScoredReading> scores) throws SQLException {
    Map<Cell, Sum> sums = new HashMap<>();
    for (ScoredReading reading : scores) {
      Double score = reading.score();
      if (score != null) {
        Sum one =
            new Sum(
                1,
                reading.anomaly() ? 1 : 0,
                score,
                reading.anomaly() ? reading.severity().ordinal() : -1);
        for (long width : WIDTHS) {
          long from = Math.floorDiv(reading.timestamp(), width) * width;
          sums.merge(new Cell(width, from, reading.sensor()), one, Sum::plus);
        }
      }
    }
    List<@Nullable Object[]> rows = new ArrayList<>(sums.size());
    sums.forEach(
        (cell, sum) ->
            rows.add(
                new @Nullable Object[] {
                  cell.width(),
                  cell.from(),
                  cell.sensor(),
                  sum.readings(),
                  sum.anomalies(),
                  sum.worst(),
                  sum.severity()
                }));
    session.batch(
        """
        INSERT INTO lanes (width_ms, from_ms, sensor, readings, anomalies, worst, severity)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (width_ms, from_ms, sensor) DO UPDATE SET
          readings = lanes.readings + excluded.readings,
          anomalies = lanes.anomalies + excluded.anomalies,
          worst = CASE WHEN excluded.worst > lanes.worst THEN excluded.worst ELSE lanes.worst END,
          severity = CASE WHEN excluded.severity > lanes.severity THEN excluded.severity
            ELSE lanes.severity END""",
        rows);
  }

  /** Forgets the oldest intervals, when there are many. */
  static void prune(Session session) throws SQLException {
    for (int i = 0; i < WIDTHS.length; i++) {
      session.update(
          """
          DELETE FROM lanes WHERE width_ms = ? AND from_ms < (
            SELECT from_ms FROM lanes WHERE width_ms = ? ORDER BY from_ms DESC LIMIT 1 OFFSET ?)""",
          WIDTHS[i],
          WIDTHS[i],
          KEPT[i]);
    }
  }

  /** Event time of the newest reading, to ten seconds, epoch milliseconds; 0 before the first. */
  public long newest() {
    return database.read(
        session ->
            session.number(
                "SELECT MAX(from_ms) + ? FROM lanes WHERE width_ms = ?", WIDTHS[0], WIDTHS[0]));
  }

  /** Event time of the oldest reading that is kept finely, epoch milliseconds. */
  public long oldest() {
    return oldest(WIDTHS[0]);
  }

  /** Sensors that were read in the last day of event time. */
  public long sensors() {
    long since = newest() - 86_400_000;
    return database.read(
        session ->
            session.number(
                "SELECT COUNT(DISTINCT sensor) FROM lanes WHERE width_ms = ? AND from_ms >= ?",
                WIDTHS[2],
                since));
  }

  /** Readings a second of event time, over the newest minute. */
  public double readingsPerSecond() {
    long newest = newest();
    long readings =
        database.read(
            session ->
                session.number(
                    "SELECT SUM(readings) FROM lanes WHERE width_ms = ? AND from_ms >= ? AND from_ms < ?",
                    WIDTHS[0],
                    newest - WIDTHS[0] - RATE_MILLIS,
                    newest - WIDTHS[0]));
    return readings * 1000.0 / RATE_MILLIS;
  }

  /**
   * Draws a range of time.
   *
   * @param from epoch milliseconds
   * @param to exclusive
   * @param pattern of sensors, in which {@code *} stands for anything; null for all
   * @param most lanes; the worst are drawn
   */
  public Picture draw(long from, long to, @Nullable String pattern, int most) {
    long width = width(from, to);
    long cells = (to - from) / (width * MOST_CELLS) + 1;
    long cellMillis = width * cells;
    long begin = Math.floorDiv(from, cellMillis) * cellMillis;
    int count = (int) ((to - begin + cellMillis - 1) / cellMillis);
    String like = pattern == null ? "%" : Condition.like(pattern);
    return database.read(
        session -> {
          Map<String, Lane> lanes = new HashMap<>();
          List<Lane> worstFirst =
              session.list(
                  """
                  SELECT sensor, SUM(anomalies), MAX(worst), MAX(severity) FROM lanes
                  WHERE width_ms = ? AND from_ms >= ? AND from_ms < ? AND sensor LIKE ? ESCAPE '!'
                  GROUP BY sensor ORDER BY 4 DESC, 2 DESC, 3 DESC, 1 LIMIT ?""",
                  row ->
                      lane(
                          row.getString(1), row.getLong(2), row.getDouble(3), row.getInt(4), count),
                  width,
                  begin,
                  to,
                  like,
                  most);
          worstFirst.forEach(lane -> lanes.put(lane.sensor(), lane));
          session.list(
              """
              SELECT from_ms, sensor, worst, severity FROM lanes
              WHERE width_ms = ? AND from_ms >= ? AND from_ms < ? AND sensor LIKE ? ESCAPE '!'""",
              row -> {
                Lane lane = lanes.get(row.getString(2));
                if (lane != null) {
                  int cell = (int) ((row.getLong(1) - begin) / cellMillis);
                  lane.scores()[cell] = worse(lane.scores()[cell], row.getDouble(3));
                  lane.severities()[cell] = Math.max(lane.severities()[cell], row.getInt(4));
                }
                return cellMillis;
              },
              width,
              begin,
              to,
              like);
          long sensors =
              worstFirst.size() < most
                  ? worstFirst.size()
                  : session.number(
                      """
                      SELECT COUNT(DISTINCT sensor) FROM lanes
                      WHERE width_ms = ? AND from_ms >= ? AND from_ms < ? AND sensor LIKE ? ESCAPE '!'""",
                      width,
                      begin,
                      to,
                      like);
          return new Picture(begin, cellMillis, count, sensors, worstFirst);
        });
  }

  private static Lane lane(String sensor, long anomalies, double worst, int severity, int cells) {
    double[] scores = new double[cells];
    int[] severities = new int[cells];
    Arrays.fill(scores, Double.NaN);
    Arrays.fill(severities, -1);
    return new Lane(sensor, anomalies, worst, severity, scores, severities);
  }

  private static double worse(double known, double other) {
    return Double.isNaN(known) ? other : Math.max(known, other);
  }

  /** The finest width that has so few cells, and whose intervals go back far enough. */
  private long width(long from, long to) {
    for (int i = 0; i < WIDTHS.length - 1; i++) {
      long width = WIDTHS[i];
      long coarser = WIDTHS[i + 1];
      if ((to - from) / width <= MOST_CELLS && reaches(width, Math.max(from, oldest(coarser)))) {
        return width;
      }
    }
    return WIDTHS[WIDTHS.length - 1];
  }

  private boolean reaches(long width, long time) {
    return oldest(width) <= time + WIDTHS[WIDTHS.length - 1];
  }

  private long oldest(long width) {
    return database.read(
        session -> session.number("SELECT MIN(from_ms) FROM lanes WHERE width_ms = ?", width));
  }
}
