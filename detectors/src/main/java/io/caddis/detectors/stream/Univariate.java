// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.detector.Parameters;
import java.io.DataInput;
import java.io.IOException;

/** Scores each feature of a sensor against its own history, one by one. */
public record Univariate() implements StreamDetectorType {
  public static final String NAME = "univariate";

  static Univariate of(Parameters parameters) {
    parameters.only(NAME);
    return new Univariate();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public StreamDetector create(int features) {
    return new UnivariateDetector(features);
  }

  @Override
  public StreamDetector read(DataInput in) throws IOException {
    return UnivariateDetector.read(in);
  }
}
