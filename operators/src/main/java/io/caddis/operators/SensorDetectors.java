// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.stream.ProfileStore;
import io.caddis.detectors.stream.StreamDetector;
import java.io.IOException;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;

/**
 * The detectors that learn by reading, one a sensor, in the keyed state of an operator.
 *
 * <p>In two parts: what every reading changes, and the {@link ProfileStore profile}, which is most
 * of the bytes and which one reading in fifty asks for. A backend that keeps states as bytes would
 * else read and write all of them with each reading.
 */
public final class SensorDetectors {
  private final StreamStateSerializer serializer;
  private final ValueState<StreamState> levels;
  private final ValueState<byte[]> profile;

  private final ProfileStore store =
      new ProfileStore() {
        @Override
        public byte[] read() throws IOException {
          byte[] bytes = profile.value();
          if (bytes == null) {
            throw new IOException("the profile of a sensor is missing: damaged state");
          }
          return bytes;
        }

        @Override
        public void write(byte[] bytes) throws IOException {
          profile.update(bytes);
        }
      };

  /**
   * @param context of a keyed operator, keyed by sensor
   * @param plan name and parameters of a {@link io.caddis.detectors.stream.StreamDetectors
   *     streaming detector}
   */
  public SensorDetectors(RuntimeContext context, DetectorPlan plan) {
    serializer = new StreamStateSerializer(plan.detector(), plan.parameters());
    // one state a detector: a job restored with another one starts to learn anew
    String name = "stream-detector-" + plan.detector();
    levels = context.getState(new ValueStateDescriptor<>(name, serializer));
    profile =
        context.getState(
            new ValueStateDescriptor<>(
                name + "-profile", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
  }

  /** That of the current sensor; a new one when there is none for so many features. */
  StreamState get(int features) throws IOException {
    StreamState known = levels.value();
    if (known == null || known.features() != features) {
      known = serializer.empty(features);
    }
    known.detector().useProfile(store);
    return known;
  }

  /** One that can learn without consequences. */
  StreamState copy(StreamState state) {
    StreamState copy = serializer.copy(state);
    copy.detector().useProfile(store);
    return copy;
  }

  /** Keeps the current sensor's, which {@link #get} has given. */
  void put(StreamState state) throws IOException {
    state.detector().putProfile();
    levels.update(state);
  }

  /**
   * Gives the current sensor a detector.
   *
   * @param newest event time of the newest reading that it has learned from, epoch milliseconds
   */
  public void put(long newest, int features, StreamDetector detector) throws IOException {
    detector.useProfile(store);
    put(new StreamState(newest, features, detector));
  }

  /** Event time of the newest reading that the current sensor has learned from, or the least. */
  long newest() throws IOException {
    StreamState known = levels.value();
    return known == null ? Long.MIN_VALUE : known.newest();
  }

  /** Forgets the current sensor. */
  void clear() {
    levels.clear();
    profile.clear();
  }
}
