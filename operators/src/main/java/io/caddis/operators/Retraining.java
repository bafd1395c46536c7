// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.drift.ScoreDrift;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Which complete training windows train, once a group has a model. Times are event time, from the
 * end of the interval of the model before to the end of the window.
 *
 * @param onDrift whether only windows do whose sample has drifted from that of the model before, or
 *     whose scores have
 * @param minMillis least time between two models
 * @param maxMillis time after which a window trains although nothing has drifted
 * @param scores what counts as a drift of scores, null when none does
 */
public record Retraining(
    boolean onDrift, long minMillis, long maxMillis, @Nullable ScoreDrift scores)
    implements Serializable {
  /** All of them do. */
  public static final Retraining EVERY_WINDOW = new Retraining(false, 0, Long.MAX_VALUE, null);

  /** Why a model was trained. Names are a format: never renamed, never reused. */
  static final String FIRST = "first";

  static final String WINDOW = "window";
  static final String DRIFT = "drift";
  static final String AGE = "age";
  static final String COMMAND = "command";

  public Retraining {
    if (minMillis < 0 || maxMillis < 1 || minMillis > maxMillis) {
      throw new IllegalArgumentException(
          "minMillis must be 0 to maxMillis %d, was %d".formatted(maxMillis, minMillis));
    }
  }

  /**
   * Whether a window need not be looked at.
   *
   * @param before end of the interval of the model before, null when there is none
   */
  boolean tooSoon(@Nullable Long before, long to) {
    return before != null && to - before < minMillis;
  }

  /** Why a window trains, null when it does not. */
  @Nullable String reason(@Nullable Long before, long to, boolean drifted) {
    if (before == null) {
      return FIRST;
    }
    if (!onDrift) {
      return WINDOW;
    }
    if (drifted) {
      return DRIFT;
    }
    return to - before >= maxMillis ? AGE : null;
  }
}
