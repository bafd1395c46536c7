// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import java.util.ArrayList;
import java.util.List;

/**
 * ADWIN: a window over a stream that holds as much of its past as has the same mean. When the means
 * of an older and a newer part differ by more than chance allows, the older part is dropped. Memory
 * and time a value grow with the logarithm of the window. Mutable, for one thread at a time.
 *
 * <p>The window is kept as sums of 1, 2, 4, ... values, up to {@value #ROW} of each. Bifet and
 * Gavaldà, "Learning from Time-Changing Data with Adaptive Windowing", SDM 2007, with the bound
 * that uses the variance, and looking for a change every {@value #CHECK_EVERY} values as MOA does.
 */
public final class Adwin {
  private static final int ROW = 5;
  private static final int CHECK_EVERY = 32;
  private static final int LEAST_PART = 5;

  /** Buckets of one size, oldest first. */
  private static final class Row {
    private final double[] sums = new double[ROW + 1];

    /** Sums of squared deviations from the bucket's mean. */
    private final double[] squares = new double[ROW + 1];

    private int held;

    void add(double sum, double square) {
      sums[held] = sum;
      squares[held] = square;
      held++;
    }

    void dropOldest(int count) {
      held -= count;
      System.arraycopy(sums, count, sums, 0, held);
      System.arraycopy(squares, count, squares, 0, held);
    }
  }

  private final double delta;
  private final List<Row> rows = new ArrayList<>();
  private long width;
  private double sum;
  private double squares;
  private long updates;

  /**
   * @param delta chance that a stream without change is told to have one, above 0, below 1; 0.002
   *     is usual
   */
  public Adwin(double delta) {
    if (!(delta > 0 && delta < 1)) {
      throw new IllegalArgumentException("delta must be above 0 and below 1, was " + delta);
    }
    this.delta = delta;
    rows.add(new Row());
  }

  /**
   * Takes in a value.
   *
   * @param value 0 to 1, as scores are
   * @return whether the mean has changed; the window holds only what came after then
   */
  public boolean update(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("value must be 0 to 1, was " + value);
    }
    if (width > 0) {
      double distance = value - mean();
      squares += distance * distance * width / (width + 1.0);
    }
    width++;
    sum += value;
    rows.get(0).add(value, 0);
    compress();
    return ++updates % CHECK_EVERY == 0 && shrink();
  }

  /** Values in the window. */
  public long width() {
    return width;
  }

  /** Mean of the window, 0 when it is empty. */
  public double mean() {
    return width == 0 ? 0 : sum / width;
  }

  /** Sums that are held, a measure of memory. */
  int buckets() {
    return rows.stream().mapToInt(row -> row.held).sum();
  }

  private void compress() {
    for (int i = 0; i < rows.size() && rows.get(i).held > ROW; i++) {
      if (i + 1 == rows.size()) {
        rows.add(new Row());
      }
      Row row = rows.get(i);
      double size = 1L << i;
      double distance = (row.sums[0] - row.sums[1]) / size;
      rows.get(i + 1)
          .add(
              row.sums[0] + row.sums[1],
              row.squares[0] + row.squares[1] + distance * distance * size / 2);
      row.dropOldest(2);
    }
  }

  private boolean shrink() {
    boolean changed = false;
    while (width > 2 * LEAST_PART && cut()) {
      changed = true;
      dropOldestBucket();
    }
    return changed;
  }

  /** Whether the means of an older and a newer part differ at any boundary between buckets. */
  private boolean cut() {
    double older = 0;
    double olderSum = 0;
    for (int i = rows.size() - 1; i >= 0; i--) {
      Row row = rows.get(i);
      for (int bucket = 0; bucket < row.held; bucket++) {
        older += 1L << i;
        olderSum += row.sums[bucket];
        double newer = width - older;
        if (newer < LEAST_PART) {
          return false;
        }
        if (older >= LEAST_PART && differ(older, olderSum, newer, sum - olderSum)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean differ(double older, double olderSum, double newer, double newerSum) {
    double harmonic = 1 / older + 1 / newer;
    double log = Math.log(2 * Math.log(width) / delta);
    double bound = Math.sqrt(2 * harmonic * squares / width * log) + 2.0 / 3 * harmonic * log;
    return Math.abs(olderSum / older - newerSum / newer) > bound;
  }

  private void dropOldestBucket() {
    int last = rows.size() - 1;
    Row row = rows.get(last);
    double size = 1L << last;
    double dropped = row.sums[0];
    width -= (long) size;
    sum -= dropped;
    double distance = dropped / size - mean();
    squares -= row.squares[0] + distance * distance * size * width / (size + width);
    squares = Math.max(0, squares);
    row.dropOldest(1);
    if (row.held == 0 && last > 0) {
      rows.remove(last);
    }
  }
}
