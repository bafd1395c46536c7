// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

/** How bad a score is, worst last; see {@link SeverityScale}. */
public enum Severity {
  LOW,
  MEDIUM,
  HIGH,
  CRITICAL
}
