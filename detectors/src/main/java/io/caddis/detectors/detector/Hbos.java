// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.ColumnStatistics;
import java.util.Arrays;

/**
 * How rare a row's values are, each by a histogram of its feature: the cheapest detector that looks
 * at all features together.
 *
 * <p>The raw score is the sum over the features of minus the natural logarithm of the density of
 * the value's bin, relative to that of an even spread; higher = more anomalous. It does not see
 * values that are usual each but not together.
 *
 * <p>Source: Goldstein, Dengel, "Histogram-based outlier score (HBOS)", KI 2012. Deviations: the
 * bins span the middle 98 % of the training values, so that a single outlier does not squeeze the
 * rest into one bin; each side beyond shares one more bin, and values there count the logarithm of
 * their distance in bin widths on top; half a row is added to every bin.
 *
 * @param bins 2 to 256 a feature, default 10
 */
public record Hbos(int bins) implements Detector {
  public static final String NAME = "hbos";
  static final int MAX_BINS = 256;
  private static final double SPAN_FROM = 0.01;

  public Hbos {
    Parameters.checked("n_bins", bins, 2, MAX_BINS);
  }

  /** 10 bins a feature. */
  public Hbos() {
    this(10);
  }

  static Hbos of(Parameters parameters) {
    return new Hbos(parameters.only(NAME, "n_bins").integer("n_bins", 10));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    double[][] columns = Detectors.columns(rows);
    double[] low = new double[columns.length];
    double[] width = new double[columns.length];
    double[][] rarities = new double[columns.length][bins + 2];
    for (int feature = 0; feature < columns.length; feature++) {
      double[] sorted = columns[feature];
      Arrays.sort(sorted);
      low[feature] = ColumnStatistics.quantile(sorted, SPAN_FROM);
      double span = ColumnStatistics.quantile(sorted, 1 - SPAN_FROM) - low[feature];
      // a feature that hardly varies has bins of a size that its rare values suggest
      double fallback = ColumnStatistics.of(sorted).robustUnit();
      width[feature] = Math.max(span > 0 ? span / bins : fallback / bins, 1e-100);
      double[] counts = rarities[feature];
      for (double value : sorted) {
        counts[FittedHbos.bin(value, low[feature], width[feature], bins)]++;
      }
      for (int bin = 0; bin < counts.length; bin++) {
        double share = (counts[bin] + 0.5) / (sorted.length + 0.5 * counts.length);
        counts[bin] = -StrictMath.log(share * bins);
      }
    }
    return new FittedHbos(bins, low, width, rarities);
  }
}
