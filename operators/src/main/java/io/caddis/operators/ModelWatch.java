// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.evaluation.DecisionMetrics;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.sample.SampledRow;

/**
 * What is known of a model that has come into force a short while ago, beside the one before it:
 * what both flag of the same readings.
 *
 * @param from event time from which on it scores, epoch milliseconds
 * @param rows readings looked at
 * @param flagged those that it flags
 * @param flaggedBefore those that the model before it flags
 * @param canary whether it scores a share of the sensors only
 * @param labelled what it makes of those of which somebody has said what they are
 * @param labelledBefore what the model before it makes of them
 */
public record ModelWatch(
    long from,
    long rows,
    long flagged,
    long flaggedBefore,
    boolean canary,
    DecisionMetrics labelled,
    DecisionMetrics labelledBefore) {
  private static final DecisionMetrics NOTHING = new DecisionMetrics(0, 0, 0, 0);

  public ModelWatch {
    // In state of before there were labels they are null.
    labelled = labelled == null ? NOTHING : labelled;
    labelledBefore = labelledBefore == null ? NOTHING : labelledBefore;
  }

  static ModelWatch start(long from, boolean canary) {
    return new ModelWatch(from, 0, 0, 0, canary, NOTHING, NOTHING);
  }

  /** The watch after more readings; those of before it began do not count. */
  ModelWatch with(TrainingSample sample, Model current, Model before) {
    long more = 0;
    long flags = 0;
    long flagsBefore = 0;
    DecisionMetrics said = labelled;
    DecisionMetrics saidBefore = labelledBefore;
    for (SampledRow row : sample.rows()) {
      if (row.timestamp() < from) {
        continue;
      }
      boolean flag = PromotionPlan.flags(current, row);
      boolean flagBefore = PromotionPlan.flags(before, row);
      more++;
      flags += flag ? 1 : 0;
      flagsBefore += flagBefore ? 1 : 0;
      Boolean normal = row.normal();
      if (normal != null) {
        said = said.with(!normal, flag);
        saidBefore = saidBefore.with(!normal, flagBefore);
      }
    }
    return new ModelWatch(
        from, rows + more, flagged + flags, flaggedBefore + flagsBefore, canary, said, saidBefore);
  }

  /** Share of the readings that the model flags, at most 1; NaN when there are none. */
  double rate() {
    return (double) flagged / rows;
  }

  /** Share of them that the one before it flags. */
  double rateBefore() {
    return (double) flaggedBefore / rows;
  }
}
