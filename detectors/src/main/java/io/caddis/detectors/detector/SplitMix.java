// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * A small random generator whose sequence is fixed for ever, unlike the JDK's, which may change
 * with its version: models must be reproducible.
 *
 * <p>Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. Not
 * thread-safe.
 */
final class SplitMix {
  private long state;

  SplitMix(long seed) {
    state = seed;
  }

  long next() {
    long z = state += 0x9E3779B97F4A7C15L;
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
}
