// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.parse.LineDecoder;
import io.caddis.detectors.parse.LineFormat;
import io.caddis.detectors.stream.SensorScorer;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Scores the rows of a table that is not made of lines, given one by one as JSON objects: what is
 * in a cell means what it means in JSON lines. Not thread-safe.
 */
public final class RowScorer {
  private final TableLayout layout;
  private final TableModels models;
  private final LineDecoder decoder;
  private final @Nullable SensorScorer sensors;

  /**
   * What came of a row.
   *
   * @param scored whether it had a value that the model could score; if not, the next three mean
   *     nothing
   * @param raw the detector's own score
   * @param score 0 to 1
   * @param anomaly whether the score is at or above the threshold
   * @param fault what was wrong with the row or with a cell, null when nothing was
   */
  public record Verdict(
      boolean scored, double raw, double score, boolean anomaly, @Nullable Rejection fault) {}

  RowScorer(TableLayout layout, TableModels models, String source) {
    this.layout = layout;
    this.models = models;
    this.decoder = layout.decoder(LineFormat.JSON, source);
    this.sensors = models.scorer();
  }

  /** Names of the columns that scoring takes; the objects need no others. */
  public Set<String> columns() {
    Set<String> columns = new LinkedHashSet<>(layout.columns());
    if (layout.keyField() != null) {
      columns.add(layout.keyField());
    }
    if (layout.timeField() != null) {
      columns.add(layout.timeField());
    }
    return columns;
  }

  /**
   * Scores a row.
   *
   * @param object the row as one JSON object in UTF-8
   * @param number of the row, from 1
   */
  public Verdict score(byte[] object, long number) {
    Parsed parsed = decoder.decode(object, 0, object.length, number, number);
    Reading reading = parsed == null ? null : parsed.reading();
    Rejection fault = parsed == null ? null : parsed.rejection();
    if (reading == null || !layout.hasValue(reading)) {
      return new Verdict(false, 0, 0, false, fault);
    }
    Model model = models.of(layout.sensor(reading));
    if (sensors != null) {
      SensorScorer.Scored scored = layout.scored(sensors, reading, layout.time(reading));
      boolean anomaly = models.isAnomaly(model, scored.score());
      return new Verdict(true, scored.raw(), scored.score(), anomaly, fault);
    }
    double raw = model.rawScore(layout.numbers(reading), layout.texts(reading));
    double score = model.score(raw);
    return new Verdict(true, raw, score, models.isAnomaly(model, score), fault);
  }
}
