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

  private static final float[] NO_MEANS = {};
  private static final byte[] NO_VISITS = {};

  /** Both are empty while {@link #release released}. */
  private float[] means = new float[DAY + WEEK];

  private byte[] visits = new byte[DAY + WEEK];

  /** That of the latest reading, and what is usual in it: all that its other readings need. */
  private long hour;

  private float usual = Float.NaN;
  private int readings;
  private double hourMean;
  private int predicted;
  private double error;
  private double levelError;

  /** What is usual at a time, NaN where nothing is known. */
  double expected(long timeMillis) {
    return inHour(timeMillis) ? usual : usual(Math.floorDiv(timeMillis, MILLIS_PER_HOUR));
  }

  /** Whether a time is in the hour of the latest reading. */
  boolean inHour(long timeMillis) {
    return Math.floorDiv(timeMillis, MILLIS_PER_HOUR) == hour;
  }

  private float usual(long at) {
    int week = DAY + (int) Math.floorMod(at, (long) WEEK);
    int day = (int) Math.floorMod(at, (long) DAY);
    if (visits[week] > 0) {
      return means[week];
    }
    return visits[day] > 0 ? means[day] : Float.NaN;
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
    if (at != hour) {
      if (readings > 0) {
        join((int) Math.floorMod(hour, (long) DAY), DAYS);
        join(DAY + (int) Math.floorMod(hour, (long) WEEK), WEEKS);
        readings = 0;
        hourMean = 0;
      }
      hour = at;
      usual = usual(at);
    }
    readings = readings == Integer.MAX_VALUE ? readings : readings + 1;
    hourMean += (value - hourMean) / readings;
  }

  private void join(int place, int remembered) {
    visits[place] = (byte) Math.min(visits[place] + 1, remembered);
    means[place] += (float) ((hourMean - means[place]) / visits[place]);
  }

  void write(DataOutput out) throws IOException {
    writeHour(out);
    writeProfile(out);
  }

  void read(StateReader in) throws IOException {
    readHour(in);
    readProfile(in);
    usual = usual(hour);
  }

  private void writeHour(DataOutput out) throws IOException {
    out.writeLong(hour);
    out.writeInt(readings);
    out.writeDouble(hourMean);
    out.writeInt(predicted);
    out.writeDouble(error);
    out.writeDouble(levelError);
  }

  private void readHour(StateReader in) throws IOException {
    hour = in.time();
    readings = in.integer("readings of the hour", Integer.MAX_VALUE);
    hourMean = in.finite("mean of the hour");
    predicted = in.integer("predicted readings", Integer.MAX_VALUE);
    error = in.finite("error");
    levelError = in.finite("error of the level");
  }

  /** Writes what the readings of one hour change and ask for. */
  void writeLevels(DataOutput out) throws IOException {
    writeHour(out);
    out.writeFloat(usual);
  }

  /** Reads that; the profile itself is elsewhere. */
  void readLevels(StateReader in) throws IOException {
    readHour(in);
    usual = in.finiteFloatOrNone("usual value of the hour");
    release();
  }

  /** Writes what only the end of an hour changes, and the begin of one asks for. */
  void writeProfile(DataOutput out) throws IOException {
    for (int i = 0; i < means.length; i++) {
      out.writeByte(visits[i]);
      if (visits[i] > 0) {
        out.writeFloat(means[i]);
      }
    }
  }

  void readProfile(StateReader in) throws IOException {
    means = new float[DAY + WEEK];
    visits = new byte[DAY + WEEK];
    for (int i = 0; i < means.length; i++) {
      visits[i] = (byte) in.octet("visits", DAYS);
      if (visits[i] > 0) {
        means[i] = in.finiteFloat("usual value");
      }
    }
  }

  /** Drops what {@link #readProfile} reads again. */
  void release() {
    means = NO_MEANS;
    visits = NO_VISITS;
  }
}
