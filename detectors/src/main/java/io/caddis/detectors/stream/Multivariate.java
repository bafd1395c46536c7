// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.detector.Parameters;
import java.io.DataInput;
import java.io.IOException;

/**
 * Scores a sensor's features together: how far a reading lies from what is usual, given how the
 * features move with one another, gathered over the last readings.
 *
 * <p>Each reading is put on the scale of what was learned, decorrelated ({@link SensorModel}), and
 * reduced to the logarithm of its squared distance, as the mean of two: one in which features that
 * change slowly hardly count, because they drift to where they have not been (three quarters), and
 * one in which they count as any other. Where distances have little to do with those before them
 * (autocorrelation below 0.7), a third is averaged in, of smoothed readings, in which small lasting
 * shifts stand out of the noise. Of a series, the result is smoothed ({@link SmoothedStatistic});
 * rows that show no autocorrelation (below 0.3 in every feature) are scored each on its own. The
 * raw score is the number of standard deviations by which the statistic lies above its own mean;
 * the score is 0.5 at 4 of them (2.5 of a series for {@link Method#KNN}, which has one distance
 * only) and tends to 1.
 *
 * <p>Learning. The first {@code warmUp} readings teach fully; scores begin at six tenths of them.
 * Afterwards each reading weighs at most 1/4000, less where it is beyond 4 standard deviations or
 * the smoothed statistic beyond 2, and nothing in an episode (readings in a row above the limit),
 * so that a fault stays a fault. An episode is over when the sensor is usual again, or has come
 * more than three tenths of the way back and rests there ({@link Recovery}). One that lasts 2000
 * readings is taken as a new regime and learned, each reading at 1/1000. A feature whose size and
 * spread both grow or shrink a hundredfold, a thousandfold or a millionfold has changed its unit
 * ({@link UnitChange}) and is told for some 60 readings; one that is stuck is told for 100, then
 * counts as missing ({@link Intake}).
 *
 * <p>Nothing depends on the units, offsets, names or order of the features (up to 64 of them; more
 * are decorrelated in blocks of 64) or on the time of the readings. A value that is missing, not
 * finite or beyond 1e30 counts as what the others lead to expect; a new feature is learned from 200
 * values before it counts; a reading without any value, or with stuck ones only, repeats the last
 * score: nothing has said that a fault is over, or that there is one. State: about 16 bytes times
 * the features squared and 200 times the features; {@link Method#KNN} also keeps 128 readings of 4
 * bytes a feature, fewer beyond 256 features.
 *
 * <p>Sources: Lowry et al., "A multivariate exponentially weighted moving average control chart",
 * Technometrics 1992, here of readings and of the statistic; Jackson and Mudholkar, 1979 (T² and
 * Q); Ramaswamy et al., "Efficient algorithms for mining outliers from large data sets", SIGMOD
 * 2000 (nearest neighbours).
 *
 * @param method what the distance is measured from
 * @param warmUp readings that teach before any is flagged, 50 to 100000, default 400
 */
public record Multivariate(Method method, int warmUp) implements StreamDetectorType {
  public static final int MAX_FEATURES = 4096;

  static final int WARM_UP = 400;

  /** What {@link Method#AUTO} scores a single feature by. */
  private static final Univariate SINGLE = new Univariate();

  /** What the distance is measured from. */
  public enum Method {
    /** The mean, in all directions (Mahalanobis, with a ridge). */
    MEWMA("mewma", "mewma"),
    /** The mean, directions of little variance taken together (PCA: T² and Q). */
    T2Q("t2q", "t2q"),
    /** The nearest of a sample of usual readings. */
    KNN("stream_knn", "stream_knn"),
    /**
     * Chosen by the data: one feature goes to {@link Univariate}, several are measured as by {@link
     * #MEWMA}; whether they are smoothed follows from their autocorrelation.
     */
    AUTO("auto", "mewma");

    private final String label;
    private final String smoothed;
    private final String byRow;

    Method(String label, String distance) {
      this.label = label;
      smoothed = distance + ", smoothed";
      byRow = distance + ", row by row";
    }

    /** What readings are measured by that are a series, or rows that are none. */
    String member(boolean serial) {
      return serial ? smoothed : byRow;
    }

    /** The name users choose it by. */
    public String label() {
      return label;
    }
  }

  public Multivariate {
    Parameters.checked("warm_up", warmUp, 50, 100_000);
  }

  static Multivariate of(Method method, Parameters parameters) {
    parameters.only(method.label(), "warm_up");
    return new Multivariate(method, parameters.integer("warm_up", WARM_UP));
  }

  @Override
  public String name() {
    return method.label();
  }

  @Override
  public StreamDetector create(int features) {
    Parameters.checked("features", features, 1, MAX_FEATURES);
    return method == Method.AUTO && features == 1
        ? SINGLE.create(1)
        : new MultivariateDetector(features, warmUp, method);
  }

  @Override
  public StreamDetector read(DataInput in) throws IOException {
    int format = in.readUnsignedByte();
    if (method == Method.AUTO && UnivariateDetector.isFormat(format)) {
      return UnivariateDetector.read(SINGLE, format, in);
    }
    return MultivariateDetector.read(this, format, in);
  }
}
