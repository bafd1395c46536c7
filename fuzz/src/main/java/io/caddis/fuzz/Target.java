// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import java.util.List;

/**
 * Something that reads bytes from outside, and what must hold whatever they are. Not thread-safe.
 */
interface Target {
  /** Valid input, to begin with. */
  List<byte[]> seeds();

  /**
   * Reads an input. What the reader documents to throw is caught here; all else that leaves is a
   * finding.
   *
   * @throws AssertionError when an input was taken that should not have been, or taken wrongly
   */
  void read(byte[] input) throws Exception;

  /** Ends the run with what must hold and does not. */
  static void require(boolean holds, String what, Object... arguments) {
    if (!holds) {
      throw new AssertionError(what.formatted(arguments));
    }
  }
}
