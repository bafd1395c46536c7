// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import org.jspecify.annotations.Nullable;

/** A test for changes of a stream's mean, value by value. Mutable, for one thread at a time. */
public interface MeanTest {
  /**
   * Takes in a value.
   *
   * @return the change of the mean that the value makes certain, or null; the test goes on with
   *     what came after the change
   */
  @Nullable MeanShift update(double value);

  /**
   * All that the test remembers, finite: a test made of it goes on where this one is. Changes with
   * the next value.
   */
  double[] state();
}
