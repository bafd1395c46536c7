// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** What was measured of a long run, and how it changes after the first third of the time. */
final class SoakReport {
  /** Of what grows by design: it is told, and passes. */
  static final double NO_BOUND = Double.POSITIVE_INFINITY;

  private final Map<String, Series> all = new LinkedHashMap<>();
  private double last;

  private record Series(double bound, List<Double> hours, List<Double> values) {
    Drift since(double warm) {
      int[] kept = IntStream.range(0, hours.size()).filter(i -> hours.get(i) >= warm).toArray();
      return Drift.of(
          IntStream.of(kept).mapToDouble(hours::get).toArray(),
          IntStream.of(kept).mapToDouble(values::get).toArray());
    }
  }

  /**
   * Takes in a sample.
   *
   * @param bound by which share of its median the series may grow in an hour
   * @param hours since the begin
   * @param value NaN when there is none
   */
  void add(String name, double bound, double hours, double value) {
    last = hours;
    if (!Double.isNaN(value)) {
      Series series =
          all.computeIfAbsent(name, n -> new Series(bound, new ArrayList<>(), new ArrayList<>()));
      series.hours().add(hours);
      series.values().add(value);
    }
  }

  private Map<String, Drift> drifts() {
    Map<String, Drift> drifts = new LinkedHashMap<>();
    all.forEach((name, series) -> drifts.put(name, series.since(last / 3)));
    return drifts;
  }

  /** The series that grow by more than they may. */
  List<String> growing() {
    List<String> growing = new ArrayList<>();
    drifts()
        .forEach(
            (name, drift) -> {
              if (drift.exceeds(bound(name))) {
                growing.add(name + " " + drift);
              }
            });
    return growing;
  }

  private double bound(String name) {
    return Objects.requireNonNull(all.get(name)).bound();
  }

  /** A table in Markdown, a line a series. */
  String table() {
    StringBuilder table =
        new StringBuilder(
            "| | median | an hour adds | 99 % within | at most |\n|---|---|---|---|---|\n");
    drifts()
        .forEach(
            (name, drift) -> {
              double percent = 100 / Math.max(1e-9, Math.abs(drift.median()));
              double bound = bound(name);
              table.append(
                  String.format(
                      Locale.ROOT,
                      "| %s | %s | %+.1f %% | %+.1f … %+.1f %% | %s |%n",
                      name,
                      String.format(
                          Locale.ROOT, drift.median() < 100 ? "%.2f" : "%,.0f", drift.median()),
                      drift.perHour() * percent,
                      drift.least() * percent,
                      drift.most() * percent,
                      bound == NO_BOUND ? "–" : Math.round(100 * bound) + " %"));
            });
    return table.toString();
  }
}
