// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import java.io.IOException;
import java.io.InputStream;

/** A way to make a model of a table. */
public sealed interface TableTraining permits TableTrainer, StreamTrainer {
  /** How lines become rows. */
  TableLayout layout();

  /**
   * Reads the table to its end and fits.
   *
   * @throws io.caddis.detectors.model.UnusableSampleException if no model can come of its rows, or
   *     they are of too many sensors
   */
  TableTrainer.Result train(InputStream in, String source) throws IOException;
}
