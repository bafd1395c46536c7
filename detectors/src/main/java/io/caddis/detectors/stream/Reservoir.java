// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.detector.SplitMix;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * A bounded sample of a sensor's usual readings, each as likely to be in it as any other, and the
 * one of them nearest to a new reading.
 *
 * <p>Rows are kept as 32-bit differences from the first reading. Source: Vitter, "Random sampling
 * with a reservoir", 1985 (algorithm R), with a fixed sequence of pseudo-random numbers, so that
 * the same readings give the same sample.
 */
final class Reservoir {
  private static final int MAX_ROWS = 128;
  private static final int MAX_CELLS = 1 << 15;

  private final double[] anchor;
  private final int capacity;

  /**
   * One row after the other; room is made as they come, so that a sensor without any needs none.
   */
  private float[] cells = {};

  private long offered;
  private int size;

  Reservoir(int features) {
    anchor = new double[features];
    Arrays.fill(anchor, Double.NaN);
    capacity = Math.max(8, Math.min(MAX_ROWS, MAX_CELLS / features));
  }

  /** Takes in a usual reading; NaN where missing. */
  void offer(double[] values) {
    offered++;
    int at = size;
    if (size == capacity) {
      long place = Long.remainderUnsigned(SplitMix.mix((offered - 1) * SplitMix.GOLDEN), offered);
      if (place >= capacity) {
        return;
      }
      at = (int) place;
    } else {
      size++;
      room();
    }
    for (int j = 0; j < values.length; j++) {
      if (Double.isNaN(anchor[j]) && Double.isFinite(values[j])) {
        anchor[j] = values[j];
      }
      cells[at * anchor.length + j] =
          Double.isFinite(values[j]) ? (float) (values[j] - anchor[j]) : Float.NaN;
    }
  }

  /** Makes room for the rows there are. */
  private void room() {
    int needed = size * anchor.length;
    if (needed > cells.length) {
      int most = capacity * anchor.length;
      cells = Arrays.copyOf(cells, Math.min(most, Math.max(needed, 2 * cells.length)));
    }
  }

  /**
   * The row with the least sum of squared differences, each feature's divided by its scale.
   *
   * @param scales units of the features; those of 0 or less do not count
   * @return its number, -1 if there is none yet
   */
  int nearest(double[] values, double[] scales) {
    double least = Double.POSITIVE_INFINITY;
    int nearest = -1;
    for (int i = 0; i < size; i++) {
      double sum = 0;
      for (int j = 0; j < values.length && sum < least; j++) {
        double difference = difference(i, j, values, scales);
        sum += difference * difference;
      }
      if (sum < least) {
        least = sum;
        nearest = i;
      }
    }
    return nearest;
  }

  /** How far a value is from that of a row, in scales; 0 where either is missing. */
  double difference(int row, int feature, double[] values, double[] scales) {
    double difference = values[feature] - anchor[feature] - cells[row * anchor.length + feature];
    return scales[feature] > 0 && Double.isFinite(difference) ? difference / scales[feature] : 0;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(offered);
    out.writeInt(size);
    StateReader.write(out, anchor);
    for (int i = 0; i < size * anchor.length; i++) {
      out.writeFloat(cells[i]);
    }
  }

  void read(StateReader in) throws IOException {
    offered = in.count("rows offered");
    size = in.integer("rows kept", capacity);
    if (size > offered || size < Math.min(offered, capacity)) {
      throw new IOException("rows kept must fit %d offered, was %d".formatted(offered, size));
    }
    for (int j = 0; j < anchor.length; j++) {
      anchor[j] = in.finiteOrNone("anchor");
    }
    room();
    for (int i = 0; i < size * anchor.length; i++) {
      cells[i] = in.finiteFloatOrNone("kept value");
    }
  }
}
