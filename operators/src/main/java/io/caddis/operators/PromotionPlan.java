// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

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
 */
public record PromotionPlan(double maxDrift, double maxIncrease, double maxDecrease)
    implements Serializable {

  /** Parts of a training interval that are looked at by themselves. */
  private static final int PARTS = 4;

  /** Sampled rows that a part must hold on average, or there are fewer parts. */
  private static final int PART_ROWS = 50;

  public PromotionPlan {
    requireShare("maxDrift", maxDrift);
    requireShare("maxIncrease", maxIncrease);
    requireShare("maxDecrease", maxDecrease);
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be 0 to 1, was " + value);
    }
  }

  /**
   * Why a fresh model must not come into force; null when it may.
   *
   * @param before the model before it, null when there is none
   * @param rows the sample that it was trained on
   */
  @Nullable String refusal(Model fresh, @Nullable Model before, List<SampledRow> rows) {
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
    if (before == null) {
      return null;
    }
    double rate = share(flags);
    double rateBefore = share(flags(before, inTime));
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
    double[] numbers = NewFeatures.numbers(model.schema(), row.numbers(), row.extra());
    return model.isAnomaly(model.score(model.rawScore(numbers, row.texts())));
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
