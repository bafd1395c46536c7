// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;

/** {@link ModelControlFunction}, and what comes to it. */
abstract class ModelControlRun<R extends ModelControlRun<R>> implements AutoCloseable {
  final KeyedTwoInputStreamOperatorTestHarness<String, ModelUpdate, ModelInput, ModelUpdate>
      harness;

  ModelControlRun(PromotionPlan plan, @Nullable OperatorSubtaskState state) throws Exception {
    harness =
        new KeyedTwoInputStreamOperatorTestHarness<>(
            new KeyedCoProcessOperator<>(new ModelControlFunction(plan, 100_000, true)),
            ModelUpdate::group,
            ModelInput::group,
            Types.STRING,
            128,
            1,
            0);
    harness.initializeState(state);
    harness.open();
  }

  abstract R self();

  R trained(ModelUpdate... models) throws Exception {
    for (ModelUpdate model : models) {
      harness.processElement1(new StreamRecord<>(model));
    }
    return self();
  }

  R seen(TrainingSample... parts) throws Exception {
    for (TrainingSample part : parts) {
      harness.processElement2(new StreamRecord<>(ModelInput.of(part)));
    }
    return self();
  }

  R command(ControlCommand command) throws Exception {
    harness.processElement2(new StreamRecord<>(ModelInput.of(command)));
    return self();
  }

  R until(long time) throws Exception {
    harness.processBothWatermarks(new Watermark(time - 1));
    return self();
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }
}
