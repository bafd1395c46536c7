// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.HistogramStatistics;
import org.jspecify.annotations.Nullable;

/** How long each of the models of a subtask takes to score a reading. Not thread-safe. */
final class ModelTimings {
  /** Models whose times are kept apart; beyond them measuring begins anew. */
  private static final int MODELS = 64;

  private final boolean challenger;
  private final int subtask;
  private final Map<String, LatencyHistogram> latencies = new HashMap<>();

  ModelTimings(boolean challenger, int subtask) {
    this.challenger = challenger;
    this.subtask = subtask;
  }

  /** Takes in a measurement; what is to be told, once their number has doubled. */
  @Nullable ScoreTiming add(String version, long nanos) {
    if (latencies.size() > MODELS) {
      latencies.clear();
    }
    LatencyHistogram latency = latencies.computeIfAbsent(version, name -> new LatencyHistogram());
    latency.update(nanos);
    long measured = latency.getCount();
    if (Long.bitCount(measured) > 1) {
      return null;
    }
    HistogramStatistics figures = latency.getStatistics();
    return new ScoreTiming(
        challenger, version, subtask, measured, figures.getMean(), figures.getQuantile(0.99));
  }
}
