// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * An algorithm that learns from rows of numbers what is usual.
 *
 * <p>Deterministic: the same rows in the same order and the same seed give a fitted detector whose
 * written form is the same byte for byte, on every machine. Immutable and thread-safe.
 */
public interface Detector {
  /** The name by which {@link Detectors#byName} finds it and models refer to it. */
  String name();

  /**
   * This detector for training rows of which such a share is expected to be anomalous. Only those
   * that need it to learn, and were not told by a parameter, differ from it.
   *
   * @param contamination 0 to 1
   */
  default Detector expecting(double contamination) {
    return this;
  }

  /**
   * Whether what it fits is {@link Updatable}: new rows can be learned without the old ones. The
   * other detectors are fitted anew, on a kept sample.
   */
  default boolean updatable() {
    return false;
  }

  /**
   * Learns from the rows.
   *
   * @param rows {@code double[rows][features]}, at least one row, all of one length from 1 to
   *     {@link Detectors#MAX_DIMENSION}, all finite, already encoded and scaled; not kept
   * @param seed of every random choice
   */
  FittedDetector fit(double[][] rows, long seed);
}
