// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Every detector, by its name: the one place to add another. */
public final class Detectors {
  /** Most numbers a row may have. */
  public static final int MAX_DIMENSION = 4096;

  /** The names that {@link #byName} knows. */
  public static final List<String> NAMES = List.of(IsolationForest.NAME, ZScore.NAME, Iqr.NAME);

  private Detectors() {}

  /**
   * A detector by its name.
   *
   * <p>{@code isolation_forest} takes {@code trees} (also called {@code n_estimators}) and {@code
   * max_samples} (a number or {@code auto} = 256); the others take no parameters. Numbers may be
   * given as text.
   *
   * @throws IllegalArgumentException naming the known names, parameters or ranges
   */
  public static Detector byName(String name, Map<String, Object> parameters) {
    return switch (name) {
      case IsolationForest.NAME -> {
        checkKnown(name, parameters, Set.of("trees", "n_estimators", "max_samples"));
        if (parameters.containsKey("trees") && parameters.containsKey("n_estimators")) {
          throw new IllegalArgumentException(
              "trees must be given once, was given as trees and as n_estimators");
        }
        int trees = integer(parameters, "n_estimators", integer(parameters, "trees", 100));
        yield new IsolationForest(trees, integer(parameters, "max_samples", 256));
      }
      case ZScore.NAME -> {
        checkKnown(name, parameters, Set.of());
        yield new ZScore();
      }
      case Iqr.NAME -> {
        checkKnown(name, parameters, Set.of());
        yield new Iqr();
      }
      default ->
          throw new IllegalArgumentException(
              "detector must be one of " + String.join(", ", NAMES) + ", was '" + name + "'");
    };
  }

  /**
   * Restores what {@link FittedDetector#write} wrote.
   *
   * @throws IllegalArgumentException if the name is unknown or the bytes are not a fitted detector
   *     of that name and dimension
   */
  public static FittedDetector read(String name, int dimension, PayloadReader in) {
    return switch (name) {
      case IsolationForest.NAME -> FittedIsolationForest.read(dimension, in);
      case ZScore.NAME, Iqr.NAME -> FittedBands.read(name, dimension, in);
      default ->
          throw new IllegalArgumentException(
              "detector must be one of " + String.join(", ", NAMES) + ", was '" + name + "'");
    };
  }

  private static void checkKnown(String name, Map<String, Object> parameters, Set<String> known) {
    for (String parameter : parameters.keySet()) {
      if (!known.contains(parameter)) {
        String remedy =
            known.isEmpty() ? "it has none" : "it has " + String.join(", ", new TreeSet<>(known));
        throw new IllegalArgumentException(
            "parameter must be known to detector %s, was '%s' (%s)"
                .formatted(name, parameter, remedy));
      }
    }
  }

  private static int integer(Map<String, Object> parameters, String name, int fallback) {
    Object value = parameters.get(name);
    if (value == null || (name.equals("max_samples") && value.equals("auto"))) {
      return fallback;
    }
    try {
      return Integer.parseInt(value.toString().strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " must be a whole number, was '" + value + "'", e);
    }
  }

  /** The rows, if a detector can be fitted on them. */
  static double[][] checked(double[][] rows) {
    if (rows.length == 0) {
      throw new IllegalArgumentException("rows must be at least 1, was 0");
    }
    int dimension = rows[0].length;
    if (dimension < 1 || dimension > MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "features must be 1 to " + MAX_DIMENSION + ", was " + dimension);
    }
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != dimension) {
        throw new IllegalArgumentException(
            "row %d must have %d numbers, was %d".formatted(i, dimension, rows[i].length));
      }
      for (double value : rows[i]) {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException("row " + i + " must be finite, was " + value);
        }
      }
    }
    return rows;
  }

  /** {@code double[features][rows]} of the {@link #checked} rows. */
  static double[][] columns(double[][] rows) {
    int dimension = checked(rows)[0].length;
    double[][] columns = new double[dimension][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int feature = 0; feature < dimension; feature++) {
        columns[feature][i] = rows[i][feature];
      }
    }
    return columns;
  }
}
