// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.UnusableSampleException;
import io.caddis.detectors.stream.SensorScorer;
import io.caddis.detectors.stream.SensorStates;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * Fits a streaming detector on a table: what it knows once it has read all rows in their order, by
 * sensor. The same table and settings give the same model, byte for byte.
 *
 * @param layout of the table, {@link TableLayout#bySensor}
 * @param begin what is known before
 * @param threshold score from which on a reading is anomalous
 * @param seed kept in the model; nothing depends on it
 */
public record StreamTrainer(TableLayout layout, SensorStates begin, double threshold, long seed)
    implements TableTraining {
  /** Counts while a table is read. */
  private static final class Flags {
    private long flagged;
  }

  @Override
  public Result train(InputStream in, String source) throws IOException {
    SensorScorer scorer = begin.scorer();
    Flags flags = new Flags();
    TableRows read = TableRows.read(in, source, layout, (row, line) -> learn(scorer, row, flags));
    if (read.rows() < 2) {
      throw new UnusableSampleException("training rows must be at least 2, was " + read.rows());
    }
    SensorStates states = scorer.states();
    int rows = (int) Math.min(Integer.MAX_VALUE, read.rows());
    return read.result(
        Model.learned(states, layout.schema(), threshold, seed, rows),
        Map.of(
            "flagged_share",
            (double) flags.flagged / read.rows(),
            "sensors",
            (double) states.size()));
  }

  private void learn(SensorScorer scorer, Reading row, Flags flags) {
    double score =
        scorer.score(layout.key(row), layout.time(row), layout.numbers(row), null).score();
    flags.flagged += score >= threshold ? 1 : 0;
  }
}
