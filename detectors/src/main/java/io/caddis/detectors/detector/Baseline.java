// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * What a row is compared with to tell which of its features make it anomalous.
 *
 * @param row a usual row, encoded and scaled
 * @param featureOf the feature that each number of a row belongs to, counting from 0 without gaps;
 *     numbers of one feature stand together
 * @param features how many features there are
 */
public record Baseline(double[] row, int[] featureOf, int features) {
  /**
   * Most features that {@link #exchanged} looks at, the ones farthest from usual: bounds its cost.
   */
  private static final int MOST_EXCHANGED = 64;

  /** Sums up what the numbers of each feature contribute; none counts less than 0. */
  double[] byFeature(double[] columns) {
    double[] sums = new double[features];
    for (int column = 0; column < columns.length; column++) {
      sums[featureOf[column]] += Math.max(0, Detectors.bounded(columns[column]));
    }
    return sums;
  }

  /**
   * How much each feature contributes, for any detector: the mean of what the raw score falls by
   * when it alone becomes usual and what it rises by when it alone is as it is and all others are
   * usual. With two features these are their Shapley values. Two scores a feature.
   */
  double[] exchanged(FittedDetector detector, double[] values) {
    double[] contributions = new double[features];
    double whole = detector.rawScore(values);
    double usual = detector.rawScore(row);
    double[] without = values.clone();
    double[] only = row.clone();
    for (int feature : farthest(values)) {
      exchange(feature, row, without);
      exchange(feature, values, only);
      double last = whole - detector.rawScore(without);
      double first = detector.rawScore(only) - usual;
      contributions[feature] = Math.max(0, Detectors.bounded(last / 2 + first / 2));
      exchange(feature, values, without);
      exchange(feature, row, only);
    }
    return contributions;
  }

  private void exchange(int feature, double[] from, double[] to) {
    for (int column = 0; column < to.length; column++) {
      if (featureOf[column] == feature) {
        to[column] = from[column];
      }
    }
  }

  private int[] farthest(double[] values) {
    double[] distances = new double[features];
    for (int column = 0; column < values.length; column++) {
      int feature = featureOf[column];
      distances[feature] = Math.max(distances[feature], Math.abs(values[column] - row[column]));
    }
    return IntStream.range(0, features)
        .filter(feature -> distances[feature] > 0)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer feature) -> -distances[feature]))
        .limit(MOST_EXCHANGED)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
