// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataOutput;
import java.io.IOException;

/**
 * A statistic of one sensor as it is and smoothed, on the scale of its own history.
 *
 * <p>The exponentially weighted average reacts to a jump within a few readings and still gathers
 * small shifts over some ten. Where the statistic falls by more than {@value #FALL} of its standard
 * deviations it follows nearly at once, so that an alarm ends when what it was for does. Both forms
 * are standardised by the mean and the spread they had while the sensor was usual, so that
 * autocorrelation, which widens the smoothed form, widens its scale too. Sources: Roberts, "Control
 * chart tests based on geometric moving averages", 1959; Capizzi and Masarotto, "An adaptive
 * exponentially weighted moving average control chart", 2003, here for falls only: a single reading
 * that is far out is to count as one.
 */
final class SmoothedStatistic {
  private static final double SHARE = 0.2;

  /** Standard deviations of the statistic that are smoothed at most when it falls. */
  private static final double FALL = 4;

  /** Readings that count of those before the statistic changes, and that teach fully after. */
  private static final double KEPT = 100;

  private static final int RELEARNED = 400;

  private static final double LEAST_SPREAD = 1e-6;

  private static final int SUDDEN = 0;
  private static final int SMOOTHED = 1;
  private static final int FORMS = 2;

  private final double[] values = new double[FORMS];
  private final double[] means = new double[FORMS];
  private final double[] spreads = new double[FORMS];
  private double learned;
  private boolean started;
  private int relearning;

  /** Takes in the statistic of the next reading. */
  void add(double statistic) {
    values[SUDDEN] = statistic;
    double fall = (values[SMOOTHED] - statistic) / Math.max(spreads[SUDDEN], LEAST_SPREAD);
    double share = learned >= KEPT && fall > FALL ? 1 - (1 - SHARE) * FALL / fall : SHARE;
    values[SMOOTHED] =
        started ? values[SMOOTHED] + share * (statistic - values[SMOOTHED]) : statistic;
    started = true;
  }

  /** Learns quickly for a while, because the statistic measures something else from now on. */
  void relearn() {
    learned = Math.min(learned, KEPT);
    relearning = RELEARNED;
  }

  /** Takes the smoothed form down to what is usual. */
  void settle() {
    values[SMOOTHED] = Math.min(values[SMOOTHED], means[SMOOTHED]);
  }

  /** Standard deviations that the last statistic lay above its mean. */
  double sudden() {
    return standardised(SUDDEN);
  }

  /** Standard deviations that the smoothed statistic lies above its mean. */
  double smoothed() {
    return standardised(SMOOTHED);
  }

  private double standardised(int form) {
    double spread = Math.max(spreads[form], LEAST_SPREAD);
    return learned > 0 ? (values[form] - means[form]) / spread : 0;
  }

  /**
   * Learns the last statistic as usual.
   *
   * @param weight 0 not at all to 1 as any other
   * @param slowest number of readings that this one is at least weighed against
   */
  void learn(double weight, double slowest) {
    learned += weight;
    double rate = weight / (relearning > 0 ? learned : Math.max(learned, slowest));
    if (rate <= 0) {
      return;
    }
    relearning = Math.max(0, relearning - 1);
    for (int i = 0; i < FORMS; i++) {
      double difference = values[i] - means[i];
      means[i] += rate * difference;
      double variance = spreads[i] * spreads[i];
      spreads[i] = Math.sqrt((1 - rate) * (variance + rate * difference * difference));
    }
  }

  void write(DataOutput out) throws IOException {
    StateReader.write(out, values);
    StateReader.write(out, means);
    StateReader.write(out, spreads);
    out.writeDouble(learned);
    out.writeBoolean(started);
    out.writeShort(relearning);
  }

  void read(StateReader in) throws IOException {
    in.finite("statistic", values);
    in.finite("mean of the statistic", means);
    for (int i = 0; i < FORMS; i++) {
      spreads[i] = in.notNegative("spread of the statistic");
    }
    learned = in.notNegative("learned");
    started = in.octet("started", 1) == 1;
    relearning = in.unsignedShort("readings to relearn", RELEARNED);
  }
}
