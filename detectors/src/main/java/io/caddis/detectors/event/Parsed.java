// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of parsing one line: a reading, a rejection, or both when single cells were unusable.
 *
 * @param reading the reading, or null when the line was rejected whole
 * @param rejection what was wrong, or null when nothing was
 * @param watermarkCeiling event time in epoch milliseconds that the watermark must stay below while
 *     this line's source is read, because sources that wait their turn still hold readings from
 *     then on; {@link Long#MAX_VALUE} when none do
 */
public record Parsed(
    @Nullable Reading reading, @Nullable Rejection rejection, long watermarkCeiling) {
  public static Parsed valid(Reading reading) {
    return new Parsed(reading, null, Long.MAX_VALUE);
  }

  public static Parsed rejected(Rejection rejection) {
    return new Parsed(null, rejection, Long.MAX_VALUE);
  }

  /** The same outcome under another ceiling. */
  public Parsed withWatermarkCeiling(long ceiling) {
    return new Parsed(reading, rejection, ceiling);
  }
}
