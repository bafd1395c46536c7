// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

/** A sensor's last reading as seen from one set of levels. */
final class SensorView {
  /** Where the features usually are, NaN for where the means say; shared, not copied. */
  final double[] levels;

  final double[] white;
  final double[] scales;

  SensorView(double[] levels) {
    this.levels = levels;
    white = new double[levels.length];
    scales = new double[levels.length];
  }
}
