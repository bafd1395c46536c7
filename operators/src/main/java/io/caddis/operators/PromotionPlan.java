// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.evaluation.DecisionMetrics;
import io.caddis.detectors.evaluation.LabelledSeries;
import io.caddis.detectors.evaluation.RateStability;
import io.caddis.detectors.feature.NewFeatures;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.sample.SampledRow;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a model must hold to come into force and to stay there. All limits are differences of shares
 * of flagged readings, 0 to 1; 1 is no limit.
 *
 * @param maxDrift of the share that a model flags in a part of its own training sample from the
 *     share that it was to flag
 * @param maxIncrease of the share that a model flags over what the model before it flags of the
 *     same readings
 * @param maxDecrease the other way round; at training only
 * @param watchMillis event time after it came into force during which a model is watched,
 *     milliseconds; 0 = not at all
 * @param canary share of the sensors that a model scores while it is watched, above 0, at most 1; 1
 *     is all of them
 * @param challengers whether models can be on trial, and what comes of it
 * @param trialMillis event time for which a challenger is on trial before it can win, milliseconds,
 *     at least 1
 * @param minGain how much nearer the share that a challenger flags must be to the one it was
 *     trained to flag than the champion's is to its own; with labels, how much greater its F1 must
 *     be
 */
public record PromotionPlan(
    double maxDrift,
    double maxIncrease,
    double maxDecrease,
    long watchMillis,
    double canary,
    Challengers challengers,
    long trialMillis,
    double minGain)
    implements Serializable {

  /** What becomes of challengers. */
  public enum Challengers {
    /** There are none. */
    NONE,
    /** They score beside the champion, until a command promotes one or ends the trial. */
    REPORT,
    /** They also take the champion's place by themselves when they do better. */
    PROMOTE
  }

  /** Parts of a training interval that are looked at by themselves. */
  private static final int PARTS = 4;

  /** Parts of a watch, at the end of each of which a model can be rolled back. */
  private static final int SLICES = 4;

  /** Readings of a slice that are looked at. */
  private static final int SLICE_ROWS = 256;

  /** Readings that must have been looked at for a verdict. */
  private static final int LEAST_ROWS = 20;

  /** Readings that must have been looked at before a challenger can win. */
  private static final int TRIAL_ROWS = 100;

  /** Labelled anomalies, and labelled normal readings, that must be there for labels to decide. */
  private static final int LABELLED_ROWS = 10;

  /** Sampled rows that a part must hold on average, or there are fewer parts. */
  private static final int PART_ROWS = 50;

  public PromotionPlan {
    requireShare("maxDrift", maxDrift);
    requireShare("maxIncrease", maxIncrease);
    requireShare("maxDecrease", maxDecrease);
    requireShare("minGain", minGain);
    requireShare("canary", canary);
    if (trialMillis < 1) {
      throw new IllegalArgumentException("trialMillis must be at least 1, was " + trialMillis);
    }
    if (watchMillis < 0) {
      throw new IllegalArgumentException("watchMillis must be at least 0, was " + watchMillis);
    }
    if (canary == 0 || (canary < 1 && watchMillis == 0)) {
      throw new IllegalArgumentException(
          "canary must be above 0, and 1 without a watch, was " + canary);
    }
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be 0 to 1, was " + value);
    }
  }

  /** Whether models are watched once they are in force. */
  public boolean watches() {
    return watchMillis > 0;
  }

  /** Whether models in force and on trial are judged by what they flag of the readings. */
  public boolean samples() {
    return watches() || challengers == Challengers.PROMOTE;
  }

  /**
   * How the readings are gathered that a watch or a trial looks at: slices of event time.
   *
   * @param training as models are trained
   */
  public TrainingPlan watching(TrainingPlan training) {
    return new TrainingPlan(
        TrainingPlan.Window.TIME,
        sliceMillis(),
        sliceMillis(),
        0,
        false,
        SLICE_ROWS,
        1,
        1,
        training.seed(),
        false,
        training.adoptNewFeatures(),
        false,
        Retraining.EVERY_WINDOW,
        training.labelled());
  }

  /** Two parts of a slice's readings as one. */
  TrainingSample merged(TrainingSample left, TrainingSample right) {
    return TrainingSample.merged(left, right, SLICE_ROWS);
  }

  private long sliceMillis() {
    return Math.max(1, (watches() ? watchMillis : trialMillis) / SLICES);
  }

  /** The end of the slice that a time is in, exclusive. */
  long sliceEnd(long time) {
    return (Math.floorDiv(time, sliceMillis()) + 1) * sliceMillis();
  }

  /** The time from which on no model that was in force at a time is rolled back any more. */
  long settledAt(long time) {
    return time + watchMillis + sliceMillis();
  }

  /** The end of the watch of a model that is in force from a time on. */
  long watchEnd(long from) {
    return sliceEnd(from + watchMillis - 1);
  }

  /** Whether readings of a time are no longer of a watch. */
  boolean isOver(ModelWatch watch, long time) {
    return time >= watch.from() + watchMillis;
  }

  /** Why a model must not score all sensors at the end of its watch; null when it may. */
  @Nullable String unproven(ModelWatch watch) {
    return watch.canary() && watch.rows() < LEAST_ROWS
        ? text(
            "only %d readings could be looked at while it scored a share of the sensors, %d are"
                + " needed",
            watch.rows(), LEAST_ROWS)
        : null;
  }

  /** Why a model that is watched must go; null when it may stay. */
  @Nullable String breach(ModelWatch watch) {
    return watch.rows() >= LEAST_ROWS && watch.rate() - watch.rateBefore() > maxIncrease
        ? text(
            "it flagged %.2f of %d readings since it came into force, the model before would have"
                + " flagged %.2f of them (promotion.max-increase %s)",
            watch.rate(), watch.rows(), watch.rateBefore(), maxIncrease)
        : null;
  }

  /**
   * Whether a challenger does better than the champion: by its F1, which joins precision and
   * recall, where there are enough labels; else by flagging a share that is nearer to the one it
   * was trained to flag. In no case does it win with a share that is far from that.
   *
   * @param aim share that the challenger was trained to flag
   * @param aimBefore share that the champion was trained to flag
   */
  boolean gains(ModelWatch seen, double aim, double aimBefore) {
    double distance = Math.abs(seen.rate() - aim);
    if (seen.rows() < TRIAL_ROWS || distance > maxDrift) {
      return false;
    }
    DecisionMetrics labelled = seen.labelled();
    return labelled.anomalous() >= LABELLED_ROWS && labelled.normal() >= LABELLED_ROWS
        ? seen.labelledBefore().f1() + minGain <= labelled.f1()
        : distance + minGain <= Math.abs(seen.rateBefore() - aimBefore);
  }

  /**
   * Why a fresh model must not come into force; null when it may.
   *
   * @param flagsBefore whether the model before it flags each of the rows, null when there is none
   * @param rows the sample that it was trained on
   */
  @Nullable String refusal(Model fresh, boolean @Nullable [] flagsBefore, List<SampledRow> rows) {
    List<SampledRow> inTime =
        rows.stream().sorted(Comparator.comparingLong(SampledRow::timestamp)).toList();
    boolean[] flags = flags(fresh, inTime);
    int parts = Math.max(1, Math.min(PARTS, rows.size() / PART_ROWS));
    double aim = fresh.thresholdRule().contamination();
    double drift = RateStability.of(List.of(series(inTime, flags)), parts, aim).drift();
    if (drift > maxDrift) {
      return text(
          "the share of its training readings that it flags is up to %.2f from the %.2f it was"
              + " trained to, in a part of the interval (promotion.max-drift %s)",
          drift, aim, maxDrift);
    }
    if (flagsBefore == null) {
      return null;
    }
    double rate = share(flags);
    double rateBefore = share(flagsBefore);
    if (rate - rateBefore > maxIncrease) {
      return text(
          "it flags %.2f of its training readings, the model before %.2f of them"
              + " (promotion.max-increase %s)",
          rate, rateBefore, maxIncrease);
    }
    return rateBefore - rate > maxDecrease
        ? text(
            "it flags %.2f of its training readings, the model before %.2f of them"
                + " (promotion.max-decrease %s)",
            rate, rateBefore, maxDecrease)
        : null;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** What a model makes of rows, by its own threshold. */
  static boolean[] flags(Model model, List<SampledRow> rows) {
    boolean[] flags = new boolean[rows.size()];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = flags(model, rows.get(i));
    }
    return flags;
  }

  /** Whether a model flags a row, by its own threshold. */
  static boolean flags(Model model, SampledRow row) {
    return model.isAnomaly(score(model, row));
  }

  /** What a model makes of a row, 0 to 1. */
  static double score(Model model, SampledRow row) {
    double[] numbers = NewFeatures.numbers(model.schema(), row.numbers(), row.extra());
    return model.score(model.rawScore(numbers, row.texts()));
  }

  private static double share(boolean[] flags) {
    int flagged = 0;
    for (boolean flag : flags) {
      flagged += flag ? 1 : 0;
    }
    return (double) flagged / flags.length;
  }

  private static LabelledSeries series(List<SampledRow> inTime, boolean[] flags) {
    long[] times = inTime.stream().mapToLong(SampledRow::timestamp).toArray();
    return new LabelledSeries(
        "", times, new double[times.length], flags, new boolean[times.length]);
  }
}
