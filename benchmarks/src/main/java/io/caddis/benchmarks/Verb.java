// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.util.Locale;

/** What of a detector is measured. */
enum Verb {
  /** Learning from the training rows. */
  FIT("fits/s"),
  /** Scoring row by row, a call each. */
  SCORE("rows/s"),
  /** Scoring all test rows by one call. */
  BATCH("rows/s"),
  /** Learning from one more row, a call each. */
  UPDATE("rows/s"),
  /** Learning from rows and scoring the same rows, for libraries that cannot do one alone. */
  FIT_BATCH("runs/s"),
  /** Size of what was learned when written. */
  BYTES("bytes");

  final String unit;

  Verb(String unit) {
    this.unit = unit;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
