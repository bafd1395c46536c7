// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.caddis.detectors.event.ScoredVector;
import java.lang.management.ManagementFactory;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.api.common.accumulators.LongMinimum;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Passes everything on and notes in accumulators when the first row came, when the last had gone
 * through, and how many there were, with the process's CPU time at both ends. Starting and stopping
 * a job takes tenths of a second that no rate should contain.
 */
final class StopwatchFunction extends ProcessFunction<ScoredVector, ScoredVector> {
  static final String ROWS = "stopwatchRows";
  static final String FIRST_NANOS = "stopwatchFirstNanos";
  static final String LAST_NANOS = "stopwatchLastNanos";
  static final String FIRST_CPU_NANOS = "stopwatchFirstCpuNanos";
  static final String LAST_CPU_NANOS = "stopwatchLastCpuNanos";

  private long rows;
  private long firstNanos;
  private long firstCpuNanos;

  @Override
  public void open(OpenContext context) {
    rows = 0;
  }

  @Override
  public void processElement(ScoredVector vector, Context context, Collector<ScoredVector> out) {
    if (rows++ == 0) {
      firstNanos = System.nanoTime();
      firstCpuNanos = cpuNanos();
    }
    out.collect(vector);
  }

  @Override
  public void close() {
    if (rows > 0) {
      getRuntimeContext().addAccumulator(ROWS, new LongCounter(rows));
      getRuntimeContext().addAccumulator(FIRST_NANOS, new LongMinimum(firstNanos));
      getRuntimeContext().addAccumulator(LAST_NANOS, new LongMaximum(System.nanoTime()));
      getRuntimeContext().addAccumulator(FIRST_CPU_NANOS, new LongMinimum(firstCpuNanos));
      getRuntimeContext().addAccumulator(LAST_CPU_NANOS, new LongMaximum(cpuNanos()));
    }
  }

  /** CPU time of the whole process. */
  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
