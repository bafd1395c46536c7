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
 */
public record Episode(
    ScoredVector peak, String id, long start, long end, long anomalies, int quiet, int messages) {

  /** Opens an episode at its first anomalous reading. */
  public static Episode open(ScoredVector first) {
    return new Episode(first, id(first), first.timestamp(), first.timestamp(), 1, 0, 1);
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
        worse ? messages + 1 : messages);
  }

  /** The episode after one more normal reading. */
  public Episode normal() {
    return new Episode(peak, id, start, end, anomalies, quiet + 1, messages);
  }

  public Severity severity() {
    return peak.severity();
  }

  /** The message about the episode as it stands. */
  public Alert alert(AlertState state, long timestamp) {
    return new Alert(
        id,
        state == AlertState.CLOSED ? messages : messages - 1,
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
        peak.evidence());
  }

  private static String id(ScoredVector first) {
    String identity =
        first.key() + '\n' + first.timestamp() + '\n' + first.source() + '\n' + first.position();
    UUID hash = UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits(hash.getMostSignificantBits());
  }

  /** Whether the policy says that the episode is over. */
  public boolean isOver(TriagePolicy policy, long now) {
    return quiet >= policy.quietReadings() || now - end >= policy.quietMillis();
  }
}
