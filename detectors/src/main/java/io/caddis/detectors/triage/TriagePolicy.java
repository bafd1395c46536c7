// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.triage;

import java.io.Serializable;

/**
 * When an episode ends.
 *
 * @param quietReadings normal readings in a row that end it, at least 1
 * @param quietMillis event time without an anomalous reading that ends it, milliseconds, at least 1
 */
public record TriagePolicy(int quietReadings, long quietMillis) implements Serializable {
  public TriagePolicy {
    if (quietReadings < 1) {
      throw new IllegalArgumentException("quietReadings must be at least 1, was " + quietReadings);
    }
    if (quietMillis < 1) {
      throw new IllegalArgumentException("quietMillis must be at least 1, was " + quietMillis);
    }
  }
}
