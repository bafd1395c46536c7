// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Parts readings from dead letters. The bytes were parsed in the source already, because watermarks
 * are made there and need the timestamps.
 */
public final class ParseFunction extends ProcessFunction<Parsed, Reading> {
  private transient Tally readings;
  private transient Tally deadLetters;
  private transient Tally cellsImputed;

  @Override
  public void open(OpenContext context) {
    readings = new Tally(getRuntimeContext(), OperatorMetrics.READINGS);
    deadLetters = new Tally(getRuntimeContext(), OperatorMetrics.DEAD_LETTERS);
    cellsImputed = new Tally(getRuntimeContext(), OperatorMetrics.CELLS_IMPUTED);
  }

  @Override
  public void processElement(Parsed parsed, Context context, Collector<Reading> out) {
    readings.increment();
    Rejection rejection = parsed.rejection();
    if (rejection != null) {
      deadLetters.increment();
      if (rejection.scored()) {
        cellsImputed.increment();
      }
      context.output(SideOutputs.DEAD_LETTERS, rejection);
    }
    Reading reading = parsed.reading();
    if (reading != null) {
      out.collect(reading);
    }
  }
}
