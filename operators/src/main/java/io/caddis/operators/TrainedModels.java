// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.NewFeatures;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.jspecify.annotations.Nullable;

/**
 * The models of a group that the next one is compared with. Belongs to {@link TrainFunction} and
 * uses its keyed state.
 *
 * <p>A model that is rolled back is so downstream of the training, from where no word comes back.
 * So the rule of the watch is applied to the readings of the next training sample: they are of the
 * time in which the model scored.
 */
final class TrainedModels {
  private static final ValueStateDescriptor<byte[]> MODEL =
      new ValueStateDescriptor<>(
          "updated-model", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  private static final ValueStateDescriptor<byte[]> BEFORE =
      new ValueStateDescriptor<>(
          "model-before", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private final PromotionPlan promotion;
  private final FeatureSchema schema;
  private final ValueState<byte[]> newest;
  private final ValueState<byte[]> before;

  TrainedModels(RuntimeContext context, PromotionPlan promotion, FeatureSchema schema) {
    this.promotion = promotion;
    this.schema = schema;
    newest = context.getState(MODEL);
    before = context.getState(BEFORE);
  }

  /**
   * The newest that a watch does not take back, null when there is none that can judge a sample.
   *
   * @param from event time from which on the newest has scored, epoch milliseconds
   */
  @Nullable Model inForce(TrainingSample sample, @Nullable Long from) throws Exception {
    Model model = decoded(newest);
    if (model == null || from == null) {
      return model;
    }
    ModelWatch watch = ModelWatch.start(from, false);
    if (promotion.isOver(watch, sample.from())) {
      before.clear();
      return model;
    }
    Model older = decoded(before);
    if (older == null || promotion.breach(watch.with(sample, model, older)) == null) {
      return model;
    }
    newest.update(before.value());
    before.clear();
    return older;
  }

  private @Nullable Model decoded(ValueState<byte[]> state) throws Exception {
    byte[] bytes = state.value();
    Model model = bytes == null ? null : ModelCodec.decode(bytes);
    return model != null && NewFeatures.extend(schema, model.schema()) ? model : null;
  }

  /** Takes in a model that comes into force. */
  void add(byte[] model) throws Exception {
    byte[] last = newest.value();
    if (last != null && promotion.watches()) {
      before.update(last);
    }
    newest.update(model);
  }

  void forget() {
    newest.clear();
    before.clear();
  }
}
