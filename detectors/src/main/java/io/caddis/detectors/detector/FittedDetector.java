// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * What a {@link Detector} learned: a function from a row to its raw score.
 *
 * <p>A raw score is higher for more anomalous rows, whatever the sign other libraries use for the
 * same algorithm, and within ±1e150; its unit is the algorithm's own. Immutable and thread-safe.
 */
public interface FittedDetector {
  /** The name of the {@link Detector} that made it. */
  String name();

  /** How many numbers a row has. */
  int dimension();

  /**
   * How anomalous the row is, in the algorithm's own unit.
   *
   * @param row {@link #dimension()} finite numbers; not changed, not kept
   */
  double rawScore(double[] row);

  /** Writes what {@link Detectors#read} needs to restore it, bit for bit. */
  void write(PayloadWriter out);
}
