// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

/**
 * How far a group is with its current counted window.
 *
 * @param count readings counted
 * @param from event time of the first of them, epoch milliseconds
 * @param target count at which the window closes; 0 when the group trains no more
 * @param listed rows that the sample's list holds
 * @param cutoff rows with a larger hash than this cannot be in the sample
 */
public record CountProgress(long count, long from, long target, int listed, long cutoff) {
  static CountProgress start(long from, long target) {
    return new CountProgress(0, from, target, 0, Long.MAX_VALUE);
  }

  CountProgress counted(boolean listedToo) {
    return new CountProgress(count + 1, from, target, listedToo ? listed + 1 : listed, cutoff);
  }

  CountProgress compacted(int rows, long largestHash) {
    return new CountProgress(count, from, target, rows, largestHash);
  }

  CountProgress growing() {
    return new CountProgress(count, from, target * 2, listed, cutoff);
  }

  static CountProgress finished() {
    return new CountProgress(0, 0, 0, 0, Long.MAX_VALUE);
  }
}
