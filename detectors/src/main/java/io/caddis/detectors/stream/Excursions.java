// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataOutput;
import java.io.IOException;

/**
 * The largest excursions of a statistic to one side: how often one as large is expected in the
 * remembered history.
 *
 * <p>History is cut into blocks of readings; the highest value of each competes for one of {@value
 * #KEPT} places. Their logarithms give the index of a Pareto tail (Hill, "A simple general approach
 * to inference about the tail of a distribution", Annals of Statistics 1975), and the tail the
 * expected number of blocks that reach a value (Weissman, "Estimation of parameters and large
 * quantiles based on the k largest observations", JASA 1978). Block maxima rather than readings,
 * because one event lasts many readings. Deviation: the index is drawn towards {@value
 * #PRIOR_INDEX} with the weight of {@value #PRIOR_WEIGHT} excursions, since few are kept.
 *
 * <p>Only ratios of values matter, never their unit. Mutable.
 */
final class Excursions {
  static final int KEPT = 16;

  private static final double PRIOR_INDEX = 0.3;
  private static final double PRIOR_WEIGHT = 4;

  /** Fewer excursions say nothing about a tail. */
  private static final int ENOUGH = 3;

  /** From so many on, what is learned is bounded by what was expected. */
  private static final int BOUNDED_FROM = 5;

  private static final float LARGEST = 1e12f;
  private static final double LOG_10 = StrictMath.log(10);

  private static final float[] ELSEWHERE = {};

  /** Descending, the first {@link #kept} count; empty while {@link #release released}. */
  private float[] highest = new float[KEPT];

  private int kept;

  /** Of the block that is open. */
  private float peak;

  /** Tail index and logarithm of the lowest kept excursion; derived. */
  private double index;

  private double logLowest;

  /** Takes part in the open block. */
  void learn(double value) {
    peak = Math.max(peak, (float) Math.min(value, LARGEST));
  }

  /**
   * Minus the decimal logarithm of the number of blocks in the remembered history that are expected
   * to reach a value: 0 = one, 1 = a tenth of one. Negative infinity where nothing can be said.
   */
  double evidence(double value) {
    if (kept < ENOUGH || value <= 0) {
      return Double.NEGATIVE_INFINITY;
    }
    return ((StrictMath.log(Math.min(value, LARGEST)) - logLowest) / index - StrictMath.log(kept))
        / LOG_10;
  }

  /**
   * Ends a block.
   *
   * @param forgotten share of the history that is forgotten, in [0, 1]
   * @param bound evidence beyond which a peak counts as no higher: what is anomalous must not teach
   *     that it is usual, yet what comes again and again does become so
   */
  void closeBlock(double forgotten, double bound) {
    float closed = peak;
    peak = 0;
    if (kept >= BOUNDED_FROM) {
      double logBound = logLowest + index * (bound * LOG_10 + StrictMath.log(kept));
      if (closed > 0 && StrictMath.log(closed) > logBound) {
        closed = (float) Math.min(StrictMath.exp(logBound), LARGEST);
      }
      if (forgotten > 0) {
        // Under a Pareto tail, a share of all excursions less is the same as all of them smaller.
        float shrunk = (float) StrictMath.pow(1 - forgotten, index);
        for (int i = 0; i < kept; i++) {
          highest[i] = Math.max(highest[i] * shrunk, Float.MIN_NORMAL);
        }
      }
    }
    if (closed >= Float.MIN_NORMAL) {
      keep(closed);
    }
    derive();
  }

  private void keep(float value) {
    int at = kept < KEPT ? kept++ : KEPT - 1;
    if (at == KEPT - 1 && value <= highest[at]) {
      return;
    }
    while (at > 0 && highest[at - 1] < value) {
      highest[at] = highest[at - 1];
      at--;
    }
    highest[at] = value;
  }

  private void derive() {
    if (kept == 0) {
      return;
    }
    logLowest = StrictMath.log(highest[kept - 1]);
    double excess = 0;
    for (int i = 0; i < kept - 1; i++) {
      excess += StrictMath.log(highest[i]) - logLowest;
    }
    index = (excess + PRIOR_WEIGHT * PRIOR_INDEX) / (kept - 1 + PRIOR_WEIGHT);
  }

  void write(DataOutput out) throws IOException {
    out.writeFloat(peak);
    writeProfile(out);
  }

  void read(StateReader in) throws IOException {
    peak = in.finiteFloat("peak");
    kept = in.octet("excursions", KEPT);
    readHighest(in);
    derive();
  }

  /** Writes what changes between two ends of blocks, and what {@link #evidence} asks for. */
  void writeLevels(DataOutput out) throws IOException {
    out.writeFloat(peak);
    out.writeByte(kept);
    if (kept > 0) {
      out.writeDouble(index);
      out.writeDouble(logLowest);
    }
  }

  /** Reads that; the excursions themselves are elsewhere. */
  void readLevels(StateReader in) throws IOException {
    peak = in.finiteFloat("peak");
    kept = in.octet("excursions", KEPT);
    if (kept > 0) {
      index = in.finite("tail index");
      if (index < PRIOR_WEIGHT * PRIOR_INDEX / (KEPT + PRIOR_WEIGHT)) {
        throw new IOException("tail index must be that of some excursions, was " + index);
      }
      logLowest = in.finite("lowest excursion");
    }
    release();
  }

  /** Writes what only the end of a block changes and asks for. */
  void writeProfile(DataOutput out) throws IOException {
    out.writeByte(kept);
    for (int i = 0; i < kept; i++) {
      out.writeFloat(highest[i]);
    }
  }

  void readProfile(StateReader in) throws IOException {
    int there = in.octet("excursions", KEPT);
    if (there != kept) {
      throw new IOException("excursions must be %d, were %d".formatted(kept, there));
    }
    readHighest(in);
  }

  private void readHighest(StateReader in) throws IOException {
    highest = new float[KEPT];
    for (int i = 0; i < kept; i++) {
      highest[i] = Math.max(in.finiteFloat("excursion"), Float.MIN_NORMAL);
      if (i > 0 && highest[i] > highest[i - 1]) {
        throw new IOException(
            "excursion must be at most the one before it, %s, was %s"
                .formatted(highest[i - 1], highest[i]));
      }
    }
  }

  /** Drops what {@link #readProfile} reads again. */
  void release() {
    highest = ELSEWHERE;
  }
}
