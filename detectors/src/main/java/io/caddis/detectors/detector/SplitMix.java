// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;

/**
 * A small random generator whose sequence is fixed for ever, unlike the JDK's, which may change
 * with its version: models must be reproducible.
 *
 * <p>Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. Not
 * thread-safe.
 */
public final class SplitMix {
  /** By which the seeds of neighbours in a sequence differ. */
  public static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private long state;

  SplitMix(long seed) {
    state = seed;
  }

  long next() {
    long next = mix(state);
    state += GOLDEN;
    return next;
  }

  /** The first number of the seed's sequence: a hash of it. */
  public static long mix(long seed) {
    long z = seed + GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** 0 to {@code bound} - 1; no number is favoured by more than bound / 2^32. */
  int below(int bound) {
    return (int) (((next() >>> 32) * bound) >>> 32);
  }

  /** 0 inclusive to 1 exclusive. */
  double unit() {
    return (next() >>> 11) * 0x1p-53;
  }

  /** Moves so many random numbers of the array to its front; earlier draws do not matter. */
  void draw(int[] order, int count) {
    for (int i = 0; i < count; i++) {
      swap(order, i, i + below(order.length - i));
    }
  }

  static int[] ascending(int count) {
    int[] numbers = new int[count];
    Arrays.setAll(numbers, i -> i);
    return numbers;
  }

  static void swap(int[] array, int i, int j) {
    int kept = array[i];
    array[i] = array[j];
    array[j] = kept;
  }
}
