// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.util.Arrays;
import java.util.List;

/**
 * The same figure measured in several turns.
 *
 * @param sorted ascending, at least one
 */
record Figures(double[] sorted) {
  static Figures of(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return new Figures(sorted);
  }

  double min() {
    return sorted[0];
  }

  double median() {
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  double max() {
    return sorted[sorted.length - 1];
  }
}
