// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A training sample divided by the model before: what it flags is not to train the next one, so
 * that a fault that lasts is not learned as normal. When it flags more than {@value #MOST} of them
 * the process has changed rather than failed, or the model is of no use: then all rows train.
 *
 * @param kept rows that train
 * @param flagged rows that do not
 * @param issue what is noteworthy about it, null when nothing is
 */
record FlaggedRows(List<SampledRow> kept, List<SampledRow> flagged, @Nullable String issue) {
  private static final double MOST = 0.2;

  static FlaggedRows by(Model before, List<SampledRow> rows) {
    List<SampledRow> kept = new ArrayList<>(rows.size());
    List<SampledRow> flagged = new ArrayList<>();
    for (SampledRow row : rows) {
      (PromotionPlan.flags(before, row) ? flagged : kept).add(row);
    }
    return flagged.size() <= MOST * rows.size()
        ? new FlaggedRows(kept, flagged, null)
        : new FlaggedRows(
            rows,
            List.of(),
            "%d of %d rows are flagged by the model before, so all of them train"
                .formatted(flagged.size(), rows.size()));
  }

  /** A sample of which nothing is flagged, because no model says so. */
  static FlaggedRows none(List<SampledRow> rows) {
    return new FlaggedRows(rows, List.of(), null);
  }
}
