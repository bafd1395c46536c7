// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.quality;

import java.util.List;

/**
 * Whether a set of rows can be trained on or scored.
 *
 * @param rows how many there were
 * @param faults why not; empty when they can
 * @param issues what is worth knowing all the same
 */
public record BatchReport(int rows, List<String> faults, List<String> issues) {
  public BatchReport {
    faults = List.copyOf(faults);
    issues = List.copyOf(issues);
  }

  /** Whether nothing speaks against the rows. */
  public boolean usable() {
    return faults.isEmpty();
  }
}
