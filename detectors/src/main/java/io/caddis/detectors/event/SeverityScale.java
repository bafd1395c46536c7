// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

import java.io.Serializable;

/**
 * The scores above which a reading is of each severity.
 *
 * @param medium 0 to {@code high}
 * @param high to be reviewed, to {@code critical}
 * @param critical to be acted upon at once, to 1
 */
public record SeverityScale(double medium, double high, double critical) implements Serializable {
  public static final SeverityScale DEFAULT = new SeverityScale(0.5, 0.7, 0.9);

  public SeverityScale {
    if (!(0 <= medium && medium <= high && high <= critical && critical <= 1)) {
      throw new IllegalArgumentException(
          "severities must rise from 0 to 1, were medium %s, high %s, critical %s"
              .formatted(medium, high, critical));
    }
  }

  /** The severity of a score from 0 to 1. */
  public Severity of(double score) {
    if (score > critical) {
      return Severity.CRITICAL;
    }
    if (score > high) {
      return Severity.HIGH;
    }
    return score > medium ? Severity.MEDIUM : Severity.LOW;
  }
}
