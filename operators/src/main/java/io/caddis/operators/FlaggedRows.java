// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A training sample divided by the model before: what it flags is not to train the next one, so
 * that a fault that lasts is not learned as normal. When it flags more than {@value #MOST} of them
 * the process has changed rather than failed, or the model is of no use: then they train. What
 * somebody has said of a row counts before what the model says.
 *
 * @param kept rows that train
 * @param flagged rows that do not
 * @param issue what is noteworthy about it, null when nothing is
 */
record FlaggedRows(List<SampledRow> kept, List<SampledRow> flagged, @Nullable String issue) {
  private static final double MOST = 0.2;

  /**
   * @param byModel whether the model before flags each of the rows, null when only what somebody
   *     has said counts
   */
  static FlaggedRows by(boolean @Nullable [] byModel, List<SampledRow> rows) {
    List<SampledRow> kept = new ArrayList<>(rows.size());
    List<SampledRow> flagged = new ArrayList<>();
    int unsaid = 0;
    for (int i = 0; i < rows.size(); i++) {
      SampledRow row = rows.get(i);
      Boolean normal = row.normal();
      boolean anomaly = normal == null ? byModel != null && byModel[i] : !normal;
      unsaid += anomaly && normal == null ? 1 : 0;
      (anomaly ? flagged : kept).add(row);
    }
    if (unsaid <= MOST * rows.size()) {
      return new FlaggedRows(kept, flagged, null);
    }
    FlaggedRows said = by(null, rows);
    return new FlaggedRows(
        said.kept,
        said.flagged,
        "%d of %d rows are flagged by the model before, so all of them train"
            .formatted(unsaid, rows.size()));
  }
}
