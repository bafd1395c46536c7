// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.UnusableSampleException;
import io.caddis.detectors.parse.Timestamps;
import io.caddis.detectors.stream.SensorScorer;
import io.caddis.detectors.stream.SensorStates;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fits a streaming detector on a table: what it knows once it has read all rows in their order, by
 * sensor. The same table and settings give the same model, byte for byte.
 *
 * @param layout of the table, {@link TableLayout#bySensor}
 * @param begin what is known before
 * @param readBefore rows that this was learned from, 0 or more
 * @param threshold score from which on a reading is anomalous
 * @param seed kept in the model; nothing depends on it
 */
public record StreamTrainer(
    TableLayout layout, SensorStates begin, long readBefore, double threshold, long seed)
    implements TableTraining {
  @Override
  public TableTrainer.Result train(InputStream in, String source) throws IOException {
    Reader reader = new Reader();
    TableRows read = TableRows.read(in, source, layout, (row, line) -> reader.learn(row));
    if (reader.rows < 2) {
      throw new UnusableSampleException("training rows must be at least 2, was " + reader.rows);
    }
    SensorStates states = reader.scorer.states();
    int rows = (int) Math.min(Integer.MAX_VALUE, readBefore + reader.rows);
    boolean timed = reader.from <= reader.to;
    return new TableTrainer.Result(
        Model.learned(states, layout.schema(), threshold, seed, rows),
        reader.rows,
        read.rejected(),
        read.faulty(),
        read.firstFault(),
        timed ? Instant.ofEpochMilli(reader.from) : null,
        timed ? Instant.ofEpochMilli(reader.to + 1) : null,
        Map.of(
            "flagged_share",
            (double) reader.flagged / reader.rows,
            "sensors",
            (double) states.size()),
        new TreeMap<>(),
        new TreeMap<>());
  }

  /** What is learned while the table is read. */
  private final class Reader {
    private final SensorScorer scorer = begin.scorer();
    private long rows;
    private long flagged;
    private long from = Long.MAX_VALUE;
    private long to = Long.MIN_VALUE;

    private void learn(Reading row) {
      rows++;
      long time = layout.time(row);
      flagged += layout.scored(scorer, row, time).score() >= threshold ? 1 : 0;
      if (time != Timestamps.INVALID) {
        from = Math.min(from, time);
        to = Math.max(to, time);
      }
    }
  }
}
