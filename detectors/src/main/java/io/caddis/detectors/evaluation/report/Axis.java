// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The map from values to places in a drawing, linear.
 *
 * @param min value at {@code from}
 * @param max value at {@code to}
 * @param from place, drawing units
 * @param to place; below {@code from} for an axis that points up
 */
record Axis(double min, double max, double from, double to) {
  private static final long DAY = 86_400_000;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DATE_AND_TIME =
      DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** A value that is marked on the axis, and what stands there. */
  record Tick(double value, String label) {}

  double at(double value) {
    return max == min ? from : from + (value - min) / (max - min) * (to - from);
  }

  /** Round values, about so many. */
  List<Tick> ticks(int about) {
    double raw = (max - min) / about;
    if (!(raw > 0)) {
      return List.of(new Tick(min, label(min, 1)));
    }
    double magnitude = Math.pow(10, Math.floor(Math.log10(raw)));
    double step = magnitude;
    for (double factor : new double[] {2, 5, 10}) {
      step = step < raw ? factor * magnitude : step;
    }
    List<Tick> ticks = new ArrayList<>();
    for (double value = Math.ceil(min / step) * step; value <= max + step * 1e-9; value += step) {
      ticks.add(new Tick(value, label(value, step)));
    }
    return ticks;
  }

  private static String label(double value, double step) {
    if (Math.abs(value) >= 1e6 || (step < 1e-4 && step > 0)) {
      return String.format(Locale.ROOT, "%.2g", value);
    }
    int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    double shown = Math.abs(value) < step / 1e6 ? 0 : value;
    return String.format(Locale.ROOT, "%." + decimals + "f", shown);
  }

  /** Moments spread evenly, for an axis of epoch milliseconds. */
  List<Tick> times(int count) {
    DateTimeFormatter format =
        max - min > 20 * DAY ? DATE : max - min > DAY / 4 ? DATE_AND_TIME : TIME;
    List<Tick> ticks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double value = min + (max - min) * i / Math.max(1, count - 1);
      ticks.add(new Tick(value, format.format(Instant.ofEpochMilli((long) value))));
    }
    return ticks;
  }
}
