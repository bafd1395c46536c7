// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.warmup;

import io.caddis.detectors.feature.FeatureEncoder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a sensor's own history says about each of its numeric features, in constant memory: at most
 * {@link #MAX_FEATURES} features, 36 bytes each. Mutable, belongs to one sensor.
 *
 * @param counts present values a feature
 * @param means running mean a feature
 * @param squares running sum of squared deviations from the mean a feature
 * @param lows least value a feature, null in states of before it was kept
 * @param highs greatest value a feature, null like {@code lows}
 */
public record SensorStatistics(
    int[] counts,
    double[] means,
    double[] squares,
    double @Nullable [] lows,
    double @Nullable [] highs) {
  /**
   * Features tracked a sensor, so that its state stays below 8 KB; the ones after that take no part
   * in the warm-up.
   */
  public static final int MAX_FEATURES = 224;

  /**
   * From this many values on, a value counts as no further away than {@link #CLIP} standard
   * deviations.
   */
  private static final int CLIP_FROM = 10;

  private static final double CLIP = 5;

  /** Of what {@link #write} writes. */
  private static final int FORMAT = 1;

  public static SensorStatistics empty(int features) {
    int tracked = Math.min(features, MAX_FEATURES);
    double[] lows = new double[tracked];
    double[] highs = new double[tracked];
    Arrays.fill(lows, Double.POSITIVE_INFINITY);
    Arrays.fill(highs, Double.NEGATIVE_INFINITY);
    return new SensorStatistics(
        new int[tracked], new double[tracked], new double[tracked], lows, highs);
  }

  /**
   * Learns a row. Far values are clipped, so that an anomaly moves the statistics no more than an
   * ordinary extreme does, while a lasting change of level is still followed.
   *
   * @param numbers numeric features, NaN = missing
   */
  public void learn(double[] numbers) {
    int tracked = Math.min(counts.length, numbers.length);
    for (int i = 0; i < tracked; i++) {
      if (!Double.isNaN(numbers[i])) {
        learn(i, FeatureEncoder.limited(numbers[i]));
      }
    }
  }

  /** Welford's update (Technometrics 4, 1962). */
  private void learn(int i, double number) {
    double value = number;
    if (counts[i] >= CLIP_FROM && squares[i] > 0) {
      double reach = CLIP * Math.sqrt(squares[i] / (counts[i] - 1));
      value = Math.max(means[i] - reach, Math.min(means[i] + reach, number));
    }
    counts[i]++;
    double before = value - means[i];
    means[i] += before / counts[i];
    squares[i] += before * (value - means[i]);
    if (lows != null && highs != null) {
      lows[i] = Math.min(lows[i], value);
      highs[i] = Math.max(highs[i], value);
    }
  }

  /** Writes what {@link #read} restores, bit for bit. */
  public void write(DataOutput out) throws IOException {
    out.writeByte(FORMAT);
    out.writeShort(counts.length);
    out.writeBoolean(lows != null && highs != null);
    for (int i = 0; i < counts.length; i++) {
      out.writeInt(counts[i]);
      out.writeDouble(means[i]);
      out.writeDouble(squares[i]);
      if (lows != null && highs != null) {
        out.writeDouble(lows[i]);
        out.writeDouble(highs[i]);
      }
    }
  }

  /**
   * @throws IOException when the bytes are not what {@link #write} wrote
   */
  public static SensorStatistics read(DataInput in) throws IOException {
    int format = in.readByte();
    int features = in.readUnsignedShort();
    if (format != FORMAT || features > MAX_FEATURES) {
      throw new IOException(
          "statistics must be of format %d with at most %d features, was %d with %d"
              .formatted(FORMAT, MAX_FEATURES, format, features));
    }
    boolean ranges = in.readBoolean();
    int[] counts = new int[features];
    double[] means = new double[features];
    double[] squares = new double[features];
    double[] lows = new double[features];
    double[] highs = new double[features];
    for (int i = 0; i < features; i++) {
      counts[i] = in.readInt();
      means[i] = in.readDouble();
      squares[i] = in.readDouble();
      if (ranges) {
        lows[i] = in.readDouble();
        highs[i] = in.readDouble();
      }
    }
    return new SensorStatistics(
        counts, means, squares, ranges ? lows : null, ranges ? highs : null);
  }

  /** Whether the feature has had both a value as low and one as high. */
  boolean inRange(int i, double number) {
    return lows != null && highs != null && lows[i] <= number && number <= highs[i];
  }
}
