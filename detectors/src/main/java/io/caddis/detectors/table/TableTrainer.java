// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.feature.ColumnStatistics;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.model.UnusableSampleException;
import io.caddis.detectors.parse.Timestamps;
import io.caddis.detectors.sample.BottomKSample;
import io.caddis.detectors.sample.SampledRow;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Fits a model on a table in bounded memory: on all its rows, or on a uniform sample of them. With
 * a layout that has a key, one on the rows of each sensor as well. The same table, settings and
 * seed give the same models, byte for byte.
 *
 * @param layout of the table
 * @param trainer what to fit
 * @param seed of the samples and of the training
 * @param sampleRows most rows to fit a model on, at least 2
 */
public record TableTrainer(TableLayout layout, ModelTrainer trainer, long seed, int sampleRows)
    implements TableTraining {
  /** Most sensors that can have a model each. */
  public static final int MAX_SENSORS = 1000;

  /** Fewest rows that a sensor's own model is fitted on; a job's default is the same. */
  public static final int MIN_SENSOR_ROWS = 32;

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
   * @param sensors what came of each sensor's rows; empty when the layout has no key
   * @param untrained sensors of whose rows no model came, each with the reason
   */
  public record Result(
      Model model,
      long rows,
      long rejected,
      long faultyRows,
      @Nullable Rejection firstFault,
      @Nullable Instant from,
      @Nullable Instant to,
      Map<String, Double> metrics,
      SortedMap<String, SensorResult> sensors,
      SortedMap<String, String> untrained) {}

  /** What came of a sensor's rows; the components mean what those of {@link Result} do. */
  public record SensorResult(
      Model model,
      long rows,
      @Nullable Instant from,
      @Nullable Instant to,
      Map<String, Double> metrics) {}

  @Override
  public Result train(InputStream in, String source) throws IOException {
    Rows all = new Rows();
    SortedMap<String, Rows> bySensor = new TreeMap<>();
    TableRows read =
        TableRows.read(
            in,
            source,
            layout,
            (reading, line) -> {
              SampledRow row = sampled(reading, line);
              long time = layout.time(reading);
              all.add(row, time);
              String sensor = layout.sensor(reading);
              if (sensor != null) {
                bySensor.computeIfAbsent(sensor, name -> new Rows()).add(row, time);
                if (bySensor.size() > MAX_SENSORS) {
                  throw new UnusableSampleException(
                      "sensors with a model each must be at most %d, line %d of %s has another: '%s'"
                          .formatted(MAX_SENSORS, line, source, sensor));
                }
              }
            });
    SensorResult common = all.fit();
    SortedMap<String, SensorResult> sensors = new TreeMap<>();
    SortedMap<String, String> untrained = new TreeMap<>();
    bySensor.forEach(
        (sensor, rows) -> {
          try {
            sensors.put(sensor, rows.fitEnough());
          } catch (UnusableSampleException e) {
            untrained.put(sensor, String.valueOf(e.getMessage()));
          }
        });
    return new Result(
        common.model(),
        common.rows(),
        read.rejected(),
        read.faulty(),
        read.firstFault(),
        common.from(),
        common.to(),
        common.metrics(),
        sensors,
        untrained);
  }

  /** The rows of all sensors or of one, while the table is read. Not thread-safe. */
  private final class Rows {
    private final BottomKSample sample = new BottomKSample(sampleRows);
    private long min = Long.MAX_VALUE;
    private long max = Long.MIN_VALUE;

    void add(SampledRow row, long time) {
      sample.add(row);
      if (time != Timestamps.INVALID) {
        min = Math.min(min, time);
        max = Math.max(max, time);
      }
    }

    SensorResult fitEnough() {
      if (sample.seen() < MIN_SENSOR_ROWS) {
        throw new UnusableSampleException(
            "rows of a sensor must be at least %d, was %d"
                .formatted(MIN_SENSOR_ROWS, sample.seen()));
      }
      return fit();
    }

    SensorResult fit() {
      List<Row> rows =
          sample.rows().stream().map(row -> new Row(row.numbers(), row.texts())).toList();
      Model model = trainer.fit(rows, seed);
      boolean timed = min <= max;
      return new SensorResult(
          model,
          sample.seen(),
          timed ? Instant.ofEpochMilli(min) : null,
          timed ? Instant.ofEpochMilli(max + 1) : null,
          metrics(model, rows));
    }
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
