// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures that are measured once a turn, and their least, median and greatest as a table. */
final class TurnTable {
  private final Map<String, List<Double>> figures = new LinkedHashMap<>();

  /**
   * Takes in a turn's value of a figure.
   *
   * @param name as printed; with a slash in it the figure is a ratio, else a rate
   */
  void add(String name, double value) {
    figures.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
  }

  /** Prints the figures in the order in which they were first taken in. */
  void print(PrintWriter out, String title) {
    out.printf("%-24s %12s %12s %12s%n", title, "min", "median", "max");
    figures.forEach(
        (name, values) -> {
          String format = name.contains("/") ? " %12.3f" : " %,12.0f";
          Figures over = Figures.of(values);
          out.printf(
              "  %-22s" + format.repeat(3) + "%n", name, over.min(), over.median(), over.max());
        });
    out.flush();
  }
}
