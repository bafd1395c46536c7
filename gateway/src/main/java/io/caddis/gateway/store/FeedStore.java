// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the jobs' results are stored, together with how far their files were read.
 *
 * <p>A part of a file and the position behind it are stored in one transaction, and only if the
 * position before it is still what it was. So each part counts once, whatever is killed when, and
 * however many gateways read the same files into one database. Alerts do not even need that: they
 * have identities, and the highest sequence wins. Thread-safe.
 */
public final class FeedStore {
  private static final String UPSERT_ALERT =
      """
      INSERT INTO alerts (alert_id, sequence, feed_id, state, sensor, sensor_group, severity,
        start_ms, end_ms, peak_score, anomalies, body, received_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (alert_id) DO UPDATE SET
        sequence = excluded.sequence, feed_id = excluded.feed_id, state = excluded.state,
        sensor = excluded.sensor, sensor_group = excluded.sensor_group,
        severity = excluded.severity, start_ms = excluded.start_ms, end_ms = excluded.end_ms,
        peak_score = excluded.peak_score, anomalies = excluded.anomalies, body = excluded.body,
        received_ms = excluded.received_ms
      WHERE excluded.sequence > alerts.sequence""";

  private final Database database;
  private final Clock clock;
  private final NoticePolicy policy;
  private final int scoreWindow;

  /**
   * @param policy who is told of what
   * @param scoreWindow how many of the newest scores are kept, about
   */
  public FeedStore(Database database, Clock clock, NoticePolicy policy, int scoreWindow) {
    this.database = database;
    this.clock = clock;
    this.policy = policy;
    this.scoreWindow = scoreWindow;
  }

  /** How far each file was read, by its path. */
  public Map<String, FilePosition> positions() {
    return database.read(
        session -> {
          Map<String, FilePosition> positions = new HashMap<>();
          session
              .list(
                  "SELECT file, size, read_to FROM feed_files",
                  row -> new FilePosition(row.getString(1), row.getLong(2), row.getLong(3)))
              .forEach(position -> positions.put(position.file(), position));
          return positions;
        });
  }

  /** How far a file was read, if it ever was. */
  public Optional<FilePosition> position(String file) {
    return database.read(
        session ->
            session.first(
                "SELECT size, read_to FROM feed_files WHERE file = ?",
                row -> new FilePosition(file, row.getLong(1), row.getLong(2)),
                file));
  }

  /**
   * Stores a part of a file, wholly or not at all.
   *
   * @param before how far the file had been read, null when it had not been seen
   * @param after how far it is read with this batch
   * @return false when nothing was stored, because the file's position is not {@code before}
   */
  public boolean store(@Nullable FilePosition before, FilePosition after, Batch batch) {
    return database.write(
        session -> {
          long now = clock.millis();
          if (!advance(session, before, after, now)) {
            return false;
          }
          int ids = batch.alerts().size() + batch.scores().size();
          if (ids > 0) {
            long id = session.take("feed", ids) - ids;
            id = storeAlerts(session, batch, id, now);
            storeScores(session, batch.scores(), id);
          }
          Plant.storeReadings(session, batch.readings(), scoreWindow);
          Plant.storeLetters(session, batch.deadLetters());
          Plant.storeFeatures(session, batch.features());
          storeIssues(session, batch.issues(), now);
          storeModels(session, batch.models(), now);
          storeTallies(session, batch);
          return true;
        });
  }

  private static boolean advance(
      Session session, @Nullable FilePosition before, FilePosition after, long now)
      throws SQLException {
    if (before == null) {
      return session.update(
              """
              INSERT INTO feed_files (file, size, read_to, changed_ms)
              VALUES (?, ?, ?, ?) ON CONFLICT (file) DO NOTHING""",
              after.file(),
              after.size(),
              after.readTo(),
              now)
          == 1;
    }
    return session.update(
            """
            UPDATE feed_files SET size = ?, read_to = ?, changed_ms = ?
            WHERE file = ? AND size = ? AND read_to = ?""",
            after.size(),
            after.readTo(),
            now,
            before.file(),
            before.size(),
            before.readTo())
        == 1;
  }

  private long storeAlerts(Session session, Batch batch, long lastId, long now)
      throws SQLException {
    long id = lastId;
    for (AlertMessage alert : batch.alerts()) {
      int changed =
          session.update(
              UPSERT_ALERT,
              alert.alertId(),
              alert.sequence(),
              ++id,
              alert.state().word(),
              alert.sensor(),
              alert.group(),
              alert.severity().ordinal(),
              alert.start(),
              alert.end(),
              alert.peakScore(),
              alert.anomalies(),
              alert.body(),
              now);
      if (changed > 0) {
        Outbox.put(session, policy.about(alert), now);
      }
    }
    return id;
  }

  private void storeScores(Session session, List<ScoredReading> scores, long lastId)
      throws SQLException {
    if (scores.isEmpty()) {
      return;
    }
    List<@Nullable Object[]> rows = new ArrayList<>(scores.size());
    long id = lastId;
    for (ScoredReading score : scores) {
      rows.add(
          new @Nullable Object[] {
            ++id,
            score.timestamp(),
            score.sensor(),
            score.score(),
            score.threshold(),
            score.anomaly() ? 1 : 0,
            score.severity().ordinal(),
            score.modelVersion(),
            score.eventId(),
            score.body()
          });
    }
    session.batch(
        """
        INSERT INTO scores (feed_id, at_ms, sensor, score, threshold, anomaly, severity,
          model_version, event_id, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        rows);
    session.update("DELETE FROM scores WHERE feed_id <= ?", id - scoreWindow);
    Lanes.add(session, scores);
  }

  private void storeIssues(Session session, List<IssueMessage> issues, long now)
      throws SQLException {
    for (IssueMessage issue : issues) {
      int changed =
          session.update(
              """
              INSERT INTO quality_issues (issue_id, kind, sensor, from_ms, to_ms, body, received_ms)
              VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (issue_id) DO NOTHING""",
              issue.issueId(),
              issue.kind(),
              issue.sensor(),
              issue.from(),
              issue.to(),
              issue.body(),
              now);
      if (changed > 0) {
        Outbox.put(session, policy.about(issue), now);
      }
    }
  }

  private static void storeModels(Session session, List<TrainedModel> models, long now)
      throws SQLException {
    for (TrainedModel model : models) {
      session.update(
          """
          INSERT INTO trained_models (sensor_group, model_version, train_to_ms, body, received_ms)
          VALUES (?, ?, ?, ?, ?) ON CONFLICT (sensor_group, model_version)
          DO UPDATE SET body = excluded.body WHERE excluded.body LIKE '%"verdict":%'""",
          model.group(), model.modelVersion(), model.trainTo(), model.body(), now);
    }
  }

  private static void storeTallies(Session session, Batch batch) throws SQLException {
    for (Map.Entry<Batch.Tally, Long> tally : batch.tallies().entrySet()) {
      session.update(
          """
          INSERT INTO tallies (kind, day, total) VALUES (?, ?, ?)
          ON CONFLICT (kind, day) DO UPDATE SET total = tallies.total + excluded.total""",
          tally.getKey().kind(),
          tally.getKey().day(),
          tally.getValue());
    }
  }
}
