// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.triage;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.AlertState;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.Severity;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run of anomalous readings of one sensor, not yet over.
 *
 * @param peak the anomalous reading with the highest score so far, the earliest of equals
 * @param id see {@link Alert#id()}
 * @param start event time of the first anomalous reading, epoch milliseconds
 * @param end event time of the last anomalous reading, epoch milliseconds
 * @param anomalies anomalous readings so far
 * @param quiet normal readings since the last anomalous one
 * @param messages alerts sent so far
 * @param raisedBy version of the model that scored the first anomalous reading; null of episodes
 *     older than that is known
 * @param ended whether its end has been told before, and late data opened it again
 * @param raisedLate see {@link Alert#raisedLate()}
 */
public record Episode(
    ScoredVector peak,
    String id,
    long start,
    long end,
    long anomalies,
    int quiet,
    int messages,
    @Nullable String raisedBy,
    boolean ended,
    boolean raisedLate) {

  /** Opens an episode at its first anomalous reading. */
  public static Episode open(ScoredVector first) {
    return new Episode(
        first,
        id(first),
        first.timestamp(),
        first.timestamp(),
        1,
        0,
        1,
        first.modelVersion(),
        false,
        first.late());
  }

  /** The episode after one more anomalous reading. */
  public Episode anomaly(ScoredVector vector) {
    boolean higher = vector.score() > peak.score();
    boolean worse = higher && vector.severity() != peak.severity();
    return new Episode(
        higher ? vector : peak,
        id,
        Math.min(start, vector.timestamp()),
        Math.max(end, vector.timestamp()),
        anomalies + 1,
        0,
        worse ? messages + 1 : messages,
        raisedBy,
        ended,
        raisedLate);
  }

  /** The episode after one more normal reading. */
  public Episode normal() {
    return new Episode(
        peak, id, start, end, anomalies, quiet + 1, messages, raisedBy, ended, raisedLate);
  }

  /** The episode once its end has been told, kept in case that it must be taken back. */
  public Episode closed() {
    return new Episode(
        peak, id, start, end, anomalies, quiet, messages + 1, raisedBy, true, raisedLate);
  }

  /** The alert of this episode, with the figures that another reckoning has found. */
  Episode corrected(Episode figures) {
    return new Episode(
        figures.peak,
        id,
        figures.start,
        figures.end,
        figures.anomalies,
        figures.quiet,
        messages,
        figures.raisedBy,
        ended,
        raisedLate);
  }

  /** The episode after one more message about it. */
  Episode updated() {
    return new Episode(
        peak, id, start, end, anomalies, quiet, messages + 1, raisedBy, ended, raisedLate);
  }

  /**
   * The episode that a reading which came out of order brings about. If it is not the episode's
   * first reading, the id is of both: the first one's own may have been used for what was told.
   */
  Episode raisedBecauseOf(ScoredVector vector) {
    String cause = id(vector);
    return new Episode(
        peak,
        id.equals(cause) ? id : hash(id + '\n' + cause),
        start,
        end,
        anomalies,
        quiet,
        1,
        raisedBy,
        false,
        vector.late());
  }

  /** Whether the figures of an alert are the same. */
  boolean sameFigures(Episode other) {
    return start == other.start
        && end == other.end
        && anomalies == other.anomalies
        && peak.source() == other.peak.source()
        && peak.position() == other.peak.position();
  }

  public Severity severity() {
    return peak.severity();
  }

  /** The message about the episode as it stands. */
  public Alert alert(AlertState state, long timestamp) {
    return alert(state, messages - 1, timestamp, null);
  }

  /** The message that the episode is over, or that the end which was told has moved. */
  public Alert ending(long timestamp) {
    return alert(ended ? AlertState.AMENDED : AlertState.CLOSED, messages, timestamp, null);
  }

  /** The message that takes the episode's alert back. */
  public Alert retraction(long timestamp, String reason) {
    return alert(AlertState.RETRACTED, messages, timestamp, reason);
  }

  private Alert alert(AlertState state, int sequence, long timestamp, @Nullable String reason) {
    return new Alert(
        id,
        sequence,
        state,
        peak.key(),
        peak.group(),
        timestamp,
        start,
        end,
        severity(),
        peak.score(),
        peak.timestamp(),
        anomalies,
        peak.threshold(),
        peak.imputed(),
        peak.ignored(),
        peak.lineage(),
        peak.source(),
        peak.position(),
        peak.attribution(),
        reason,
        peak.evidence(),
        raisedLate);
  }

  private static String id(ScoredVector first) {
    String identity =
        first.key() + '\n' + first.timestamp() + '\n' + first.source() + '\n' + first.position();
    return hash(identity);
  }

  private static String hash(String identity) {
    UUID hash = UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits(hash.getMostSignificantBits());
  }

  /** Whether the policy says that the episode is over. */
  public boolean isOver(TriagePolicy policy, long now) {
    return quiet >= policy.quietReadings() || now - end >= policy.quietMillis();
  }
}
