// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.feature.ColumnStatistics;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.sample.BottomKSample;
import io.caddis.detectors.sample.SampledRow;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Fits a model on a table in bounded memory: on all its rows, or on a uniform sample of them. The
 * same table, settings and seed give the same model, byte for byte.
 *
 * @param layout of the table
 * @param trainer what to fit
 * @param seed of the sample and of the training
 * @param sampleRows most rows to fit on, at least 2
 */
public record TableTrainer(TableLayout layout, ModelTrainer trainer, long seed, int sampleRows)
    implements TableTraining {
  @Override
  public Result train(InputStream in, String source) throws IOException {
    BottomKSample sample = new BottomKSample(sampleRows);
    TableRows read =
        TableRows.read(in, source, layout, (row, line) -> sample.add(sampled(row, line)));
    List<Row> rows =
        sample.rows().stream().map(row -> new Row(row.numbers(), row.texts())).toList();
    Model model = trainer.fit(rows, seed);
    return read.result(model, metrics(model, rows));
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
