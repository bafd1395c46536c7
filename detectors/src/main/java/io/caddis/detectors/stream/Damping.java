// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

/**
 * How much the spread of a feature in a {@link SensorModel} is widened for each time that its
 * independent readings are fewer than one, and how many readings count at most.
 */
enum Damping {
  /** Slow features count as any other once enough readings have shown how far they go. */
  LITTLE(1, Double.POSITIVE_INFINITY),
  /** Slow features count little for ever: they drift to where they have not been. */
  STRONG(100, 400),
  /** Between the two, for readings that are smoothed and therefore all slow. */
  SMOOTHED(10, 400);

  private final double factor;
  private final double mostReadings;

  Damping(double factor, double mostReadings) {
    this.factor = factor;
    this.mostReadings = mostReadings;
  }

  double factor() {
    return factor;
  }

  double mostReadings() {
    return mostReadings;
  }
}
