// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataOutput;
import java.io.IOException;

/**
 * A statistic of one sensor, smoothed over two horizons, on the scale of its own history.
 *
 * <p>The statistic is smoothed by exponentially weighted averages of short and long memory; their
 * mean reacts to a jump within a few readings and still gathers small shifts over dozens. Both the
 * statistic itself and its smoothed form are standardised by the mean and the spread they had while
 * the sensor was usual, so that autocorrelation, which widens the smoothed form, widens its scale
 * too.
 */
final class SmoothedStatistic {
  private static final double[] SHARES = {0.3, 0.1};

  /** The statistic, its averages by {@link #SHARES}, then the mean of those. */
  private static final int FORMS = SHARES.length + 2;

  private final double[] values = new double[FORMS];
  private final double[] means = new double[FORMS];
  private final double[] spreads = new double[FORMS];
  private double learned;
  private boolean started;

  /** Takes in the statistic of the next reading. */
  void add(double statistic) {
    values[0] = statistic;
    double sum = 0;
    for (int i = 1; i <= SHARES.length; i++) {
      values[i] = started ? values[i] + SHARES[i - 1] * (statistic - values[i]) : statistic;
      sum += values[i];
    }
    values[FORMS - 1] = sum / SHARES.length;
    started = true;
  }

  /** Standard deviations that the last statistic lay above its mean. */
  double sudden() {
    return standardised(0);
  }

  /** Standard deviations that the smoothed statistic lies above its mean. */
  double smoothed() {
    return standardised(FORMS - 1);
  }

  private double standardised(int form) {
    double spread = Math.max(spreads[form], 1e-6);
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
    double rate = weight / Math.max(learned, slowest);
    if (rate <= 0) {
      return;
    }
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
  }

  void read(StateReader in) throws IOException {
    in.finite("statistic", values);
    in.finite("mean of the statistic", means);
    for (int i = 0; i < FORMS; i++) {
      spreads[i] = in.notNegative("spread of the statistic");
    }
    learned = in.notNegative("learned");
    started = in.flag("started");
  }
}
