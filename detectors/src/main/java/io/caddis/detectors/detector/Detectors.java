// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.FeatureEncoder;
import java.util.List;
import java.util.Map;

/** Every detector, by its name: the one place to add another. */
public final class Detectors {
  /** Most numbers a row may have. */
  public static final int MAX_DIMENSION = 4096;

  /** The names that {@link #byName} knows. */
  public static final List<String> NAMES =
      List.of(
          IsolationForest.NAME,
          ZScore.NAME,
          Iqr.NAME,
          Mcd.NAME,
          Knn.NAME,
          LocalOutlierFactor.NAME,
          Ensemble.NAME,
          KMeans.NAME,
          Hbos.NAME,
          HalfSpaceTrees.NAME,
          OneClassSvm.NAME,
          Autoencoder.NAME,
          ExtendedIsolationForest.NAME,
          RandomCutForest.NAME);

  private Detectors() {}

  /**
   * A detector by its name, with parameters by the names that scikit-learn uses where it has them;
   * docs/detectors.md lists them. Numbers may be given as text.
   *
   * @throws IllegalArgumentException naming the known names, parameters or ranges
   */
  public static Detector byName(String name, Map<String, Object> parameters) {
    Parameters given = new Parameters(parameters);
    return switch (name) {
      case IsolationForest.NAME -> IsolationForest.of(given);
      case ZScore.NAME -> {
        given.only(name);
        yield new ZScore();
      }
      case Iqr.NAME -> {
        given.only(name);
        yield new Iqr();
      }
      case Mcd.NAME -> Mcd.of(given);
      case Knn.NAME -> Knn.of(given);
      case LocalOutlierFactor.NAME -> LocalOutlierFactor.of(given);
      case Ensemble.NAME -> Ensemble.of(given);
      case KMeans.NAME -> KMeans.of(given);
      case Hbos.NAME -> Hbos.of(given);
      case HalfSpaceTrees.NAME -> HalfSpaceTrees.of(given);
      case OneClassSvm.NAME -> OneClassSvm.of(given);
      case Autoencoder.NAME -> Autoencoder.of(given);
      case ExtendedIsolationForest.NAME -> ExtendedIsolationForest.of(given);
      case RandomCutForest.NAME -> RandomCutForest.of(given);
      default -> throw unknown(name);
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
      case ZScore.NAME -> FittedZScore.read(dimension, in);
      case Iqr.NAME -> FittedBands.read(name, dimension, in);
      case Mcd.NAME -> FittedMcd.read(dimension, in);
      case Knn.NAME -> FittedKnn.read(dimension, in);
      case LocalOutlierFactor.NAME -> FittedLocalOutlierFactor.read(dimension, in);
      case Ensemble.NAME -> FittedEnsemble.read(dimension, in);
      case KMeans.NAME -> FittedKMeans.read(dimension, in);
      case Hbos.NAME -> FittedHbos.read(dimension, in);
      case HalfSpaceTrees.NAME -> FittedHalfSpaceTrees.read(dimension, in);
      case OneClassSvm.NAME -> FittedOneClassSvm.read(dimension, in);
      case Autoencoder.NAME -> FittedAutoencoder.read(dimension, in);
      case ExtendedIsolationForest.NAME -> FittedExtendedForest.read(dimension, in);
      case RandomCutForest.NAME -> FittedRandomCutForest.read(dimension, in);
      default -> throw unknown(name);
    };
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        "detector must be one of " + String.join(", ", NAMES) + ", was '" + name + "'");
  }

  /** The raw score within the bounds that {@link FittedDetector} promises; NaN is the highest. */
  static double bounded(double raw) {
    return raw < FeatureEncoder.LIMIT ? Math.max(raw, -FeatureEncoder.LIMIT) : FeatureEncoder.LIMIT;
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
