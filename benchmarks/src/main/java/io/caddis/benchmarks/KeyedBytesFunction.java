// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.ScoredVector;
import java.nio.ByteBuffer;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Counts the readings of each key in a state of so many bytes: what a reading costs the backend
 * when nothing is detected.
 */
final class KeyedBytesFunction extends KeyedProcessFunction<String, Reading, ScoredVector> {
  private final int bytes;

  private transient ValueState<byte[]> state;

  KeyedBytesFunction(int bytes) {
    this.bytes = bytes;
  }

  @Override
  public void open(OpenContext context) {
    state =
        getRuntimeContext()
            .getState(
                new ValueStateDescriptor<>(
                    "bytes", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
  }

  @Override
  public void processElement(Reading reading, Context context, Collector<ScoredVector> out)
      throws Exception {
    byte[] known = state.value();
    ByteBuffer count = ByteBuffer.wrap(known == null ? new byte[bytes] : known);
    count.putLong(0, count.getLong(0) + 1);
    state.update(count.array());
    out.collect(
        IdentityFunction.unscored(
            reading.key(), "", reading.timestamp(), reading.source(), reading.position(), false));
  }
}
