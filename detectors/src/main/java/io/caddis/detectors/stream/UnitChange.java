// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Tells when a feature goes on in another unit, metres in millimetres or watts in megawatts: its
 * size and its spread over the last readings are both about a hundred, a thousand or a million
 * times what they were, or as much less. A fault that changes one changes the other by something
 * else.
 */
final class UnitChange {
  /** Readings of an episode from which a change can be told. */
  static final int FEWEST = 60;

  /** Share of a value in the recent mean and variance. */
  private static final double SHARE = 0.05;

  private static final double[] FACTORS = {1e2, 1e3, 1e6, 1e-2, 1e-3, 1e-6};

  /** By how much the factor of the size may differ from a power of ten, at most. */
  private static final double TOLERANCE = 2;

  private final double[] means;
  private final double[] variances;

  UnitChange(int features) {
    means = new double[features];
    Arrays.fill(means, Double.NaN);
    variances = new double[features];
  }

  /** Takes in a reading; NaN where missing. */
  void add(double[] values) {
    for (int j = 0; j < means.length; j++) {
      if (Double.isNaN(values[j])) {
        continue;
      }
      if (Double.isNaN(means[j])) {
        means[j] = values[j];
      }
      double difference = values[j] - means[j];
      means[j] += SHARE * difference;
      variances[j] = (1 - SHARE) * (variances[j] + SHARE * difference * difference);
    }
  }

  /**
   * @param mean of the feature when it was usual
   * @param variance likewise
   * @return what the values of before are to be multiplied by, 1 for no change
   */
  double factor(int feature, double mean, double variance) {
    if (!hasSize(mean, variance) || !hasSize(means[feature], variances[feature])) {
      return 1;
    }
    double size = Math.abs(means[feature] / mean);
    double spread = Math.sqrt(variances[feature] / variance);
    for (double factor : FACTORS) {
      // Some twenty readings tell little of the spread of a feature that seldom moves.
      double most = Math.sqrt(Math.max(factor, 1 / factor));
      if (within(size / factor, TOLERANCE) && within(spread / factor, most)) {
        return factor;
      }
    }
    return 1;
  }

  /** Values that are mostly 0, as of switches, have none. */
  private static boolean hasSize(double mean, double variance) {
    return variance < 4 * mean * mean;
  }

  private static boolean within(double ratio, double tolerance) {
    return ratio < tolerance && ratio > 1 / tolerance;
  }

  void write(DataOutput out) throws IOException {
    StateReader.write(out, means);
    StateReader.write(out, variances);
  }

  void read(StateReader in) throws IOException {
    for (int j = 0; j < means.length; j++) {
      means[j] = in.finiteOrNone("recent mean");
    }
    for (int j = 0; j < variances.length; j++) {
      variances[j] = in.notNegative("recent variance");
    }
  }
}
