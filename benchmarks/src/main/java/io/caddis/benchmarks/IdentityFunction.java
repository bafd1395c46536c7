// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.Severity;
import io.caddis.operators.ModelUpdate;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;

/** Stands where the score function stands, with the same inputs and output, and does not score. */
final class IdentityFunction
    extends KeyedBroadcastProcessFunction<String, FeatureVector, ModelUpdate, ScoredVector> {
  @Override
  public void processElement(
      FeatureVector vector, ReadOnlyContext context, Collector<ScoredVector> out) {
    out.collect(
        unscored(
            vector.key(),
            vector.group(),
            vector.timestamp(),
            vector.source(),
            vector.position(),
            vector.late()));
  }

  static ScoredVector unscored(
      String key, String group, long timestamp, long source, long position, boolean late) {
    return new ScoredVector(
        key,
        group,
        timestamp,
        source,
        position,
        0,
        0,
        1,
        false,
        Severity.LOW,
        "identity",
        late,
        null,
        null,
        null,
        null,
        false,
        null,
        null);
  }

  @Override
  public void processBroadcastElement(
      ModelUpdate update, Context context, Collector<ScoredVector> out) {}
}
