// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.metrics.Counter;

/**
 * A count that shows in the web UI while the job runs (metric) and in the job's result when it ends
 * (accumulator).
 *
 * <p>Names are listed in {@link OperatorMetrics}.
 */
final class Tally {
  private final Counter metric;
  private final LongCounter total = new LongCounter();

  Tally(RuntimeContext context, String name) {
    metric = context.getMetricGroup().addGroup(OperatorMetrics.GROUP).counter(name);
    context.addAccumulator(name, total);
  }

  void add(long count) {
    metric.inc(count);
    total.add(count);
  }

  void increment() {
    add(1);
  }
}
