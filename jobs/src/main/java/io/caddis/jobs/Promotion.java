// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.operators.ModelControlFunction;
import io.caddis.operators.ModelInput;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.OperatorMetrics;
import io.caddis.operators.PromotionPlan;
import io.caddis.operators.TrainingSample;
import io.caddis.operators.WindowSampleOperator;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.jspecify.annotations.Nullable;

/**
 * The part of the graph that decides which of the models is in force, where commands or a watch
 * have a say in it. Where challengers can win, {@code watch-label} stands before {@code watched}.
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
   * @param controlled where commands come from, null when none are taken
   * @return the models in force; null when every model trained is
   */
  static @Nullable SingleOutputStreamOperator<ModelUpdate> of(
      DataStream<ModelUpdate> trained,
      DataStream<FeatureVector> features,
      @Nullable Controlled controlled,
      DetectionPlan plan) {
    DataStream<ModelInput> inputs = controlled == null ? null : controlled.modelCommands();
    if (plan.promotion().samples()) {
      DataStream<ModelInput> watched = watched(features, controlled, plan);
      inputs = inputs == null ? watched : inputs.union(watched);
    }
    return inputs == null
        ? null
        : trained
            .keyBy(ModelUpdate::group)
            .connect(inputs.keyBy(ModelInput::group))
            .process(
                new ModelControlFunction(
                    plan.promotion(), plan.ttlMillis(), DetectionTopology.ownModels(plan)))
            .uid(OperatorUids.MODEL_CONTROL)
            .name(OperatorUids.MODEL_CONTROL);
  }

  private static DataStream<ModelInput> watched(
      DataStream<FeatureVector> features, @Nullable Controlled controlled, DetectionPlan plan) {
    SingleOutputStreamOperator<TrainingSample> samples =
        features
            .transform(
                OperatorUids.WATCH_SAMPLE,
                TypeInformation.of(TrainingSample.class),
                new WindowSampleOperator(
                    plan.promotion().watching(plan.training()),
                    OperatorMetrics.MISSED_WATCH,
                    false))
            .uid(OperatorUids.WATCH_SAMPLE);
    boolean challenged = plan.promotion().challengers() == PromotionPlan.Challengers.PROMOTE;
    return (controlled == null || !challenged
            ? samples
            : controlled.labelled(samples, OperatorUids.WATCH_LABEL))
        .map(ModelInput::of, TypeInformation.of(ModelInput.class))
        .uid(OperatorUids.WATCHED)
        .name(OperatorUids.WATCHED);
  }
}
