// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

/**
 * How bad a score is, worst last: above 0.9 critical, above 0.7 high, above 0.5 medium, else low.
 */
public enum Severity {
  LOW,
  MEDIUM,
  HIGH,
  CRITICAL;

  public static Severity of(double score) {
    if (score > 0.9) {
      return CRITICAL;
    }
    if (score > 0.7) {
      return HIGH;
    }
    return score > 0.5 ? MEDIUM : LOW;
  }
}
