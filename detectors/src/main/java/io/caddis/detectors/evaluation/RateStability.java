// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether a detector flags about as many readings as it was made to, all the time. Needs no labels.
 *
 * @param windows of event time, all of one length, in order; those without readings are left out
 * @param rate share of all readings that are flagged
 * @param expected share that training meant to flag
 * @param drift greatest distance of a window's rate from the expected one, over the windows that
 *     hold enough readings to tell
 */
public record RateStability(List<Window> windows, double rate, double expected, double drift) {
  /** A window counts when it holds at least this share of an average window's readings. */
  private static final double ENOUGH = 0.25;

  /**
   * Readings of all sensors in a span of event time.
   *
   * @param start first millisecond
   * @param end first millisecond after it
   * @param readings in it
   * @param flagged of these
   */
  public record Window(long start, long end, long readings, long flagged) {
    public double rate() {
      return (double) flagged / readings;
    }
  }

  /**
   * Measures flags.
   *
   * @param all at least one series with a row
   * @param count of windows that event time is divided into, at least 1
   * @param expected share that should be flagged, NaN = the share of all readings that is
   */
  public static RateStability of(List<LabelledSeries> all, int count, double expected) {
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    long rows = 0;
    for (LabelledSeries series : all) {
      for (long time : series.timestamps()) {
        first = Math.min(first, time);
        last = Math.max(last, time);
      }
      rows += series.rows();
    }
    if (rows == 0) {
      throw new IllegalArgumentException("series must hold at least one row, were empty");
    }
    long length = (last - first) / count + 1;
    long[] readings = new long[count];
    long[] flagged = new long[count];
    long allFlagged = 0;
    for (LabelledSeries series : all) {
      for (int i = 0; i < series.rows(); i++) {
        int window = (int) ((series.timestamps()[i] - first) / length);
        readings[window]++;
        flagged[window] += series.flags()[i] ? 1 : 0;
        allFlagged += series.flags()[i] ? 1 : 0;
      }
    }
    double rate = (double) allFlagged / rows;
    double aim = Double.isNaN(expected) ? rate : expected;
    List<Window> windows = new ArrayList<>();
    double drift = 0;
    for (int i = 0; i < count; i++) {
      if (readings[i] > 0) {
        long start = first + i * length;
        Window window = new Window(start, start + length, readings[i], flagged[i]);
        windows.add(window);
        if (readings[i] >= ENOUGH * rows / count) {
          drift = Math.max(drift, Math.abs(window.rate() - aim));
        }
      }
    }
    return new RateStability(List.copyOf(windows), rate, aim, drift);
  }

  /** Whether every window that can tell stays within so much of the expected rate. */
  public boolean isStable(double maxDrift) {
    return drift <= maxDrift;
  }
}
