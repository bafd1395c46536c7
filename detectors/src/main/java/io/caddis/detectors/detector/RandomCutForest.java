// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * Random cut forest of the library of that name by Amazon: a second engine beside {@link
 * IsolationForest}, for comparison and for who knows it.
 *
 * <p>Trees cut wide features more often than narrow ones; the raw score is the library's, how much
 * a row would change the trees, around 1 for usual rows, higher = more anomalous. Single precision;
 * values beyond 1e6 count as 1e6. A model holds its training rows and the library's forest is built
 * again from them whenever the model is read, tens of microseconds a row; scoring costs 10 to 30
 * times as much as with {@link IsolationForest}. Scores are the library's own on each processor:
 * their last digits may differ between machines, the bytes of the model do not.
 *
 * <p>Source: Guha, Mishra, Roy, Schrijvers, "Robust random cut forest based anomaly detection on
 * streams", ICML 2016. Deviation: all rows have the same weight, whatever their order.
 *
 * @param trees 1 to 500, default 50
 * @param maxSamples rows of each tree, 2 to 2048, default 256
 * @param trainingRows most training rows used, 2 to 8192, default 2048; fewer when a row has more
 *     than 1,024 features
 */
public record RandomCutForest(int trees, int maxSamples, int trainingRows) implements Detector {
  public static final String NAME = "random_cut_forest";
  static final int MAX_TREES = 500;
  static final int MAX_SAMPLES = 2_048;
  static final int MAX_ROWS = 8_192;

  public RandomCutForest {
    Parameters.checked("n_estimators", trees, 1, MAX_TREES);
    Parameters.checked("max_samples", maxSamples, 2, MAX_SAMPLES);
    Parameters.checked("training_rows", trainingRows, 2, MAX_ROWS);
  }

  /** 50 trees of 256 out of 2,048 rows. */
  public RandomCutForest() {
    this(50, 256, 2_048);
  }

  static RandomCutForest of(Parameters parameters) {
    parameters.only(NAME, "n_estimators", "max_samples", "training_rows");
    return new RandomCutForest(
        parameters.integer("n_estimators", 50),
        parameters.integerOrAuto("max_samples", 256),
        parameters.integer("training_rows", 2_048));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    double[][] sample =
        ReferenceRows.sample(Detectors.checked(rows), trainingRows, new SplitMix(seed));
    float[][] points = new float[sample.length][];
    for (int i = 0; i < points.length; i++) {
      points[i] = FittedRandomCutForest.point(sample[i]);
    }
    return new FittedRandomCutForest(trees, Math.min(maxSamples, points.length), seed, points);
  }
}
