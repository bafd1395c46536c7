// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.event.ScoredVector;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Counts how long after they were due readings of a {@link ScaleSource} were scored. */
final class LatencyFunction extends ProcessFunction<ScoredVector, Void> {
  static final String LATENCY = "latency";
  static final String HOT_LATENCY = "hotLatency";

  private transient LatencyCounts usual;
  private transient LatencyCounts hot;

  @Override
  public void open(OpenContext context) {
    usual = new LatencyCounts();
    hot = new LatencyCounts();
    getRuntimeContext().addAccumulator(LATENCY, usual);
    getRuntimeContext().addAccumulator(HOT_LATENCY, hot);
  }

  @Override
  public void processElement(ScoredVector scored, Context context, Collector<Void> out) {
    if (scored.position() != ScaleLoad.NOT_MEASURED) {
      (scored.key().equals(ScaleLoad.HOT) ? hot : usual).add(scored.position(), System.nanoTime());
    }
  }
}
