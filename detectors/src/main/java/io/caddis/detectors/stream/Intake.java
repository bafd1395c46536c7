// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * What of a sensor's last reading can be used, as it is and smoothed.
 *
 * <p>A feature that is stuck counts as missing until it moves again, so that the others are judged
 * without it: one that has moved {@value #ALIVE} times and then has had the same value for {@value
 * #STILL} readings, and ten times as many as ever before. The readings before that are judged, and
 * tell the fault; the still ones teach nothing of how long it usually rests.
 */
final class Intake {
  /** Values beyond count as missing: products of two and sums of many stay finite. */
  private static final double MAX_VALUE = 1e30;

  /** Share of a reading in the smoothed one. */
  private static final double SMOOTHING = 0.1;

  private static final int ALIVE = 100;
  private static final int STILL = 100;
  private static final int LONGER = 10;

  /** NaN where there is no value that can be used. */
  final double[] last;

  final double[] lastSmoothed;

  /** The latest smoothed values there were. */
  final double[] smoothed;

  private final double[] previous;
  private final int[] repeats;
  private final int[] mostRepeats;
  private final int[] moves;

  Intake(int features) {
    last = new double[features];
    lastSmoothed = new double[features];
    smoothed = new double[features];
    Arrays.fill(smoothed, Double.NaN);
    previous = smoothed.clone();
    repeats = new int[features];
    mostRepeats = new int[features];
    moves = new int[features];
  }

  /** Whether the reading has any value that can be used. */
  boolean take(double[] values) {
    boolean any = false;
    for (int j = 0; j < last.length; j++) {
      boolean usable = Math.abs(values[j]) <= MAX_VALUE;
      boolean wasStuck = stuck(j);
      if (usable) {
        compare(j, values[j]);
        usable = !stuck(j);
      }
      last[j] = usable ? values[j] : Double.NaN;
      any |= usable;
      if (usable) {
        smoothed[j] =
            wasStuck || Double.isNaN(smoothed[j])
                ? values[j]
                : smoothed[j] + SMOOTHING * (values[j] - smoothed[j]);
      }
      lastSmoothed[j] = usable ? smoothed[j] : Double.NaN;
    }
    return any;
  }

  private void compare(int j, double value) {
    if (value == previous[j]) {
      repeats[j] = Math.min(repeats[j] + 1, Integer.MAX_VALUE - 1);
      return;
    }
    if (!stuck(j)) {
      mostRepeats[j] = Math.max(mostRepeats[j], repeats[j]);
    }
    previous[j] = value;
    repeats[j] = 0;
    moves[j] = Math.min(moves[j] + 1, ALIVE);
  }

  private boolean stuck(int j) {
    return moves[j] == ALIVE && repeats[j] >= STILL && repeats[j] >= LONGER * (long) mostRepeats[j];
  }

  /** The state of before there were stuck features is the first part. */
  void write(DataOutput out) throws IOException {
    StateReader.write(out, smoothed);
    StateReader.write(out, previous);
    for (int j = 0; j < last.length; j++) {
      out.writeInt(repeats[j]);
      out.writeInt(mostRepeats[j]);
      out.writeByte(moves[j]);
    }
  }

  void readSmoothed(StateReader in) throws IOException {
    for (int j = 0; j < smoothed.length; j++) {
      smoothed[j] = in.finiteOrNone("smoothed value");
    }
  }

  void readRepeats(StateReader in) throws IOException {
    for (int j = 0; j < previous.length; j++) {
      previous[j] = in.finiteOrNone("previous value");
    }
    for (int j = 0; j < previous.length; j++) {
      repeats[j] = in.integer("repeats", Integer.MAX_VALUE - 1);
      mostRepeats[j] = in.integer("most repeats", Integer.MAX_VALUE - 1);
      moves[j] = in.octet("moves", ALIVE);
    }
  }
}
