// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.Scaling;

/**
 * The largest distance of any feature from its training mean, in standard deviations.
 *
 * <p>The raw score is 0 or more, higher = more anomalous. A feature that was constant in training
 * counts its distance in its own unit, as if its standard deviation were 1.
 */
public record ZScore() implements Detector {
  public static final String NAME = "zscore";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    return FittedBands.fit(
        NAME, rows, Scaling.STANDARD::center, Scaling.STANDARD::center, Scaling.STANDARD::unit);
  }
}
