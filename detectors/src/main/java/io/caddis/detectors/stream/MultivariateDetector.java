// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.stream.Multivariate.Method;
import io.caddis.detectors.stream.Whitening.Spectrum;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** One sensor's state of {@link Multivariate}, which says how it works. */
final class MultivariateDetector implements StreamDetector {
  private static final int FORMAT = 0x4F;

  /** The one before, which knows nothing of stuck features. */
  private static final int FORMAT_BEFORE = 0x4E;

  private static final int MAX_BLOCK_BYTES = 1 << 21;

  /** No number of the state is further from 0. */
  private static final double MAX_STATE = 1e70;

  /** Share of the warm-up after which the statistic is learned, and after which it is scored. */
  private static final double STATISTIC_FROM = 0.5;

  private static final double SCORED_FROM = 0.6;

  /** Standard deviations above its own mean at which the statistic is anomalous. */
  private static final double LIMIT = 4;

  /** The same of the distance from neighbours. */
  private static final double NEAR_LIMIT = 2.5;

  /** Share of the limit below which an episode ends, and most of a sensor that comes to rest. */
  private static final double HYSTERESIS = 0.9;

  private static final double RESTING = 0.75;

  /**
   * Standard deviations from which on a reading is learned with less weight: of the reading alone,
   * and, earlier, of what is gathered over the last ones, or a fault that stays just below the
   * limit would soon be usual.
   */
  private static final double GATE = 4;

  private static final double SMOOTHED_GATE = 2;

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

  /** Autocorrelation of the distance from which on smoothed readings would tell nothing new. */
  private static final double PERSISTENT = 0.7;

  /**
   * Share of the distance in which slow features hardly count in the mean with the one in which
   * they count: where few readings are known, what drifts is seldom a fault.
   */
  private static final double STRONGLY_DAMPED = 0.75;

  private static final double ATTRIBUTION_SHARE = 0.3;

  private final Method method;
  private final int warmUp;
  private final SensorBlocks model;
  private final SensorBlocks smoothedModel;
  private final Persistence persistence = new Persistence();
  private final SmoothedStatistic statistic = new SmoothedStatistic();
  private final Recovery recovery;
  private final UnitChange units;
  private final Reservoir reservoir;
  private final Intake intake;
  private final double[] smoothed;
  private final double[] squares;
  private int readings;
  private int episode;
  private double raw;
  private double score;

  /** Whether the readings are a series, by what the model has learned. */
  private boolean serial;

  private final double[] last;
  private final double[] lastSmoothed;
  private final SensorView fromMeans;
  private final SensorView fromRest;
  private final SensorView scratch;
  private SensorView view;

  MultivariateDetector(int features, int warmUp, Method method) {
    this.method = method;
    this.warmUp = warmUp;
    model = new SensorBlocks(features, method == Method.T2Q ? Spectrum.SUBSPACE : Spectrum.RIDGE);
    // Neighbours are looked for as readings are.
    smoothedModel = new SensorBlocks(near() ? 0 : features, Spectrum.RIDGE);
    recovery = new Recovery(features);
    units = new UnitChange(features);
    reservoir = new Reservoir(features);
    intake = new Intake(features);
    smoothed = intake.smoothed;
    squares = new double[features];
    last = intake.last;
    lastSmoothed = intake.lastSmoothed;
    fromMeans = new SensorView(smoothed.clone());
    fromRest = new SensorView(recovery.levels());
    scratch = new SensorView(smoothed.clone());
    view = fromMeans;
  }

  @Override
  public double score(long timeMillis, double[] values) {
    boolean any = intake.take(values);
    units.add(last);
    if (!any) {
      return score;
    }
    readings = Math.min(readings + 1, Integer.MAX_VALUE - 1);
    double weight = 1;
    if (model.ready()) {
      statistic.add(near() ? neighbourDistance() : distance());
      double judged = readings > SCORED_FROM * warmUp ? judge() : 1;
      weight = readings > warmUp ? judged : 1;
      if (readings > STATISTIC_FROM * warmUp) {
        // Distances from the mean settle when a regime is learned, those from neighbours do not.
        double slowest = slowest(SLOWEST_STATISTIC, near() ? REGIME_PACE : SLOWEST_STATISTIC);
        statistic.learn(weight, slowest);
        persistence.learn(weight, slowest);
      }
      if (readings > warmUp && !near()) {
        recover();
      }
    }
    if (episode > REGIME) {
      // However long the old regime was: what is known of the new one is what is learned from here.
      model.forget(REGIME_PACE);
      smoothedModel.forget(REGIME_PACE);
    }
    SensorView learned = recovery.inUse() ? fromRest : fromMeans;
    if (model.learn(last, learned.levels, weight, slowest(SLOWEST, REGIME_PACE))) {
      statistic.relearn();
    }
    serial = model.autocorrelation() > SERIAL;
    smoothedModel.learn(lastSmoothed, learned.levels, weight, slowest(SLOWEST, REGIME_PACE));
    if (near() && weight > 0.5) {
      reservoir.offer(last);
    }
    return score;
  }

  private boolean near() {
    return method == Method.KNN;
  }

  private double slowest(double usual, double newRegime) {
    if (readings <= warmUp) {
      return 1;
    }
    return episode > REGIME ? newRegime : usual;
  }

  /** How far the reading is from the nearer of the levels where the sensor may usually be. */
  private double distance() {
    double own = ownDistance(fromMeans);
    double distance = withSmoothed(own, fromMeans);
    persistence.add(own);
    view = fromMeans;
    if (recovery.active()) {
      double rested = withSmoothed(ownDistance(fromRest), fromRest);
      recovery.used(rested < distance);
      if (rested < distance) {
        view = fromRest;
        distance = rested;
      }
    }
    attribute(view.white);
    return distance;
  }

  private double ownDistance(SensorView view) {
    double strong = model.whiten(last, view.levels, Damping.STRONG, scratch.white, scratch.scales);
    double little = model.whitenAgain(Damping.LITTLE, view.white, view.scales);
    return STRONGLY_DAMPED * model.logDistance(strong)
        + (1 - STRONGLY_DAMPED) * model.logDistance(little);
  }

  /**
   * Smoothing takes the noise out of readings that have little to do with those before them, and
   * nothing out of others: it counts the less, the more the distance persists. Of rows that are no
   * series at all there is nothing to smooth.
   */
  private double withSmoothed(double own, SensorView view) {
    double share = Math.max(0, 1 - Math.max(0, persistence.autocorrelation()) / PERSISTENT);
    if (share == 0 || !serial) {
      return own;
    }
    double squares =
        smoothedModel.whiten(
            lastSmoothed, view.levels, Damping.SMOOTHED, scratch.white, scratch.scales);
    return (own + share * smoothedModel.logDistance(squares)) / (1 + share);
  }

  private double neighbourDistance() {
    model.whiten(last, fromMeans.levels, Damping.LITTLE, fromMeans.white, fromMeans.scales);
    int row = reservoir.nearest(last, fromMeans.scales);
    double sum = 0;
    for (int j = 0; j < last.length; j++) {
      double far = row < 0 ? 0 : reservoir.difference(row, j, last, fromMeans.scales);
      scratch.white[j] = far;
      sum += far * far;
    }
    attribute(scratch.white);
    return model.logDistance(sum);
  }

  private void attribute(double[] far) {
    for (int j = 0; j < squares.length; j++) {
      squares[j] += ATTRIBUTION_SHARE * (far[j] * far[j] - squares[j]);
    }
  }

  @Override
  public String member() {
    if (readings + 1 <= SCORED_FROM * warmUp) {
      return WARM_UP;
    }
    return method.member(serial);
  }

  @Override
  public String basis() {
    return "%d features, largest lag-one autocorrelation %.2f (a series from %.1f on), %d readings"
        .formatted(last.length, model.autocorrelation(), SERIAL, readings);
  }

  /** Sets the score of the reading and returns the weight with which it is to be learned. */
  private double judge() {
    double limit = limit();
    double deviation = serial ? statistic.smoothed() : statistic.sudden();
    boolean anomalous = deviation >= (serial && episode > 0 ? limit * HYSTERESIS : limit);
    rate(anomalous ? Math.max(deviation, limit) : deviation);
    boolean lasts = anomalous && readings > warmUp;
    episode = lasts ? Math.min(episode + 1, Integer.MAX_VALUE - 1) : 0;
    if (episode > REGIME) {
      return 1;
    }
    if (serial && episode > 0) {
      return 0;
    }
    double beyond = Math.max(0, statistic.sudden() - GATE);
    return StrictMath.exp(-beyond - (serial ? Math.max(0, deviation - SMOOTHED_GATE) : 0));
  }

  private double limit() {
    return near() && serial ? NEAR_LIMIT : LIMIT;
  }

  /**
   * @param deviation standard deviations above usual
   */
  private void rate(double deviation) {
    raw = deviation;
    double over = (raw - limit()) / limit();
    score = 0.5 + 0.5 * over / (1 + Math.abs(over));
  }

  private void recover() {
    if (episode > UnitChange.FEWEST) {
      adoptUnits();
    }
    if (recovery.settling()) {
      rest();
    }
    if (!serial || episode == 0) {
      recovery.rest(smoothed);
      return;
    }
    SensorView from = recovery.active() ? fromRest : fromMeans;
    model.whiten(lastSmoothed, from.levels, Damping.STRONG, scratch.white, scratch.scales);
    if (recovery.returned(episode, scratch.white, smoothed)) {
      rest();
    }
  }

  private void adoptUnits() {
    for (int j = 0; j < last.length; j++) {
      double factor = units.factor(j, model.mean(j), model.variance(j));
      if (factor != 1) {
        model.rescale(j, factor);
        smoothedModel.rescale(j, factor);
        recovery.rescale(j, factor);
      }
    }
  }

  /** Takes the reading as usual, wherever it is. */
  private void rest() {
    episode = 0;
    statistic.settle();
    rate(Math.min(raw, RESTING * limit()));
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
      // Divided first: the score's share of a tiny square would lose its last digits.
      contributions[j] = sum > 0 ? score * (squares[j] / sum) : score / contributions.length;
    }
    return contributions;
  }

  @Override
  public double[] expected() {
    double[] expected = new double[last.length];
    model.expect(last, view.levels, view.white, view.scales, expected);
    return expected;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    StateReader.write(out, FORMAT, last.length, this::writeBody);
  }

  private void writeBody(DataOutput out) throws IOException {
    out.writeInt(readings);
    out.writeInt(episode);
    out.writeDouble(raw);
    out.writeDouble(score);
    StateReader.write(out, squares);
    intake.write(out);
    persistence.write(out);
    statistic.write(out);
    recovery.write(out);
    units.write(out);
    reservoir.write(out);
    model.write(out);
    smoothedModel.write(out);
  }

  static MultivariateDetector read(Multivariate type, int format, DataInput in) throws IOException {
    if (format != FORMAT && format != FORMAT_BEFORE) {
      throw new IOException(
          "format must be %d or %d, was %d".formatted(FORMAT_BEFORE, FORMAT, format));
    }
    StateReader state =
        StateReader.open(
            in,
            Multivariate.MAX_FEATURES,
            features -> (features / SensorModel.MAX_FEATURES + 1) * MAX_BLOCK_BYTES,
            MAX_STATE);
    MultivariateDetector detector =
        new MultivariateDetector(state.features(), type.warmUp(), type.method());
    detector.readBody(format, state);
    state.end();
    return detector;
  }

  private void readBody(int format, StateReader in) throws IOException {
    readings = in.integer("readings", Integer.MAX_VALUE - 1);
    episode = in.integer("readings of the episode", Integer.MAX_VALUE - 1);
    raw = in.finite("raw score");
    score = in.finite("score");
    if (score < 0 || score > 1) {
      throw new IOException("score must be 0 to 1, was " + score);
    }
    in.finite("square", squares);
    intake.readSmoothed(in);
    if (format == FORMAT) {
      intake.readRepeats(in);
    }
    persistence.read(in);
    statistic.read(in);
    recovery.read(in);
    units.read(in);
    reservoir.read(in);
    model.read(in);
    serial = model.autocorrelation() > SERIAL;
    smoothedModel.read(in);
  }
}
