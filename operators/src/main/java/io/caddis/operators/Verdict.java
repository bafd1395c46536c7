// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.ScoredVector;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What triage must know of a reading to find its episodes again.
 *
 * @param timestamp event time, epoch milliseconds
 * @param source see {@link ScoredVector#source()}
 * @param position see {@link ScoredVector#position()}
 * @param anomaly the reading if it is anomalous and not muted, else null
 */
public record Verdict(long timestamp, long source, long position, @Nullable ScoredVector anomaly) {
  /** As {@link OrderOperator} orders readings. */
  static final Comparator<Verdict> ORDER =
      Comparator.comparingLong(Verdict::timestamp)
          .thenComparingLong(Verdict::source)
          .thenComparingLong(Verdict::position);

  static Verdict of(ScoredVector vector) {
    return new Verdict(
        vector.timestamp(),
        vector.source(),
        vector.position(),
        vector.anomaly() && !vector.muted() ? vector : null);
  }

  /** Only when the reading was. */
  Verdict place() {
    return new Verdict(timestamp, source, position, null);
  }
}
