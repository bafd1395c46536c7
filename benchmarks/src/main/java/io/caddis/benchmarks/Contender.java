// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

/** One side of a measurement. */
interface Contender extends AutoCloseable {
  /** Works for a moment, from a millisecond to the length of a turn where the work allows. */
  Work work();

  @Override
  void close();

  /**
   * Work done.
   *
   * @param units rows, fits or runs
   * @param cpuNanos CPU time that it took
   * @param result depends on all of the work, so that no compiler can leave any out
   */
  record Work(long units, long cpuNanos, Object result) {}
}
