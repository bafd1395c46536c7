// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** One {@link Univariate} detector's state: distance from the mean so far, in spreads so far. */
final class UnivariateDetector implements StreamDetector {
  static final int MAX_FEATURES = 4096;

  private final long[] counts;
  private final double[] means;
  private final double[] squares;
  private final double[] expected;
  private final double[] contributions;
  private double raw;

  UnivariateDetector(int features) {
    counts = new long[features];
    means = new double[features];
    squares = new double[features];
    expected = new double[features];
    contributions = new double[features];
  }

  @Override
  public double score(long timeMillis, double[] values) {
    raw = 0;
    int worst = 0;
    for (int i = 0; i < values.length; i++) {
      expected[i] = counts[i] == 0 ? Double.NaN : means[i];
      contributions[i] = 0;
      double spread = Math.sqrt(squares[i] / Math.max(1, counts[i] - 1));
      double far = Math.abs(values[i] - means[i]) / spread;
      if (counts[i] > 100 && far > raw) {
        raw = far;
        worst = i;
      }
      if (Double.isFinite(values[i])) {
        counts[i]++;
        double before = values[i] - means[i];
        means[i] += before / counts[i];
        squares[i] += before * (values[i] - means[i]);
      }
    }
    contributions[worst] = raw / (raw + 4);
    return contributions[worst];
  }

  @Override
  public double rawScore() {
    return raw;
  }

  @Override
  public double[] contributions() {
    return contributions.clone();
  }

  @Override
  public double[] expected() {
    return expected.clone();
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeInt(counts.length);
    for (int i = 0; i < counts.length; i++) {
      out.writeLong(counts[i]);
      out.writeDouble(means[i]);
      out.writeDouble(squares[i]);
    }
  }

  static UnivariateDetector read(DataInput in) throws IOException {
    int features = in.readInt();
    if (features < 1 || features > MAX_FEATURES) {
      throw new IOException("features must be 1 to " + MAX_FEATURES + ", was " + features);
    }
    UnivariateDetector detector = new UnivariateDetector(features);
    for (int i = 0; i < features; i++) {
      detector.counts[i] = in.readLong();
      detector.means[i] = in.readDouble();
      detector.squares[i] = in.readDouble();
    }
    return detector;
  }
}
