// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

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
 */
public record ModelWatch(long from, long rows, long flagged, long flaggedBefore) {

  static ModelWatch start(long from) {
    return new ModelWatch(from, 0, 0, 0);
  }

  /** The watch after more readings; those of before it began do not count. */
  ModelWatch with(TrainingSample sample, Model current, Model before) {
    long more = 0;
    long flags = 0;
    long flagsBefore = 0;
    for (SampledRow row : sample.rows()) {
      if (row.timestamp() >= from) {
        more++;
        flags += PromotionPlan.flags(current, row) ? 1 : 0;
        flagsBefore += PromotionPlan.flags(before, row) ? 1 : 0;
      }
    }
    return new ModelWatch(from, rows + more, flagged + flags, flaggedBefore + flagsBefore);
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
