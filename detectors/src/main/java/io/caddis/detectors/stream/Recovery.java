// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Tells when a fault is over although the sensor does not go back to exactly where it was, as plant
 * seldom does, and keeps the levels at which it came to rest.
 *
 * <pre>
 *   usual ──► episode, its direction learned ──► more than three tenths of the way back, 20 readings
 *     ▲                                                     │
 *     └── near its old levels again for 200 readings ◄── usual at the new levels, after 200 to settle
 * </pre>
 *
 * <p>Seen on smoothed readings, decorrelated: the direction of an episode is their mean over about
 * its last {@value #MEMORY} readings, and a return is measured along it. A fault that turns from
 * one kind into another does not return; nor does one that goes on as it is.
 */
final class Recovery {
  /** Readings of an episode from which a return can be told. */
  private static final int FEWEST = 20;

  private static final int MEMORY = 60;

  /** Shares of the episode's length, along its direction and in all, below which is "back". */
  private static final double ALONG = 0.7;

  private static final double SQUARED = 0.64;

  /** Readings in a row that have to be back. */
  private static final int HOLD = 20;

  /** Readings after a return that are taken as usual wherever they are. */
  private static final int SETTLING = 200;

  /** Readings nearer to the old levels after which the new ones are forgotten. */
  private static final int UNUSED = 200;

  /** Readings that a later one is weighed against in the new levels, at first and at last. */
  private static final int FASTEST = 50;

  private static final int SLOWEST = 1000;

  private final double[] levels;
  private final double[] direction;
  private boolean active;
  private int back;
  private int settling;
  private int unused;
  private int age;

  Recovery(int features) {
    levels = new double[features];
    Arrays.fill(levels, Double.NaN);
    direction = new double[features];
  }

  /** Whether the sensor came to rest at levels of its own. */
  boolean active() {
    return active;
  }

  /** Whether these levels are nearer to the last reading than the old ones. */
  boolean inUse() {
    return active && unused == 0;
  }

  /** Whether the sensor is still coming to rest. */
  boolean settling() {
    return settling > 0;
  }

  /** Where it came to rest; NaN for features without a value, and all NaN when not active. */
  double[] levels() {
    return levels;
  }

  void rescale(int feature, double factor) {
    levels[feature] *= factor;
  }

  /** Says whether the levels were nearer to a reading than the old ones. */
  void used(boolean nearer) {
    unused = nearer ? 0 : unused + 1;
    if (unused > UNUSED) {
      forget();
    }
  }

  private void forget() {
    active = false;
    settling = 0;
    unused = 0;
    Arrays.fill(levels, Double.NaN);
  }

  /** Takes in a usual reading, smoothed. */
  void rest(double[] smoothed) {
    back = 0;
    if (!active) {
      return;
    }
    if (settling > 0) {
      settling--;
      System.arraycopy(smoothed, 0, levels, 0, levels.length);
      return;
    }
    age = Math.min(age + 1, SLOWEST);
    double rate = 1.0 / Math.max(FASTEST, age);
    for (int j = 0; j < levels.length; j++) {
      levels[j] =
          Double.isNaN(levels[j]) ? smoothed[j] : levels[j] + rate * (smoothed[j] - levels[j]);
    }
  }

  /**
   * Takes in a reading of an episode.
   *
   * @param readings of the episode so far, with this one
   * @param white the smoothed reading, decorrelated
   * @return whether with it the sensor is back
   */
  boolean returned(int readings, double[] white, double[] smoothed) {
    double length = 0;
    double along = 0;
    double square = 0;
    for (int j = 0; j < white.length; j++) {
      length += direction[j] * direction[j];
      along += direction[j] * white[j];
      square += white[j] * white[j];
    }
    if (readings > FEWEST && along < ALONG * length && square < SQUARED * length) {
      back++;
    } else {
      back = 0;
      double rate = 1.0 / Math.min(readings, MEMORY);
      for (int j = 0; j < white.length; j++) {
        direction[j] += rate * (white[j] - direction[j]);
      }
    }
    if (back < HOLD) {
      return false;
    }
    back = 0;
    active = true;
    unused = 0;
    age = 0;
    settling = SETTLING;
    System.arraycopy(smoothed, 0, levels, 0, levels.length);
    return true;
  }

  void write(DataOutput out) throws IOException {
    StateReader.write(out, levels);
    StateReader.write(out, direction);
    out.writeBoolean(active);
    out.writeByte(back);
    out.writeByte(settling);
    out.writeShort(unused);
    out.writeShort(age);
  }

  void read(StateReader in) throws IOException {
    for (int j = 0; j < levels.length; j++) {
      levels[j] = in.finiteOrNone("level");
    }
    in.finite("direction", direction);
    active = in.octet("recovery", 1) == 1;
    back = in.octet("readings back", HOLD);
    settling = in.octet("readings to settle", SETTLING);
    // One more was written once, when the levels had just been forgotten.
    unused = in.unsignedShort("readings unused", UNUSED + 1) % (UNUSED + 1);
    age = in.unsignedShort("readings at rest", SLOWEST);
  }
}
