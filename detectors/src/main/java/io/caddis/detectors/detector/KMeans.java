// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;

/**
 * Distance to the nearest of many cluster centers: a compact picture of where the usual rows lie.
 *
 * <p>The raw score is the Euclidean distance to the nearest center, 0 or more, higher = more
 * anomalous. Very accurate when the training rows hold no anomalies; anomalies that come in groups
 * win centers of their own.
 *
 * <p>Source: Arthur, Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007;
 * Lloyd, "Least squares quantization in PCM", 1982. Deviations: on at most 4,096 training rows,
 * without the tenth that an {@link IsolationForest} finds most anomalous; at most 10 rounds; at
 * least sixteen rows a cluster on average.
 *
 * @param clusters 1 to 1024, default 128
 */
public record KMeans(int clusters) implements Detector {
  public static final String NAME = "kmeans";
  private static final int MAX_ROWS = 4_096;
  private static final int MAX_ROUNDS = 10;
  private static final int ROWS_PER_CLUSTER = 16;

  public KMeans {
    Parameters.checked("n_clusters", clusters, 1, 1_024);
  }

  /** 128 clusters. */
  public KMeans() {
    this(128);
  }

  static KMeans of(Parameters parameters) {
    return new KMeans(parameters.only(NAME, "n_clusters").integer("n_clusters", 128));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    SplitMix random = new SplitMix(seed);
    FittedDetector forest = new IsolationForest().fit(rows, seed);
    double[][] sample = ReferenceRows.cleanSample(rows, MAX_ROWS, Knn.DROP, forest, random);
    int count = Math.max(1, Math.min(clusters, sample.length / ROWS_PER_CLUSTER));
    double[][] centers = spread(sample, count, random);
    int[] clusterOf = new int[sample.length];
    for (int round = 0; round < MAX_ROUNDS && assign(sample, centers, clusterOf); round++) {
      move(sample, centers, clusterOf);
    }
    return new FittedKMeans(ReferenceRows.of(centers));
  }

  /** Rows as first centers, each drawn with the square of its distance to those before as odds. */
  private static double[][] spread(double[][] rows, int count, SplitMix random) {
    double[][] centers = new double[count][];
    double[] squares = new double[rows.length];
    Arrays.fill(squares, 1);
    for (int center = 0; center < count; center++) {
      double sum = 0;
      for (double square : squares) {
        sum += square;
      }
      double left = random.unit() * sum;
      int pick = 0;
      while (pick < rows.length - 1 && left >= squares[pick]) {
        left -= squares[pick++];
      }
      centers[center] = rows[pick].clone();
      for (int i = 0; i < rows.length; i++) {
        double square = ReferenceRows.square(rows[i], rows[pick]);
        squares[i] = center == 0 ? square : Math.min(square, squares[i]);
      }
    }
    return centers;
  }

  /** Gives each row to its nearest center; false if none changed sides. */
  private static boolean assign(double[][] rows, double[][] centers, int[] clusterOf) {
    ReferenceRows flat = ReferenceRows.of(centers);
    boolean changed = false;
    for (int i = 0; i < rows.length; i++) {
      int nearest = flat.nearest(rows[i]);
      changed |= nearest != clusterOf[i];
      clusterOf[i] = nearest;
    }
    return changed;
  }

  /** Moves each center to the mean of its rows; one without rows stays. */
  private static void move(double[][] rows, double[][] centers, int[] clusterOf) {
    int[] counts = new int[centers.length];
    for (int i = 0; i < rows.length; i++) {
      double[] center = centers[clusterOf[i]];
      int count = ++counts[clusterOf[i]];
      for (int feature = 0; feature < center.length; feature++) {
        double before = count == 1 ? 0 : center[feature];
        center[feature] = before + (rows[i][feature] - before) / count;
      }
    }
  }
}
