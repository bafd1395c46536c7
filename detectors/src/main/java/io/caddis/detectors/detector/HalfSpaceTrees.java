// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.ColumnStatistics;
import java.util.Arrays;

/**
 * Half-space trees: random halvings of the space, which count how many recent rows fall into each
 * part. Learns on from every row, see {@link Updatable}, and so follows slow changes.
 *
 * <p>The raw score is minus the base-2 logarithm of the row's mean mass, relative to an even spread
 * of the window; higher = more anomalous. Masses are those of the last full window of rows; a
 * window that is full replaces them.
 *
 * <p>Source: Tan, Ting, Liu, "Fast anomaly detection for streaming data", IJCAI 2011. Deviations:
 * the trees are spread around the middle 98 % of the training values, not around the extremes; the
 * first masses are those of all training rows; the logarithm, which leaves the order of the rows
 * alone.
 *
 * @param trees 1 to 1000, default 25
 * @param height levels of halvings, 1 to 15, default 8; {@code trees * 2^height} at most 2^18
 * @param window rows after which what was learned takes effect, 2 to 1000000, default 250
 */
public record HalfSpaceTrees(int trees, int height, int window) implements Detector {
  public static final String NAME = "half_space_trees";
  static final int MAX_TREES = 1_000;
  static final int MAX_HEIGHT = 15;
  static final int MAX_WINDOW = 1_000_000;
  static final int MAX_LEAVES = 1 << 18;

  public HalfSpaceTrees {
    Parameters.checked("n_estimators", trees, 1, MAX_TREES);
    Parameters.checked("height", height, 1, MAX_HEIGHT);
    Parameters.checked("window_size", window, 2, MAX_WINDOW);
    if (trees << height > MAX_LEAVES) {
      throw new IllegalArgumentException(
          "n_estimators times 2^height must be at most %d, was %d times 2^%d"
              .formatted(MAX_LEAVES, trees, height));
    }
  }

  /** 25 trees of 8 levels on windows of 250 rows. */
  public HalfSpaceTrees() {
    this(25, 8, 250);
  }

  static HalfSpaceTrees of(Parameters parameters) {
    parameters.only(NAME, "n_estimators", "height", "window_size");
    return new HalfSpaceTrees(
        parameters.integer("n_estimators", 25),
        parameters.integer("height", 8),
        parameters.integer("window_size", 250));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean updatable() {
    return true;
  }

  @Override
  public Updatable fit(double[][] rows, long seed) {
    double[][] columns = Detectors.columns(rows);
    double[] from = new double[columns.length];
    double[] span = new double[columns.length];
    for (int feature = 0; feature < columns.length; feature++) {
      double[] sorted = columns[feature];
      Arrays.sort(sorted);
      from[feature] = ColumnStatistics.quantile(sorted, 0.01);
      span[feature] = ColumnStatistics.quantile(sorted, 0.99) - from[feature];
      if (span[feature] == 0) {
        double all = sorted[sorted.length - 1] - sorted[0];
        span[feature] = all > 0 ? all : Math.max(1e-6 * Math.abs(from[feature]), 1e-9);
      }
    }
    return FittedHalfSpaceTrees.grow(this, from, span, new SplitMix(seed)).with(rows);
  }
}
