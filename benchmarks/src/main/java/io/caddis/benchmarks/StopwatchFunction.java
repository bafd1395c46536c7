// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.event.ScoredVector;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.api.common.accumulators.LongMinimum;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Passes everything on and notes in accumulators when the first row came, when the last had gone
 * through, and how many there were. Starting and stopping a job takes tenths of a second that no
 * rate should contain.
 */
final class StopwatchFunction extends ProcessFunction<ScoredVector, ScoredVector> {
  static final String ROWS = "stopwatchRows";
  static final String FIRST_NANOS = "stopwatchFirstNanos";
  static final String LAST_NANOS = "stopwatchLastNanos";

  private long rows;
  private long firstNanos;

  @Override
  public void open(OpenContext context) {
    rows = 0;
  }

  @Override
  public void processElement(ScoredVector vector, Context context, Collector<ScoredVector> out) {
    if (rows++ == 0) {
      firstNanos = System.nanoTime();
    }
    out.collect(vector);
  }

  @Override
  public void close() {
    if (rows > 0) {
      getRuntimeContext().addAccumulator(ROWS, new LongCounter(rows));
      getRuntimeContext().addAccumulator(FIRST_NANOS, new LongMinimum(firstNanos));
      getRuntimeContext().addAccumulator(LAST_NANOS, new LongMaximum(System.nanoTime()));
    }
  }
}
