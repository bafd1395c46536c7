// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataOutput;
import java.io.IOException;

/**
 * What one feature of one sensor has done so far, see {@link Univariate}. Mutable; written in at
 * most {@link #MAX_BYTES} bytes.
 */
final class FeatureHistory {
  /** Bound of what {@link #write} writes. */
  static final int MAX_BYTES = 2_016;

  /** Evidence of a reading that says nothing. */
  static final double NONE = -9;

  /** Evidence is hardly ever more: a ten-thousandth of an excursion expected. */
  private static final double MOST = 4;

  /** Readings before anything can be told. */
  static final int WARM_UP = 100;

  /** Readings that all count as the range. */
  private static final int SETTLING = 20;

  /** Weights of a reading in the two running averages: the recent level and the one behind it. */
  private static final double RECENT = 1 / 10.0;

  private static final double LONGER = 1 / 30.0;

  /** A block is this share of the history, at least {@link #MIN_BLOCK} readings. */
  private static final double BLOCK = 0.02;

  private static final int MIN_BLOCK = 8;

  /** An alarm fades within this share of the history, at least {@link #MIN_FADE} readings. */
  private static final double FADE = 0.03;

  private static final int MIN_FADE = 30;

  /** Evidence that another alarm needs on top of the last one's. */
  private static final double AFTER_ALARM = 1;

  /** What goes on after an alarm must grow by this factor to be one again. */
  private static final double GROWTH = 1.5;

  /** Share of the range that counts as spread where the data hardly move. */
  private static final double FLOOR = 0.005;

  /** A new extreme this share of the range beyond the old one counts as expected once. */
  private static final double NEW_EXTREME = 0.03;

  /** Spreads within which a reading is what the season led to expect. */
  private static final double NEAR = 2;

  /** What differs by no more units in the last place differs by rounding only. */
  private static final double ROUNDING = 16;

  /** Values further from 0 count as this one. */
  private static final double LIMIT = 1e30;

  private final Deviation level = new Deviation();
  private final Deviation recentLevel = new Deviation();
  private final Deviation longerLevel = new Deviation();
  private final Deviation step = new Deviation();
  private final Deviation residual = new Deviation();
  private final Deviation recentResidual = new Deviation();
  private final Deviation[] deviations = {
    level, recentLevel, longerLevel, step, residual, recentResidual
  };
  private final SeasonProfile season = new SeasonProfile();

  /** The first value: all others are kept relative to it, so that their offset does not matter. */
  private double origin;

  private long count;
  private double low;
  private double high;
  private double recent;
  private double longer;
  private double residualAverage;
  private int blockReadings;

  /** Evidence that a new alarm has to exceed. */
  private double flagged;

  /** Values so far. */
  long readings() {
    return count;
  }

  /** Whether the hour of the day or week predicts better than the level does. */
  boolean seasonal() {
    return season.useful();
  }

  /** What a reading at that time is expected to be, NaN before the first one. */
  double expected(long timeMillis) {
    if (count == 0) {
      return Double.NaN;
    }
    return origin + (season.useful() ? predicted(timeMillis) : recent);
  }

  private double predicted(long timeMillis) {
    double usual = season.expected(timeMillis);
    return Double.isNaN(usual) ? recent : usual;
  }

  /**
   * Scores a finite value, then learns it.
   *
   * @param boundary evidence that makes an alarm
   * @return evidence above the boundary: 0 and more is an alarm; at least {@link #NONE}
   */
  double score(long timeMillis, double finite, Univariate type, double boundary) {
    double memory = type.memory();
    double bounded = Math.max(-LIMIT, Math.min(finite, LIMIT));
    if (count == 0) {
      origin = bounded;
    }
    double value = bounded - origin;
    count++;
    double remembered = Math.min(count, memory);
    // Of the value as it came and of its distance from the origin, which may be the larger one.
    double rounding = ROUNDING * Math.ulp(Math.max(Math.abs(bounded), Math.abs(value)));
    double evidence = evidence(timeMillis, value, rounding, 1 / remembered);
    season.learn(timeMillis, value);
    blockReadings++;
    if (blockReadings >= blockLength(remembered)) {
      closeBlock(count > memory ? Math.min(1, blockReadings / memory) : 0, boundary + AFTER_ALARM);
    }
    if (count <= WARM_UP) {
      return NONE;
    }
    // Of many features together a ten-thousandth is not rare: an alarm must stay possible.
    double above = Math.min(evidence, Math.max(MOST, boundary + 1)) - boundary;
    return Math.max(type.lasting() ? above : alarm(above, remembered), NONE);
  }

  private static long blockLength(double remembered) {
    return Math.max(MIN_BLOCK, (long) (BLOCK * remembered));
  }

  /**
   * Whether what {@link #writeProfile} writes plays a part in the next value: the first one of an
   * hour, or the last one of a block.
   */
  boolean scoresByProfile(long timeMillis, Univariate type) {
    return !season.inHour(timeMillis)
        || blockReadings + 1 >= blockLength(Math.min(count + 1.0, type.memory()));
  }

  /** Whether it plays a part in what is expected at a time. */
  boolean expectsByProfile(long timeMillis) {
    return season.useful() && !season.inHour(timeMillis);
  }

  /** The strongest evidence of all statistics. */
  private double evidence(long timeMillis, double value, double rounding, double rate) {
    // Never -0.0, by which a quotient would be negative.
    double range = Math.abs(high - low);
    double beyond = Math.max(value - high, low - value);
    // A value doubles the range at most: beside one that is far off nothing else would be unusual.
    double growth = count > SETTLING && range > rounding ? range : Double.POSITIVE_INFINITY;
    low = Math.max(Math.min(low, value), low - growth);
    high = Math.min(Math.max(high, value), high + growth);
    double floor = Math.max(FLOOR * (high - low), rounding);

    double stepped = value - recent;
    recent += (value - recent) * Math.max(RECENT, 1.0 / count);
    longer += (value - longer) * Math.max(LONGER, 1.0 / count);
    double unusual = level.score(value, floor, rate);
    unusual = Math.max(unusual, recentLevel.score(recent, floor, rate));
    unusual = Math.max(unusual, longerLevel.score(longer, floor, rate));
    unusual = Math.max(unusual, step.score(stepped, floor, rate));

    double usual = season.expected(timeMillis);
    if (!Double.isNaN(usual)) {
      double away = value - usual;
      season.judge(
          Math.abs(away), Math.abs(value - level.mean()), 4 * Math.max(level.spread(), floor));
      residualAverage += (away - residualAverage) * RECENT;
      boolean near = Math.abs(away) < NEAR * Math.max(residual.spread(), floor);
      double unseasonal =
          Math.max(
              residual.score(away, floor, rate),
              recentResidual.score(residualAverage, floor, rate));
      if (season.useful()) {
        unusual = near ? unseasonal : Math.max(unusual, unseasonal);
      }
    }
    return beyond > rounding
        ? Math.max(unusual, StrictMath.log10(beyond / range / NEW_EXTREME))
        : unusual;
  }

  private void closeBlock(double forgotten, double bound) {
    for (Deviation deviation : deviations) {
      deviation.closeBlock(forgotten, bound);
    }
    // Rounding must not turn the range around, where the whole of it is forgotten.
    double mean = level.mean();
    high = Math.max(high - (high - mean) * forgotten, mean);
    low = Math.min(low + (mean - low) * forgotten, mean);
    blockReadings = 0;
  }

  /** What is left of the evidence after that of alarms before, which fades. */
  private double alarm(double evidence, double remembered) {
    double fade = Math.max(MIN_FADE, FADE * remembered);
    flagged *= fade / (fade + 1);
    double left = evidence - flagged;
    if (left >= 0) {
      flagged = evidence + AFTER_ALARM;
    } else if (evidence >= 0) {
      flagged = Math.max(flagged, GROWTH * evidence);
    }
    return left;
  }

  void write(DataOutput out) throws IOException {
    writeAverages(out);
    for (Deviation deviation : deviations) {
      deviation.write(out);
    }
    season.write(out);
  }

  void read(StateReader in) throws IOException {
    readAverages(in);
    for (Deviation deviation : deviations) {
      deviation.read(in);
    }
    season.read(in);
  }

  /** Writes what most readings change, and all that they ask for. */
  void writeLevels(DataOutput out) throws IOException {
    writeAverages(out);
    for (Deviation deviation : deviations) {
      deviation.writeLevels(out);
    }
    season.writeLevels(out);
  }

  /** Reads that; {@link #readProfile} has to follow before the profile plays a part. */
  void readLevels(StateReader in) throws IOException {
    readAverages(in);
    for (Deviation deviation : deviations) {
      deviation.readLevels(in);
    }
    season.readLevels(in);
  }

  /** Writes the rest: what few readings change or ask for. */
  void writeProfile(DataOutput out) throws IOException {
    for (Deviation deviation : deviations) {
      deviation.writeProfile(out);
    }
    season.writeProfile(out);
  }

  void readProfile(StateReader in) throws IOException {
    for (Deviation deviation : deviations) {
      deviation.readProfile(in);
    }
    season.readProfile(in);
  }

  /** Drops what {@link #readProfile} reads again. */
  void release() {
    for (Deviation deviation : deviations) {
      deviation.release();
    }
    season.release();
  }

  private void writeAverages(DataOutput out) throws IOException {
    out.writeLong(count);
    out.writeDouble(origin);
    out.writeDouble(low);
    out.writeDouble(high);
    out.writeDouble(recent);
    out.writeDouble(longer);
    out.writeDouble(residualAverage);
    out.writeInt(blockReadings);
    out.writeDouble(flagged);
  }

  private void readAverages(StateReader in) throws IOException {
    count = in.count("readings");
    origin = in.finite("origin");
    low = in.finite("lowest value");
    high = in.finite("highest value");
    recent = in.finite("recent average");
    longer = in.finite("longer average");
    residualAverage = in.finite("average residual");
    blockReadings = in.integer("readings of the block", Integer.MAX_VALUE);
    flagged = in.finite("flagged evidence");
    if (low > high) {
      throw new IOException("range must not be negative, was %s to %s".formatted(low, high));
    }
  }
}
