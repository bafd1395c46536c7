// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.stream.Multivariate.Method;
import io.caddis.detectors.stream.SensorModel.Spectrum;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** One sensor's state of {@link Multivariate}, which says how it works. */
final class MultivariateDetector implements StreamDetector {
  private static final int FORMAT = 0x4D;
  private static final int MAX_BLOCK_BYTES = 1 << 20;

  /** Values beyond count as missing: products of two and sums of many stay finite. */
  private static final double MAX_VALUE = 1e30;

  /** No number of the state is further from 0. */
  private static final double MAX_STATE = 1e70;

  /** Share of the warm-up after which the statistic is learned, and after which it is scored. */
  private static final double STATISTIC_FROM = 0.5;

  private static final double SCORED_FROM = 0.6;

  /** Standard deviations above its own mean at which the smoothed statistic is anomalous. */
  private static final double LIMIT = 2.5;

  /** The same for rows without autocorrelation, where nothing is smoothed. */
  private static final double SUDDEN_LIMIT = 4;

  /** Share of the limit below which an episode ends. */
  private static final double HYSTERESIS = 0.9;

  /** Standard deviations from which on a single reading is learned with less weight. */
  private static final double GATE = 4;

  /** Readings that each later one is weighed against: how slowly levels and correlations move. */
  private static final double SLOWEST = 4000;

  /** The same for the mean and spread of the statistic. */
  private static final double SLOWEST_STATISTIC = 100_000;

  /** Readings after which an episode is learned as a new regime. */
  private static final int REGIME = 2000;

  /** The same as {@link #SLOWEST} while a new regime is learned. */
  private static final double REGIME_PACE = 1000;

  /** Lag-one autocorrelation of a feature from which on readings are taken as a series. */
  private static final double SERIAL = 0.3;

  private static final double ATTRIBUTION_SHARE = 0.3;

  private final Method method;
  private final int warmUp;
  private final SensorModel[] blocks;
  private final SmoothedStatistic statistic = new SmoothedStatistic();
  private final Reservoir reservoir;
  private final double[] squares;
  private int readings;
  private int episode;
  private double raw;
  private double score;

  private final double[] white;
  private final double[] scales;
  private final double[] last;

  MultivariateDetector(int features, int warmUp, Method method) {
    this.method = method;
    this.warmUp = warmUp;
    blocks = new SensorModel[(features + SensorModel.MAX_FEATURES - 1) / SensorModel.MAX_FEATURES];
    for (int b = 0; b < blocks.length; b++) {
      int from = b * SensorModel.MAX_FEATURES;
      blocks[b] =
          new SensorModel(
              Math.min(SensorModel.MAX_FEATURES, features - from),
              method == Method.T2Q ? Spectrum.SUBSPACE : Spectrum.RIDGE);
    }
    reservoir = new Reservoir(features);
    squares = new double[features];
    white = new double[features];
    scales = new double[features];
    last = new double[features];
  }

  @Override
  public double score(long timeMillis, double[] values) {
    boolean any = false;
    for (int j = 0; j < last.length; j++) {
      boolean usable = Math.abs(values[j]) <= MAX_VALUE;
      last[j] = usable ? values[j] : Double.NaN;
      any |= usable;
    }
    if (!any) {
      return score;
    }
    int from = 0;
    for (SensorModel block : blocks) {
      block.whiten(last, from, white, scales);
      from += block.features();
    }
    readings = Math.min(readings + 1, Integer.MAX_VALUE - 1);
    double weight = 1;
    if (blocks[0].ready()) {
      statistic.add(distance());
      double judged = readings > SCORED_FROM * warmUp ? judge() : 1;
      weight = readings > warmUp ? judged : 1;
      if (readings > STATISTIC_FROM * warmUp) {
        statistic.learn(weight, pace(SLOWEST_STATISTIC));
      }
    }
    for (SensorModel block : blocks) {
      block.learn(weight, pace(SLOWEST));
    }
    if (method == Method.KNN && weight > 0.5) {
      reservoir.offer(last);
    }
    return score;
  }

  private double pace(double usual) {
    if (readings <= warmUp) {
      return 1;
    }
    return episode > REGIME ? REGIME_PACE : usual;
  }

  /**
   * Logarithm of the squared distance from what is usual, less what it is too large by because the
   * correlations are estimated from few readings (Hotelling).
   */
  private double distance() {
    boolean near = method == Method.KNN;
    int row = near ? reservoir.nearest(last, scales) : -1;
    double sum = 0;
    for (int j = 0; j < white.length; j++) {
      double far = white[j];
      if (near) {
        far = row < 0 ? 0 : reservoir.difference(row, j, last, scales);
      }
      squares[j] += ATTRIBUTION_SHARE * (far * far - squares[j]);
      sum += far * far;
    }
    return StrictMath.log1p(sum * Math.max(0.5, 1 - white.length / blocks[0].learned()));
  }

  @Override
  public String basis() {
    return "distance from %s of %d features, %s: largest lag-one autocorrelation %.2f, %d readings"
        .formatted(
            method == Method.KNN ? "the nearest usual reading" : "the mean",
            white.length,
            serial() ? "smoothed over some ten readings" : "each row on its own",
            autocorrelation(),
            readings);
  }

  /** Sets the score of the reading and returns the weight with which it is to be learned. */
  private double judge() {
    boolean serial = serial();
    double limit = serial ? LIMIT : SUDDEN_LIMIT;
    double deviation = serial ? statistic.smoothed() : statistic.sudden();
    boolean anomalous = deviation >= (episode > 0 ? limit * HYSTERESIS : limit);
    raw = anomalous ? Math.max(deviation, limit) : deviation;
    boolean episodic = serial && anomalous && readings > warmUp;
    episode = episodic ? Math.min(episode + 1, Integer.MAX_VALUE - 1) : 0;
    double over = (raw - limit) / limit;
    score = 0.5 + 0.5 * over / (1 + Math.abs(over));
    if (episode > 0) {
      return episode > REGIME ? 1 : 0;
    }
    return StrictMath.exp(-Math.max(0, statistic.sudden() - GATE));
  }

  private boolean serial() {
    return autocorrelation() > SERIAL;
  }

  /** The largest lag-one autocorrelation of a feature. */
  double autocorrelation() {
    double largest = 0;
    for (SensorModel block : blocks) {
      for (int j = 0; j < block.features(); j++) {
        largest = Math.max(largest, block.autocorrelation(j));
      }
    }
    return largest;
  }

  @Override
  public double rawScore() {
    return raw;
  }

  @Override
  public double[] contributions() {
    double sum = 0;
    for (double square : squares) {
      sum += square;
    }
    double[] contributions = new double[squares.length];
    for (int j = 0; j < contributions.length; j++) {
      contributions[j] = sum > 0 ? score * squares[j] / sum : score / contributions.length;
    }
    return contributions;
  }

  @Override
  public double[] expected() {
    double[] expected = new double[white.length];
    int from = 0;
    for (SensorModel block : blocks) {
      block.expect(last, from, white, scales, expected);
      from += block.features();
    }
    return expected;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    StateReader.write(out, FORMAT, white.length, this::writeBody);
  }

  private void writeBody(DataOutput out) throws IOException {
    out.writeInt(readings);
    out.writeInt(episode);
    out.writeDouble(raw);
    out.writeDouble(score);
    StateReader.write(out, squares);
    statistic.write(out);
    reservoir.write(out);
    for (SensorModel block : blocks) {
      block.write(out);
    }
  }

  static MultivariateDetector read(Multivariate type, int format, DataInput in) throws IOException {
    if (format != FORMAT) {
      throw new IOException("format must be " + FORMAT + ", was " + format);
    }
    StateReader state =
        StateReader.open(
            in,
            Multivariate.MAX_FEATURES,
            features -> (features / SensorModel.MAX_FEATURES + 1) * MAX_BLOCK_BYTES,
            MAX_STATE);
    MultivariateDetector detector =
        new MultivariateDetector(state.features(), type.warmUp(), type.method());
    detector.readBody(state);
    state.end();
    return detector;
  }

  private void readBody(StateReader in) throws IOException {
    readings = in.integer("readings", Integer.MAX_VALUE - 1);
    episode = in.integer("readings of the episode", Integer.MAX_VALUE - 1);
    raw = in.finite("raw score");
    score = in.finite("score");
    if (score < 0 || score > 1) {
      throw new IOException("score must be 0 to 1, was " + score);
    }
    in.finite("square", squares);
    statistic.read(in);
    reservoir.read(in);
    for (SensorModel block : blocks) {
      block.read(in);
    }
  }
}
