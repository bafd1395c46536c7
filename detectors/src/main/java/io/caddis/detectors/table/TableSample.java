// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.model.UnusableSampleException;
import io.caddis.detectors.parse.Timestamps;
import io.caddis.detectors.sample.BottomKSample;
import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What training needs of a table, in bounded memory. The samples of a table's files add up to that
 * of the table, in whatever order and however the rows were spread over them. Not thread-safe.
 */
public final class TableSample {
  private final int sampleRows;
  private final Rows all;
  private final SortedMap<String, Rows> bySensor = new TreeMap<>();
  private TableRows read = new TableRows(0, 0, null);

  /**
   * The rows of one sensor, or of all.
   *
   * @param sensor null for all
   * @param first event time, epoch milliseconds; after {@code last} when there is none
   * @param last event time
   * @param seen rows that the sample stands for
   * @param rows the sampled ones, smallest hash first
   */
  public record Part(
      @Nullable String sensor, long first, long last, long seen, List<SampledRow> rows) {}

  private static final class Rows {
    private final BottomKSample sample;
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;

    Rows(int sampleRows) {
      sample = new BottomKSample(sampleRows);
    }

    void spans(long from, long to) {
      first = Math.min(first, from);
      last = Math.max(last, to);
    }

    Part part(@Nullable String sensor) {
      return new Part(sensor, first, last, sample.seen(), sample.rows());
    }
  }

  /**
   * @param sampleRows most rows of a part, at least 2
   */
  public TableSample(int sampleRows) {
    this.sampleRows = sampleRows;
    this.all = new Rows(sampleRows);
  }

  void add(SampledRow row, long time, @Nullable String sensor) {
    all.sample.add(row);
    Rows own = sensor == null ? null : rows(sensor);
    if (own != null) {
      own.sample.add(row);
    }
    if (time != Timestamps.INVALID) {
      all.spans(time, time);
      if (own != null) {
        own.spans(time, time);
      }
    }
  }

  /** Notes what came of the lines of this sample's file. */
  void read(TableRows lines) {
    read = lines;
  }

  /** Adds a part of another sample. */
  public void add(Part part) {
    Rows rows = part.sensor() == null ? all : rows(part.sensor());
    rows.sample.merge(part.rows(), part.seen());
    rows.spans(part.first(), part.last());
  }

  private Rows rows(String sensor) {
    Rows rows = bySensor.get(sensor);
    if (rows == null) {
      if (bySensor.size() == TableTrainer.MAX_SENSORS) {
        throw new UnusableSampleException(
            "sensors with a model each must be at most %d, another is '%s'"
                .formatted(TableTrainer.MAX_SENSORS, sensor));
      }
      rows = new Rows(sampleRows);
      bySensor.put(sensor, rows);
    }
    return rows;
  }

  /** All rows, then those of each sensor, in the order of their names. */
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>(List.of(all.part(null)));
    for (Map.Entry<String, Rows> entry : bySensor.entrySet()) {
      parts.add(entry.getValue().part(entry.getKey()));
    }
    return parts;
  }

  /** Lines that were no row, or had no value; of this sample's own file only. */
  public long rejected() {
    return read.rejected();
  }

  /** Rows with a cell that could not be used; of this sample's own file only. */
  public long faulty() {
    return read.faulty();
  }

  /** What was wrong first, null when nothing was. */
  @Nullable Rejection firstFault() {
    return read.firstFault();
  }
}
