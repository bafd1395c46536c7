// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation.report;

import io.caddis.detectors.evaluation.DecisionSurface;
import java.util.Locale;

/** A decision surface as bands of score, with the line where anomalous begins. */
final class BoundaryChart {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 524;
  private static final int BANDS = 10;

  private BoundaryChart() {}

  static String of(DecisionSurface surface) {
    String title =
        "Score by %s and %s, other features at their median"
            .formatted(surface.first(), surface.second());
    Svg svg = new Svg(WIDTH, HEIGHT, title);
    double[] xs = surface.xs();
    double[] ys = surface.ys();
    Axis x = new Axis(xs[0], xs[xs.length - 1], 64, WIDTH - 16);
    Axis y = new Axis(ys[0], ys[ys.length - 1], HEIGHT - 46, 28);
    bands(svg, surface, x, y);
    Charts.frame(svg, x, y, x.ticks(8), y.ticks(6), surface.first(), surface.second());
    svg.path("boundary", boundary(surface, x, y));
    return svg.toString();
  }

  /** Cells of the grid, those of equal band in one rectangle a row. */
  private static void bands(Svg svg, DecisionSurface surface, Axis x, Axis y) {
    int columns = surface.xs().length;
    int rows = surface.ys().length;
    double width = (x.to() - x.from()) / columns;
    double height = (y.from() - y.to()) / rows;
    for (int row = 0; row < rows; row++) {
      double top = y.from() - (row + 1) * height;
      for (int column = 0; column < columns; ) {
        int band = band(surface.scores()[row][column]);
        int end = column + 1;
        while (end < columns && band(surface.scores()[row][end]) == band) {
          end++;
        }
        String hint =
            String.format(Locale.ROOT, "score %.1f to %.1f", band / 10.0, (band + 1) / 10.0);
        svg.box(
            "band b" + band, x.from() + column * width, top, (end - column) * width, height, hint);
        column = end;
      }
    }
  }

  private static int band(double score) {
    return Math.min((int) (score * BANDS), BANDS - 1);
  }

  /** The contour at the threshold, by marching squares. */
  private static CharSequence boundary(DecisionSurface surface, Axis x, Axis y) {
    StringBuilder path = new StringBuilder();
    double[][] scores = surface.scores();
    for (int row = 0; row + 1 < surface.ys().length; row++) {
      for (int column = 0; column + 1 < surface.xs().length; column++) {
        int[][] corners = {
          {row, column}, {row, column + 1}, {row + 1, column + 1}, {row + 1, column}
        };
        boolean open = false;
        for (int side = 0; side < 4; side++) {
          int[] a = corners[side];
          int[] b = corners[(side + 1) % 4];
          double before = scores[a[0]][a[1]] - surface.threshold();
          double after = scores[b[0]][b[1]] - surface.threshold();
          if (before < 0 != after < 0) {
            double share = before / (before - after);
            double atX = between(surface.xs(), a[1], b[1], share);
            double atY = between(surface.ys(), a[0], b[0], share);
            Svg.point(path, open ? 'L' : 'M', x.at(atX), y.at(atY));
            open = !open;
          }
        }
      }
    }
    return path;
  }

  private static double between(double[] values, int from, int to, double share) {
    return values[from] + share * (values[to] - values[from]);
  }
}
