// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.ColumnStatistics;
import java.util.Arrays;

/**
 * The map from a detector's raw scores to how rare they were in training: minus the natural
 * logarithm of the share of training rows that score as high.
 *
 * <p>Scores of different detectors become comparable: 0 is the lowest, 4.6 one row in a hundred.
 * Between the knots, which lie evenly on that scale, it is linear; above the highest training score
 * it goes on as if the tail were exponential. Immutable and thread-safe.
 */
final class TailScale {
  private static final int KNOTS = 256;

  private final double[] knots;
  private final double step;
  private final double excess;

  private TailScale(double[] knots, double step, double excess) {
    this.knots = knots;
    this.step = step;
    this.excess = excess;
  }

  /** Learns the scale from raw scores, at least one, in any order; they are sorted. */
  static TailScale fit(double[] raw) {
    Arrays.sort(raw);
    double step = StrictMath.log(raw.length + 1.0) / (KNOTS - 1);
    double[] knots = new double[KNOTS];
    for (int i = 0; i < KNOTS; i++) {
      knots[i] = ColumnStatistics.quantile(raw, -StrictMath.expm1(-i * step));
    }
    knots[KNOTS - 1] = raw[raw.length - 1];
    double tail = ColumnStatistics.quantile(raw, 0.9);
    double excess = ColumnStatistics.meanExcess(raw, tail);
    double floor = 1e-6 * Math.max(Math.abs(tail), 1e-6);
    return new TailScale(knots, step, Math.max(excess, floor));
  }

  /** The rarity of a raw score: 0 or more, never falls as the raw score rises. */
  double rarity(double raw) {
    int last = knots.length - 1;
    if (raw >= knots[last]) {
      return Detectors.bounded(last * step + (raw - knots[last]) / excess);
    }
    int at = Arrays.binarySearch(knots, raw);
    if (at < 0) {
      int above = -at - 1;
      if (above == 0) {
        return 0;
      }
      double low = knots[above - 1];
      return step * (above - 1 + (raw - low) / (knots[above] - low));
    }
    // several knots may be equal: take the lowest, whichever the search met
    while (at > 0 && knots[at - 1] == raw) {
      at--;
    }
    return step * at;
  }

  void write(PayloadWriter out) {
    out.f64(step);
    out.f64(excess);
    for (double knot : knots) {
      out.f64(knot);
    }
  }

  static TailScale read(PayloadReader in) {
    double step = in.positive("step");
    double excess = in.positive("excess");
    double[] knots = new double[KNOTS];
    for (int i = 0; i < KNOTS; i++) {
      knots[i] = in.finite("knot");
      if (i > 0 && knots[i] < knots[i - 1]) {
        throw new IllegalArgumentException(
            "knot must be at least the one before it, %s, was %s at byte %d"
                .formatted(knots[i - 1], knots[i], in.position() - 8));
      }
    }
    return new TailScale(knots, step, excess);
  }
}
