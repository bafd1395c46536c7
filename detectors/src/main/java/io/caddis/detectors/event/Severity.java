// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

/** How bad a score is, worst last; see {@link SeverityScale}. */
public enum Severity {
  LOW,
  MEDIUM,
  HIGH,
  CRITICAL;

  /** By the scale that holds where no other is given. */
  public static Severity of(double score) {
    return SeverityScale.DEFAULT.of(score);
  }
}
