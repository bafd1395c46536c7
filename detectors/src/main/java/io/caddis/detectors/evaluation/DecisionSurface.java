// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.model.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model says of two numeric features while all others stay at their training median, text at
 * its most frequent category: a cut through the space it decides in.
 *
 * @param first name of the feature along x
 * @param second name of the feature along y
 * @param xs its values, ascending
 * @param ys its values, ascending
 * @param scores {@code double[ys][xs]}, 0 to 1
 * @param threshold from which on a score is anomalous
 */
public record DecisionSurface(
    String first, String second, double[] xs, double[] ys, double[][] scores, double threshold) {
  private static final int DOUBLINGS = 40;
  private static final double VISIBLE_STEP = 0.01;

  /**
   * Computes the surface over the part of the plane in which scores change.
   *
   * @param columns how many values of the first feature, at least 2
   * @param rows how many values of the second feature, at least 2
   * @throws IllegalArgumentException when the model does not use such a numeric feature
   */
  public static DecisionSurface of(
      Model model, String first, String second, int columns, int rows) {
    Probe probe = new Probe(model);
    int x = probe.index(first);
    int y = probe.index(second);
    if (x == y) {
      throw new IllegalArgumentException("two features must be named, was '" + first + "' twice");
    }
    double[] xs = probe.range(x, columns);
    double[] ys = probe.range(y, rows);
    double[][] scores = new double[rows][columns];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        scores[row][column] = probe.score(x, xs[column], y, ys[row]);
      }
    }
    return new DecisionSurface(first, second, xs, ys, scores, model.threshold());
  }

  /** Rows around the model's middle. */
  private static final class Probe {
    private final Model model;
    private final double[] medians;
    private final @Nullable String[] texts;

    Probe(Model model) {
      this.model = model;
      this.medians = model.encoder().medians();
      this.texts = new String[model.schema().texts().size()];
    }

    int index(String name) {
      List<String> used = new ArrayList<>();
      List<Feature> numbers = model.schema().numbers();
      for (int i = 0; i < medians.length; i++) {
        if (!Double.isNaN(medians[i])) {
          used.add(numbers.get(i).name());
          if (numbers.get(i).name().equals(name)) {
            return i;
          }
        }
      }
      throw new IllegalArgumentException(
          "feature must be one of the model's numeric ones %s, was '%s'".formatted(used, name));
    }

    double score(int x, double xValue, int y, double yValue) {
      double[] row = medians.clone();
      row[x] = xValue;
      row[y] = yValue;
      return model.score(model.rawScore(row, texts));
    }

    /** Values from where the score stops changing below the median to where it does above. */
    double[] range(int feature, int count) {
      double below = reach(feature, -1);
      double above = reach(feature, 1);
      double from = medians[feature] - below;
      double step = (below + above) / (count - 1);
      double[] values = new double[count];
      Arrays.setAll(values, i -> from + i * step);
      return values;
    }

    private double reach(int feature, int sign) {
      double median = medians[feature];
      double smallest = Math.max(Math.abs(median), 1e-3) * 0x1p-20;
      double last = score(feature, median, feature, median);
      double reach = smallest * 2;
      for (int i = 0; i < DOUBLINGS; i++) {
        double distance = Math.scalb(smallest, i);
        double value = median + sign * distance;
        double score = score(feature, value, feature, value);
        if (Math.abs(score - last) > VISIBLE_STEP) {
          reach = distance;
        }
        last = score;
      }
      return 1.25 * reach;
    }
  }
}
