// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.Severity;

/** Scored readings of which only the number matters. */
public final class ScoredRows {
  private ScoredRows() {}

  /** The reading of a number, which is its key and its position. */
  public static ScoredVector row(long number) {
    String key = Long.toString(number);
    return new ScoredVector(
        key,
        key,
        0,
        1,
        number,
        0.1,
        1,
        0.5,
        false,
        Severity.LOW,
        "m",
        false,
        null,
        null,
        null,
        null,
        false,
        null,
        null);
  }
}
