// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.model.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Rows of correlated normal numbers, one in a hundred far out; the same in every run. */
final class SyntheticRows {
  static final int OUTLIER_EVERY = 100;

  private static final double OUTLIER_DISTANCE = 8;

  private SyntheticRows() {}

  /**
   * Rows whose numbers share half their variance; row {@code i} is far out when {@code i} is a
   * multiple of {@link #OUTLIER_EVERY}.
   *
   * @return {@code double[rows][features]}
   */
  static double[][] of(int rows, int features, long seed) {
    Random random = new Random(seed);
    double[][] all = new double[rows][features];
    for (int i = 0; i < rows; i++) {
      double shared = random.nextGaussian();
      double shift = i % OUTLIER_EVERY == 0 ? OUTLIER_DISTANCE : 0;
      for (int feature = 0; feature < features; feature++) {
        all[i][feature] = shift + Math.sqrt(0.5) * (shared + random.nextGaussian());
      }
    }
    return all;
  }

  /** A schema of so many numeric features. */
  static FeatureSchema schema(int features) {
    List<Feature> columns = new ArrayList<>();
    for (int feature = 0; feature < features; feature++) {
      columns.add(new Feature("x" + feature, Encoding.NUMERIC));
    }
    return new FeatureSchema(columns);
  }

  static List<Row> training(double[][] rows) {
    return Arrays.stream(rows).map(row -> new Row(row, new String[0])).toList();
  }
}
