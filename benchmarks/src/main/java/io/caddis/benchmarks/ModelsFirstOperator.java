// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.ScoreFunction;
import java.util.List;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.InputSelectable;
import org.apache.flink.streaming.api.operators.InputSelection;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;

/**
 * Runs a score function as Flink does, but reads all models before the first reading. A benchmark
 * without this measures how fast readings pass that nothing scores. It excludes checkpoints.
 */
final class ModelsFirstOperator
    extends CoBroadcastWithKeyedOperator<String, FeatureVector, ModelUpdate, ScoredVector>
    implements InputSelectable, BoundedMultiInput {
  private static final int MODELS_INPUT = 2;

  private boolean modelsRead;

  ModelsFirstOperator(
      KeyedBroadcastProcessFunction<String, FeatureVector, ModelUpdate, ScoredVector> function) {
    super(function, List.of(ScoreFunction.MODELS));
  }

  @Override
  public InputSelection nextSelection() {
    return modelsRead ? InputSelection.ALL : InputSelection.SECOND;
  }

  @Override
  public void endInput(int input) {
    modelsRead |= input == MODELS_INPUT;
  }
}
