// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataOutput;
import java.io.IOException;

/**
 * What is usual at an hour of the week, and whether that helps.
 *
 * <p>Hours are those of UTC. An hour's mean joins the profile when the next one begins, so that the
 * profile does not depend on how often the sensor is read and never predicts an hour from itself.
 * The hour of the week is asked first, the hour of the day where the week is not known yet. The
 * profile is of use when its recent mean absolute error is below {@value #GAIN} of that of the
 * overall level. Mutable.
 */
final class SeasonProfile {
  private static final int DAY = 24;
  private static final int WEEK = 168;
  private static final double GAIN = 0.7;
  private static final long MILLIS_PER_HOUR = 3_600_000;

  /** Readings that have to be predicted before the profile may be of use. */
  private static final int TRIAL = 100;

  /** Readings over which errors are averaged. */
  private static final int RECENT = 500;

  /** Days and weeks that a profile remembers: the least weight of one is 1 / that. */
  private static final int DAYS = 10;

  private static final int WEEKS = 3;

  private final float[] means = new float[DAY + WEEK];
  private final byte[] visits = new byte[DAY + WEEK];
  private long hour;
  private int readings;
  private double hourMean;
  private int predicted;
  private double error;
  private double levelError;

  /** What is usual at a time, NaN where nothing is known. */
  double expected(long timeMillis) {
    long at = Math.floorDiv(timeMillis, MILLIS_PER_HOUR);
    int week = DAY + (int) Math.floorMod(at, (long) WEEK);
    int day = (int) Math.floorMod(at, (long) DAY);
    if (visits[week] > 0) {
      return means[week];
    }
    return visits[day] > 0 ? means[day] : Double.NaN;
  }

  boolean useful() {
    return predicted > TRIAL && error < GAIN * levelError;
  }

  /**
   * Compares the errors of the two predictions of one reading.
   *
   * @param limit larger errors count as this one
   */
  void judge(double seasonError, double meanError, double limit) {
    predicted = predicted == Integer.MAX_VALUE ? predicted : predicted + 1;
    double weight = 1.0 / Math.min(predicted, RECENT);
    error += weight * (Math.min(seasonError, limit) - error);
    levelError += weight * (Math.min(meanError, limit) - levelError);
  }

  void learn(long timeMillis, double value) {
    long at = Math.floorDiv(timeMillis, MILLIS_PER_HOUR);
    if (at != hour && readings > 0) {
      join((int) Math.floorMod(hour, (long) DAY), DAYS);
      join(DAY + (int) Math.floorMod(hour, (long) WEEK), WEEKS);
      readings = 0;
      hourMean = 0;
    }
    hour = at;
    readings = readings == Integer.MAX_VALUE ? readings : readings + 1;
    hourMean += (value - hourMean) / readings;
  }

  private void join(int place, int remembered) {
    visits[place] = (byte) Math.min(visits[place] + 1, remembered);
    means[place] += (float) ((hourMean - means[place]) / visits[place]);
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(hour);
    out.writeInt(readings);
    out.writeDouble(hourMean);
    out.writeInt(predicted);
    out.writeDouble(error);
    out.writeDouble(levelError);
    for (int i = 0; i < means.length; i++) {
      out.writeByte(visits[i]);
      if (visits[i] > 0) {
        out.writeFloat(means[i]);
      }
    }
  }

  void read(StateReader in) throws IOException {
    hour = in.time();
    readings = in.integer("readings of the hour", Integer.MAX_VALUE);
    hourMean = in.finite("mean of the hour");
    predicted = in.integer("predicted readings", Integer.MAX_VALUE);
    error = in.finite("error");
    levelError = in.finite("error of the level");
    for (int i = 0; i < means.length; i++) {
      visits[i] = (byte) in.octet("visits", DAYS);
      if (visits[i] > 0) {
        means[i] = in.finiteFloat("usual value");
      }
    }
  }
}
