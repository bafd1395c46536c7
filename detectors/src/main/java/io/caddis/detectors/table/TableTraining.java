// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.model.Model;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A way to make a model of a table. */
public sealed interface TableTraining permits TableTrainer, StreamTrainer {
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
  record Result(
      Model model,
      long rows,
      long rejected,
      long faultyRows,
      @Nullable Rejection firstFault,
      @Nullable Instant from,
      @Nullable Instant to,
      Map<String, Double> metrics) {}

  /** How lines become rows. */
  TableLayout layout();

  /**
   * Reads the table to its end and fits.
   *
   * @throws io.caddis.detectors.model.UnusableSampleException if no model can come of its rows
   * @throws IllegalArgumentException if they are of too many sensors for a detector that learns by
   *     sensor
   */
  Result train(InputStream in, String source) throws IOException;
}
