// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.feature.ColumnStatistics;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.LineDecoder;
import io.caddis.detectors.parse.LineFormat;
import io.caddis.detectors.parse.LineReader;
import io.caddis.detectors.parse.Timestamps;
import io.caddis.detectors.sample.BottomKSample;
import io.caddis.detectors.sample.SampledRow;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fits a model on a table in bounded memory: on all its rows, or on a uniform sample of them. The
 * same table, settings and seed give the same model, byte for byte.
 *
 * @param layout of the table
 * @param trainer what to fit
 * @param seed of the sample and of the training
 * @param sampleRows most rows to fit on, at least 2
 */
public record TableTrainer(TableLayout layout, ModelTrainer trainer, long seed, int sampleRows) {
  /**
   * What came of a table.
   *
   * @param rows that had a value
   * @param rejected lines that were no row, or had no value
   * @param faultyRows rows with a cell that could not be used
   * @param firstFault what was wrong first, null when nothing was
   * @param from first event time, null when there is none
   * @param to the millisecond after the last event time, null when there is none
   * @param metrics of the model on the rows it was fitted on
   */
  public record Result(
      Model model,
      long rows,
      long rejected,
      long faultyRows,
      @Nullable Rejection firstFault,
      @Nullable Instant from,
      @Nullable Instant to,
      Map<String, Double> metrics) {}

  /**
   * Reads the table to its end and fits.
   *
   * @throws io.caddis.detectors.model.UnusableSampleException if no model can come of its rows
   */
  public Result train(InputStream in, String source) throws IOException {
    LineReader lines = new LineReader(in, Limits.DEFAULT);
    LineDecoder decoder = null;
    BottomKSample sample = new BottomKSample(sampleRows);
    long rejected = 0;
    long faulty = 0;
    Rejection first = null;
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    while (lines.next()) {
      if (decoder == null) {
        LineFormat format = LineFormat.of(source, lines);
        if (format == null) {
          continue;
        }
        decoder = layout.decoder(format, source);
      }
      if (lines.tooLong()) {
        rejected++;
        continue;
      }
      Parsed parsed =
          decoder.decode(
              lines.bytes(), lines.offset(), lines.length(), lines.position(), lines.line());
      if (parsed == null) {
        continue;
      }
      first = first == null ? parsed.rejection() : first;
      Reading reading = parsed.reading();
      if (reading == null || !layout.hasValue(reading)) {
        rejected++;
        continue;
      }
      faulty += parsed.rejection() == null ? 0 : 1;
      sample.add(sampled(reading, lines.line()));
      long time = layout.time(reading);
      if (time != Timestamps.INVALID) {
        min = Math.min(min, time);
        max = Math.max(max, time);
      }
    }
    List<Row> rows =
        sample.rows().stream().map(row -> new Row(row.numbers(), row.texts())).toList();
    Model model = trainer.fit(rows, seed);
    boolean timed = min <= max;
    return new Result(
        model,
        sample.seen(),
        rejected,
        faulty,
        first,
        timed ? Instant.ofEpochMilli(min) : null,
        timed ? Instant.ofEpochMilli(max + 1) : null,
        metrics(model, rows));
  }

  /** The line's number keeps rows of equal content apart, so that they are drawn one by one. */
  private SampledRow sampled(Reading reading, long line) {
    return SampledRow.of(
        new FeatureVector(
            "",
            "",
            line,
            reading.source(),
            reading.position(),
            false,
            layout.numbers(reading),
            layout.texts(reading),
            null,
            null),
        seed);
  }

  private static Map<String, Double> metrics(Model model, List<Row> rows) {
    double[] scores = model.rawScores(rows);
    long flagged = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = model.score(scores[i]);
      flagged += scores[i] >= model.threshold() ? 1 : 0;
    }
    Arrays.sort(scores);
    return Map.of(
        "flagged_share",
        (double) flagged / scores.length,
        "score_median",
        ColumnStatistics.quantile(scores, 0.5),
        "score_p99",
        ColumnStatistics.quantile(scores, 0.99));
  }
}
