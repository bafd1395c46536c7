// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

/** What is wrong with a sensor's data. Names are a format: never renamed, never reused. */
public enum QualityKind {
  /** A value has not changed for longer than usual. */
  FLATLINE,
  /** The sensor was silent for longer than usual. */
  GAP,
  /** A value far from the recent ones. */
  SPIKE,
  /** A value changed faster than usual, or than declared. */
  RATE,
  /** A value outside of what is declared, or far outside of what has been seen. */
  OUT_OF_RANGE,
  /**
   * The training readings of a model are distributed differently from those of the one before, or a
   * sensor's mean score has changed.
   */
  DRIFT
}
