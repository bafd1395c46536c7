// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * A fitted detector that can go on learning, row by row, in constant time and memory a row, with no
 * access to earlier rows.
 *
 * <p>Itself it never changes; what learns is a {@link Learner} of its own.
 */
public interface Updatable extends FittedDetector {
  /** A learner that starts from what this detector knows. */
  Learner learner();

  /** A detector in the making; not thread-safe. */
  interface Learner {
    /**
     * Learns from a row. The same rows in the same order give the same detector, byte for byte.
     *
     * @param row as many finite numbers as the detector takes, scaled like its training rows; not
     *     changed, not kept
     */
    void update(double[] row);

    /** The {@link FittedDetector#rawScore} of what is known so far; does not learn. */
    double rawScore(double[] row);

    /** What is known so far, on which later updates have no effect. */
    Updatable fitted();
  }
}
