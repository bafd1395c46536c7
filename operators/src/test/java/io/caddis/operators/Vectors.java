// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.SeverityScale;

/** Small readings and vectors for tests. */
final class Vectors {
  private Vectors() {}

  static Reading reading(String key, long timestamp, long position, double... numbers) {
    return new Reading(key, timestamp, 7, position, numbers, new String[0], null);
  }

  static FeatureVector vector(String key, String group, long timestamp, double... numbers) {
    return new FeatureVector(
        key, group, timestamp, 7, timestamp, false, numbers, new String[0], null, null);
  }

  static ScoredVector scored(String key, long timestamp, double score) {
    return scored(key, timestamp, timestamp, score, false);
  }

  static ScoredVector scored(
      String key, long timestamp, long position, double score, boolean late) {
    return new ScoredVector(
        key,
        "all",
        timestamp,
        7,
        position,
        score,
        score,
        0.5,
        score >= 0.5,
        SeverityScale.DEFAULT.of(score),
        "v1",
        late,
        null,
        null,
        null,
        null,
        false,
        null,
        null);
  }
}
