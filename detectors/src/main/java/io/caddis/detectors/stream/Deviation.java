// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataOutput;
import java.io.IOException;

/**
 * How far a statistic is from its own mean, in its own spread, and how rare that is in its history.
 *
 * <p>Mean and spread (mean absolute deviation) learn with the same rate. A value counts as no
 * further away than {@value #REACH} spreads, so that an anomaly moves them no more than an ordinary
 * extreme does, while a lasting change is still followed. Mutable.
 */
final class Deviation {
  private static final double REACH = 3;

  /** Most evidence of a value within its spread: never an alarm. */
  private static final double USUAL = -3;

  /** The first value that is not learned whole, however far off. */
  private static final int SETTLING = 20;

  /** Values after which excursions are recorded. */
  private static final int SETTLED = 30;

  private final Excursions above = new Excursions();
  private final Excursions below = new Excursions();
  private int count;
  private double mean;
  private double spread;

  double mean() {
    return mean;
  }

  double spread() {
    return spread;
  }

  /**
   * Scores a value, then learns it.
   *
   * @param floor the least that counts as spread
   * @param rate least weight of the value, 1 / readings remembered
   * @return see {@link Excursions#evidence}
   */
  double score(double value, double floor, double rate) {
    count = count == Integer.MAX_VALUE ? count : count + 1;
    if (count == 1) {
      mean = value;
      return Double.NEGATIVE_INFINITY;
    }
    double unit = Math.max(spread, floor);
    if (unit <= 0) {
      return Double.NEGATIVE_INFINITY;
    }
    double away = value - mean;
    double distance = Math.abs(away) / unit;
    Excursions side = away > 0 ? above : below;
    // Within its usual spread nothing is rare, however even the values were.
    double evidence = side.evidence(distance);
    evidence = distance < 1 ? Math.min(evidence, USUAL) : evidence;
    if (count > SETTLED) {
      side.learn(distance);
    }
    double reach = count < SETTLING ? Double.POSITIVE_INFINITY : REACH * unit;
    double learned = Math.max(-reach, Math.min(away, reach));
    double weight = Math.max(rate, 1.0 / count);
    mean += weight * learned;
    spread += weight * (Math.abs(learned) - spread);
    return evidence;
  }

  /** See {@link Excursions#closeBlock}. */
  void closeBlock(double forgotten, double bound) {
    above.closeBlock(forgotten, bound);
    below.closeBlock(forgotten, bound);
  }

  void write(DataOutput out) throws IOException {
    writeMoments(out);
    above.write(out);
    below.write(out);
  }

  void read(StateReader in) throws IOException {
    readMoments(in);
    above.read(in);
    below.read(in);
  }

  private void writeMoments(DataOutput out) throws IOException {
    out.writeInt(count);
    out.writeDouble(mean);
    out.writeDouble(spread);
  }

  private void readMoments(StateReader in) throws IOException {
    count = in.integer("values", Integer.MAX_VALUE);
    mean = in.finite("mean");
    spread = in.finite("spread");
  }

  /** See {@link FeatureHistory#writeLevels}. */
  void writeLevels(DataOutput out) throws IOException {
    writeMoments(out);
    above.writeLevels(out);
    below.writeLevels(out);
  }

  void readLevels(StateReader in) throws IOException {
    readMoments(in);
    above.readLevels(in);
    below.readLevels(in);
  }

  /** See {@link FeatureHistory#writeProfile}. */
  void writeProfile(DataOutput out) throws IOException {
    above.writeProfile(out);
    below.writeProfile(out);
  }

  void readProfile(StateReader in) throws IOException {
    above.readProfile(in);
    below.readProfile(in);
  }

  void release() {
    above.release();
    below.release();
  }
}
