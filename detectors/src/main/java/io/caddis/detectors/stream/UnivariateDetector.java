// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** One sensor's state of {@link Univariate}: a {@link FeatureHistory} a feature. */
final class UnivariateDetector implements StreamDetector {
  static final int FORMAT = 1;

  /** No number of a history is further from 0. */
  private static final double LIMIT = 1e32;

  private final Univariate type;
  private final FeatureHistory[] histories;
  private final double boundary;

  /** What is left of each feature's evidence, and the place of the most. */
  private final double[] left;

  private int worst;
  private final double[] expected;

  UnivariateDetector(Univariate type, int features) {
    this.type = type;
    histories = new FeatureHistory[features];
    Arrays.setAll(histories, i -> new FeatureHistory());
    // With more features, as many alarms in all.
    boundary = StrictMath.log10(features / type.expectedAlarms());
    left = new double[features];
    Arrays.fill(left, FeatureHistory.NONE);
    expected = new double[features];
    Arrays.fill(expected, Double.NaN);
  }

  @Override
  public double score(long timeMillis, double[] values) {
    if (values.length != histories.length) {
      throw new IllegalArgumentException(
          "values must be " + histories.length + ", was " + values.length);
    }
    worst = 0;
    for (int i = 0; i < values.length; i++) {
      expected[i] = histories[i].expected(timeMillis);
      left[i] =
          Double.isFinite(values[i])
              ? histories[i].score(timeMillis, values[i], type, boundary)
              : FeatureHistory.NONE;
      if (left[i] > left[worst]) {
        worst = i;
      }
    }
    return scale(rawScore());
  }

  /** 1 / (1 + expected excursions / those that make an alarm). */
  private static double scale(double raw) {
    return raw <= FeatureHistory.NONE ? 0 : 1 / (1 + StrictMath.pow(10, -raw));
  }

  @Override
  public double rawScore() {
    return left[worst];
  }

  /** Shares the score out by the inverse of what was expected of each feature. */
  @Override
  public double[] contributions() {
    double score = scale(rawScore());
    double[] contributions = new double[left.length];
    if (score == 0) {
      return contributions;
    }
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      contributions[i] =
          left[i] <= FeatureHistory.NONE ? 0 : StrictMath.pow(10, left[i] - left[worst]);
      sum += contributions[i];
    }
    double others = 0;
    for (int i = 0; i < left.length; i++) {
      contributions[i] *= score / sum;
      others += i == worst ? 0 : contributions[i];
    }
    contributions[worst] = score - others;
    return contributions;
  }

  @Override
  public double[] expected() {
    return expected.clone();
  }

  @Override
  public String member() {
    long readings = 0;
    boolean seasonal = false;
    for (FeatureHistory history : histories) {
      readings = Math.max(readings, history.readings());
      seasonal |= history.seasonal();
    }
    if (readings < FeatureHistory.WARM_UP) {
      return WARM_UP;
    }
    return seasonal ? "univariate with season" : "univariate";
  }

  @Override
  public String basis() {
    long readings = 0;
    int seasonal = 0;
    for (FeatureHistory history : histories) {
      readings = Math.max(readings, history.readings());
      seasonal += history.seasonal() ? 1 : 0;
    }
    return "%d feature(s), each against its own history; the hour of day or week predicts %d of them"
            .formatted(histories.length, seasonal)
        + " better than their level does; %d readings".formatted(readings);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    StateReader.write(
        out,
        FORMAT,
        histories.length,
        body -> {
          for (FeatureHistory history : histories) {
            history.write(body);
          }
        });
  }

  static UnivariateDetector read(Univariate type, int format, DataInput in) throws IOException {
    if (format != FORMAT) {
      throw new IOException("format must be " + FORMAT + ", was " + format);
    }
    StateReader state =
        StateReader.open(
            in, Univariate.MAX_FEATURES, features -> features * FeatureHistory.MAX_BYTES, LIMIT);
    UnivariateDetector detector = new UnivariateDetector(type, state.features());
    for (FeatureHistory history : detector.histories) {
      history.read(state);
    }
    state.end();
    return detector;
  }
}
