// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/** The histograms of {@link Hbos}. */
final class FittedHbos implements FittedDetector {
  private final int bins;
  private final double[] low;
  private final double[] width;

  /** For each feature: below the bins, the bins, above them. */
  private final double[][] rarities;

  FittedHbos(int bins, double[] low, double[] width, double[][] rarities) {
    this.bins = bins;
    this.low = low;
    this.width = width;
    this.rarities = rarities;
  }

  /**
   * 0 below the bins, 1 to {@code bins} in them, one more above; the upper edge belongs to them.
   */
  static int bin(double value, double low, double width, int bins) {
    double position = (value - low) / width;
    if (position < 0) {
      return 0;
    }
    return position > bins * (1 + 1e-9) ? bins + 1 : Math.min((int) position, bins - 1) + 1;
  }

  @Override
  public String name() {
    return Hbos.NAME;
  }

  @Override
  public int dimension() {
    return low.length;
  }

  @Override
  public double rawScore(double[] row) {
    double sum = 0;
    for (int feature = 0; feature < low.length; feature++) {
      sum += rarity(row[feature], feature);
    }
    return Detectors.bounded(sum);
  }

  private double rarity(double value, int feature) {
    int bin = bin(value, low[feature], width[feature], bins);
    if (bin > 0 && bin <= bins) {
      return rarities[feature][bin];
    }
    double position = (value - low[feature]) / width[feature];
    return rarities[feature][bin] + StrictMath.log1p(Math.max(-position, position - bins));
  }

  /** By how much each value is rarer than the commonest one of its feature. */
  @Override
  public double[] contributions(double[] row, Baseline baseline) {
    double[] columns = new double[low.length];
    for (int feature = 0; feature < low.length; feature++) {
      columns[feature] = rarity(row[feature], feature) - rarities[feature][commonest(feature)];
    }
    return baseline.byFeature(columns);
  }

  private int commonest(int feature) {
    int commonest = 1;
    for (int bin = 2; bin <= bins; bin++) {
      commonest = rarities[feature][bin] < rarities[feature][commonest] ? bin : commonest;
    }
    return commonest;
  }

  /** The middle of the commonest bin. */
  @Override
  public double expected(double[] row, int column) {
    return low[column] + (commonest(column) - 0.5) * width[column];
  }

  @Override
  public void write(PayloadWriter out) {
    out.u16(bins);
    for (int feature = 0; feature < low.length; feature++) {
      out.f64(low[feature]);
      out.f64(width[feature]);
      for (double rarity : rarities[feature]) {
        out.f64(rarity);
      }
    }
  }

  static FittedHbos read(int dimension, PayloadReader in) {
    int bins = in.u16("bins", 2, Hbos.MAX_BINS);
    double[] low = new double[dimension];
    double[] width = new double[dimension];
    double[][] rarities = new double[dimension][];
    for (int feature = 0; feature < dimension; feature++) {
      low[feature] = in.finite("low");
      width[feature] = in.positive("width");
      // one at a time, so that forged bytes end before much is allocated
      double[] counts = new double[bins + 2];
      for (int bin = 0; bin < counts.length; bin++) {
        counts[bin] = in.finite("rarity");
      }
      rarities[feature] = counts;
    }
    return new FittedHbos(bins, low, width, rarities);
  }
}
