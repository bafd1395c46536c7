// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.operators.ModelControlFunction;
import io.caddis.operators.ModelInput;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.OperatorMetrics;
import io.caddis.operators.TrainingSample;
import io.caddis.operators.WindowSampleOperator;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.jspecify.annotations.Nullable;

/**
 * The part of the graph that decides which of the models is in force, where commands or a watch
 * have a say in it.
 *
 * <pre>
 *   features - watch-sample - watched -+
 *                 commands about models +
 *                                       | by group
 *                        train - model-control - score
 * </pre>
 */
final class Promotion {
  private Promotion() {}

  /**
   * @param commands about models, null when none are taken
   * @return the models in force; null when every model trained is
   */
  static @Nullable SingleOutputStreamOperator<ModelUpdate> of(
      DataStream<ModelUpdate> trained,
      DataStream<FeatureVector> features,
      @Nullable DataStream<ModelInput> commands,
      DetectionPlan plan) {
    DataStream<ModelInput> inputs = commands;
    if (plan.promotion().samples()) {
      DataStream<ModelInput> watched = watched(features, plan);
      inputs = inputs == null ? watched : inputs.union(watched);
    }
    return inputs == null
        ? null
        : trained
            .keyBy(ModelUpdate::group)
            .connect(inputs.keyBy(ModelInput::group))
            .process(new ModelControlFunction(plan.promotion(), plan.ttlMillis()))
            .uid(OperatorUids.MODEL_CONTROL)
            .name(OperatorUids.MODEL_CONTROL);
  }

  private static DataStream<ModelInput> watched(
      DataStream<FeatureVector> features, DetectionPlan plan) {
    return features
        .transform(
            OperatorUids.WATCH_SAMPLE,
            TypeInformation.of(TrainingSample.class),
            new WindowSampleOperator(
                plan.promotion().watching(plan.training()), OperatorMetrics.MISSED_WATCH, false))
        .uid(OperatorUids.WATCH_SAMPLE)
        .map(ModelInput::of, TypeInformation.of(ModelInput.class))
        .uid(OperatorUids.WATCHED)
        .name(OperatorUids.WATCHED);
  }
}
