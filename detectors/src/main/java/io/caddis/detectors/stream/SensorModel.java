// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.stream.Whitening.Spectrum;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Level, spread and correlation of up to {@link #MAX_FEATURES} features, learned reading by
 * reading, and readings seen through them: decorrelated ("white"), in units of what is usual.
 *
 * <pre>
 *   reading ─ minus means ─ over spreads ─► scaled ─ times whitening ─► white
 * </pre>
 *
 * <p>A spread is that of the readings so far, widened twice. By the reading's own deviation as if
 * it were one of them, so that a column that never moved has a spread the moment it does (Student's
 * reasoning; a white value is at most about the square root of the readings learned). And by how
 * few independent readings an autocorrelated feature has shown ({@link Damping}): n readings of
 * lag-one correlation φ tell as much about its level as n (1 - φ) / (1 + φ) independent ones
 * (Bartlett 1946).
 *
 * <p>The {@link Whitening} is renewed after every fourth more readings, at least every 1024.
 */
final class SensorModel {
  static final int MAX_FEATURES = 64;

  private static final int FIRST_RENEWAL = 16;
  private static final double MAX_PHI = 0.9999;

  /** A feature whose first value comes after so many readings is new. */
  private static final int EARLY = 50;

  /** Values of a new feature that teach before it is judged. */
  private static final int TRIAL = 200;

  private final Spectrum spectrum;
  private final double[] means;
  private final double[] before;
  private final double[] lagged;

  /** Lag-one autocorrelations, 0 to 1: quotients that every look would divide again. */
  private final double[] autocorrelations;

  private final double[][] covariance;
  private final double[][] whitening;
  private double count;

  /** Values of a feature so far, up to {@link #TRIAL}, where it takes part in the distance. */
  private final int[] seen;

  private long rows;
  private long renewal = FIRST_RENEWAL;

  private final double[] paces;
  private final double[] deviations;
  private final double[] looked;
  private final double[] variances;
  private final double[] scaled;
  private final boolean[] missing;

  SensorModel(int features, Spectrum spectrum) {
    this.spectrum = spectrum;
    means = new double[features];
    Arrays.fill(means, Double.NaN);
    before = new double[features];
    lagged = new double[features];
    autocorrelations = new double[features];
    covariance = new double[features][features];
    whitening = new double[features][features];
    seen = new int[features];
    paces = new double[features];
    deviations = new double[features];
    looked = new double[features];
    variances = new double[features];
    scaled = new double[features];
    missing = new boolean[features];
  }

  int features() {
    return means.length;
  }

  /** Whether there is a whitening yet. */
  boolean ready() {
    return renewal > FIRST_RENEWAL;
  }

  /**
   * Takes in a reading to be seen through {@link #whiten}: what all forms of damping share.
   *
   * @param levels where the features usually are at present, NaN for where the means say
   */
  void look(double[] values, double[] levels, int from) {
    double weight = Math.max(1, count);
    for (int j = 0; j < means.length; j++) {
      double deviation = deviation(values, levels, from, j);
      boolean absent = Double.isNaN(deviation) || onTrial(j);
      double known = Double.isNaN(deviation) ? 0 : deviation;
      missing[j] = absent;
      looked[j] = absent ? 0 : known;
      variances[j] = covariance[j][j] + known * known / weight;
    }
  }

  /**
   * Puts the white values of the reading that {@link #look} took in into {@code white[from..]} and
   * the spreads that its values were divided by into {@code scales[from..]}; a missing value counts
   * as what the others lead to expect. White values are all zero before {@link #ready}.
   *
   * @return the sum of the squares of the white values
   */
  double whiten(Damping damping, int from, double[] white, double[] scales) {
    int features = means.length;
    double readings = Math.min(count, damping.mostReadings());
    double factor = damping.factor();
    for (int j = 0; j < features; j++) {
      double phi = autocorrelations[j] < MAX_PHI ? autocorrelations[j] : MAX_PHI;
      double independent = readings * (1 - phi) / (1 + phi);
      independent = independent > 1e-9 ? independent : 1e-9;
      double scale = Math.sqrt(variances[j] * (1 + factor / independent));
      scaled[j] = scale > 0 ? looked[j] / scale : 0;
      scales[from + j] = scale;
    }
    if (!ready()) {
      Arrays.fill(white, from, from + features, 0);
      return 0;
    }
    for (int j = 0; j < features; j++) {
      double[] row = whitening[j];
      double sum = 0;
      for (int k = 0; k < features; k++) {
        sum += row[k] * scaled[k];
      }
      white[from + j] = sum;
    }
    for (int sweep = 0; sweep < MissingValues.SWEEPS; sweep++) {
      for (int j = 0; j < features; j++) {
        if (missing[j]) {
          MissingValues.step(whitening[j], from, white);
        }
      }
    }
    double squares = 0;
    for (int j = 0; j < features; j++) {
      squares += white[from + j] * white[from + j];
    }
    return squares;
  }

  /** NaN where the value is missing. */
  private double deviation(double[] values, double[] levels, int from, int j) {
    double value = values[from + j];
    if (!Double.isFinite(value)) {
      return Double.NaN;
    }
    double level = levels[from + j];
    if (Double.isFinite(level) && !onTrial(j)) {
      return value - level;
    }
    return Double.isNaN(means[j]) ? 0 : value - means[j];
  }

  private boolean onTrial(int j) {
    return seen[j] < TRIAL;
  }

  /** Readings learned, by their weights. */
  double learned() {
    return Math.max(1, count);
  }

  /** The largest lag-one autocorrelation of a feature so far, 0 to 1. */
  double autocorrelation() {
    double largest = 0;
    for (double autocorrelation : autocorrelations) {
      largest = Math.max(largest, autocorrelation);
    }
    return largest;
  }

  /**
   * What the other features led to expect of each value of the last reading that went through
   * {@link #whiten}: the value at which its distance would be least.
   *
   * @param levels those it went through with
   * @param white its white values
   * @param scales its scales
   */
  void expect(
      double[] values,
      double[] levels,
      int from,
      double[] white,
      double[] scales,
      double[] expected) {
    int features = means.length;
    boolean all = true;
    double[] known = new double[features];
    for (int j = 0; j < features; j++) {
      double scale = scales[from + j];
      double deviation = onTrial(j) ? Double.NaN : deviation(values, levels, from, j);
      known[j] = deviation / (scale > 0 ? scale : 1);
      all &= !Double.isNaN(deviation);
    }
    double[] steps = all ? known : MissingValues.steps(whitening, known);
    for (int j = 0; j < features; j++) {
      boolean levelled = Double.isFinite(levels[from + j]) && !onTrial(j);
      double level = levelled ? levels[from + j] : means[j];
      if (Double.isNaN(known[j])) {
        expected[from + j] = level + steps[j] * scales[from + j];
        continue;
      }
      double gradient = 0;
      double curvature = 0;
      for (int k = 0; k < features; k++) {
        gradient += whitening[j][k] * white[from + k];
        curvature += whitening[j][k] * whitening[j][k];
      }
      expected[from + j] =
          curvature > 0 ? values[from + j] - gradient / curvature * scales[from + j] : level;
    }
  }

  /**
   * Learns a reading.
   *
   * @param levels where the features usually are at present: deviations are taken from there, and
   *     the means stay; NaN for the means
   * @param weight 0 not at all to 1 as any other
   * @param slowest number of readings that this one is at least weighed against
   * @return whether a new feature takes part in the distance from now on
   */
  boolean learn(double[] values, double[] levels, int from, double weight, double slowest) {
    boolean joined = false;
    rows++;
    count += weight;
    double rate = weight / Math.max(count, slowest);
    boolean even = rate > 0;
    for (int j = 0; j < means.length; j++) {
      double value = values[from + j];
      if (Double.isNaN(means[j]) && Double.isFinite(value)) {
        means[j] = value;
        seen[j] = rows <= EARLY ? TRIAL : 0;
      }
      double deviation = deviation(values, levels, from, j);
      deviations[j] = deviation;
      if (Double.isNaN(deviation)) {
        paces[j] = 0;
        even = false;
      } else if (onTrial(j)) {
        paces[j] = 1.0 / ++seen[j];
        joined |= !onTrial(j);
        even = false;
      } else {
        paces[j] = rate;
      }
    }
    if (even) {
      learnEvenly(levels, from, rate);
    } else {
      for (int j = 0; j < means.length; j++) {
        if (paces[j] > 0) {
          learnProducts(j);
          learn(j, levels[from + j]);
        }
        before[j] = Double.isNaN(deviations[j]) ? before[j] : deviations[j];
      }
    }
    if (rows >= renewal) {
      renewal = rows + Math.min(1024, Math.max(8, rows / 4));
      Whitening.of(covariance, spectrum, whitening);
    }
    return joined;
  }

  /** Learns all deviations at one pace, without asking each: the same to the last bit. */
  private void learnEvenly(double[] levels, int from, double rate) {
    double rest = 1 - rate;
    for (int j = 0; j < means.length; j++) {
      double deviation = deviations[j];
      double own = rest * deviation;
      double[] row = covariance[j];
      for (int k = 0; k <= j; k++) {
        row[k] += rate * (own * deviations[k] - row[k]);
      }
      double lag = lagged[j] + rate * (own * before[j] - lagged[j]);
      lagged[j] = lag;
      if (Double.isNaN(levels[from + j])) {
        means[j] += rate * deviation;
      }
      double variance = row[j];
      double phi = variance > 0 ? lag / variance : 0;
      autocorrelations[j] = phi > 0 ? (phi < 1 ? phi : 1) : 0;
      before[j] = deviation;
    }
  }

  /** Learns the products of a feature's deviation with those of the features before it. */
  private void learnProducts(int j) {
    double[] row = covariance[j];
    for (int k = 0; k <= j; k++) {
      if (paces[k] > 0) {
        double rate = Math.max(paces[j], paces[k]);
        row[k] += rate * ((1 - rate) * deviations[j] * deviations[k] - row[k]);
      }
    }
  }

  /** Learns the deviation of a feature. */
  private void learn(int j, double level) {
    double pace = paces[j];
    lagged[j] += pace * ((1 - pace) * deviations[j] * before[j] - lagged[j]);
    if (Double.isNaN(level) || onTrial(j)) {
      means[j] += pace * deviations[j];
    }
    autocorrelate(j);
  }

  private void autocorrelate(int j) {
    double variance = covariance[j][j];
    autocorrelations[j] = variance > 0 ? Math.max(0, Math.min(1, lagged[j] / variance)) : 0;
  }

  /** Mean of a feature, NaN before its first value. */
  double mean(int feature) {
    return means[feature];
  }

  double variance(int feature) {
    return covariance[feature][feature];
  }

  /** Goes on as if no more than so many readings had been learned. */
  void forget(double readings) {
    count = Math.min(count, readings);
  }

  /** Goes on as if all values of a feature so far had been so many times as large. */
  void rescale(int feature, double factor) {
    means[feature] *= factor;
    before[feature] *= factor;
    lagged[feature] *= factor * factor;
    for (int k = 0; k < means.length; k++) {
      double[] row = covariance[Math.max(feature, k)];
      row[Math.min(feature, k)] *= k == feature ? factor * factor : factor;
    }
    autocorrelate(feature);
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(count);
    out.writeLong(rows);
    out.writeLong(renewal);
    StateReader.write(out, means);
    StateReader.write(out, before);
    StateReader.write(out, lagged);
    for (int values : seen) {
      out.writeInt(values);
    }
    for (int j = 0; j < means.length; j++) {
      for (int k = 0; k <= j; k++) {
        out.writeDouble(covariance[j][k]);
        out.writeDouble(whitening[j][k]);
      }
    }
  }

  void read(StateReader in) throws IOException {
    count = in.notNegative("count");
    rows = in.count("rows");
    renewal = in.count("renewal");
    for (int j = 0; j < means.length; j++) {
      means[j] = in.finiteOrNone("mean");
    }
    in.finite("deviation", before);
    in.finite("lagged product", lagged);
    for (int j = 0; j < seen.length; j++) {
      seen[j] = in.integer("values of a feature", TRIAL);
    }
    for (int j = 0; j < means.length; j++) {
      for (int k = 0; k <= j; k++) {
        covariance[j][k] = j == k ? in.notNegative("variance") : in.finite("covariance");
        whitening[j][k] = in.finite("whitening");
        whitening[k][j] = whitening[j][k];
      }
      autocorrelate(j);
    }
  }
}
