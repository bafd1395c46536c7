// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.ScoredVector;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * What a reading costs the backend when nothing is detected: reads and writes as many bytes of
 * state, in as many parts, and sets as many timers as a detection job.
 *
 * <p>Each part is full of counters of the key's readings, and all are counted up: a backend that
 * keeps objects would else be asked for 8 bytes of each. The first one begins with the time of the
 * timer that is in flight; there is one at most, {@value #READINGS_A_TIMER} usual intervals ahead,
 * as that which waits for a sensor to fall silent.
 */
final class KeyedBytesFunction extends KeyedProcessFunction<String, Reading, ScoredVector> {
  private static final int READINGS_A_TIMER = 3;

  private final List<Part> plan;

  private transient List<ValueState<byte[]>> states;

  /**
   * A part of a key's state.
   *
   * @param bytes its size, at least 16
   * @param every readings between two that ask for it, 1 = all do
   */
  record Part(int bytes, int every) implements Serializable {
    Part {
      if (bytes < 2 * Long.BYTES || every < 1) {
        throw new IllegalArgumentException(
            "BYTES must be at least 16 and EVERY at least 1, was " + bytes + ":" + every);
      }
    }

    private static Part of(String text) {
      String[] both = text.split(":", 2);
      return new Part(Integer.parseInt(both[0]), both.length == 1 ? 1 : Integer.parseInt(both[1]));
    }
  }

  /**
   * Reads BYTES, and BYTES or BYTES:EVERY of further parts.
   *
   * @throws IllegalArgumentException if one is none of these
   */
  static List<Part> parts(List<String> texts) {
    List<Part> parts = texts.stream().map(Part::of).toList();
    if (parts.get(0).every() > 1) {
      throw new IllegalArgumentException("every reading asks for the first part");
    }
    return parts;
  }

  KeyedBytesFunction(List<Part> plan) {
    this.plan = List.copyOf(plan);
  }

  @Override
  public void open(OpenContext context) {
    states = new ArrayList<>();
    for (int i = 0; i < plan.size(); i++) {
      states.add(
          getRuntimeContext()
              .getState(
                  new ValueStateDescriptor<>(
                      "bytes-" + i, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)));
    }
  }

  @Override
  public void processElement(Reading reading, Context context, Collector<ScoredVector> out)
      throws Exception {
    byte[] first = counted(0);
    ByteBuffer counts = ByteBuffer.wrap(first);
    if (counts.getLong(0) == 0) {
      counts.putLong(0, watch(reading.timestamp(), context.timerService()));
    }
    states.get(0).update(first);
    long readings = counts.getLong(Long.BYTES);
    for (int i = 1; i < plan.size(); i++) {
      // Not all keys at once.
      if (readings == 1
          || Math.floorMod(readings + reading.key().hashCode(), (long) plan.get(i).every()) == 0) {
        states.get(i).update(counted(i));
      }
    }
    out.collect(
        IdentityFunction.unscored(
            reading.key(), "", reading.timestamp(), reading.source(), reading.position(), false));
  }

  private byte[] counted(int part) throws IOException {
    byte[] known = states.get(part).value();
    byte[] bytes = known == null ? new byte[plan.get(part).bytes()] : known;
    ByteBuffer counts = ByteBuffer.wrap(bytes);
    for (int at = Long.BYTES; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
      counts.putLong(at, counts.getLong(at) + 1);
    }
    return bytes;
  }

  private static long watch(long from, TimerService timers) {
    long until = from + READINGS_A_TIMER * ScaleLoad.INTERVAL_MILLIS + 1;
    timers.registerEventTimeTimer(until);
    return until;
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ScoredVector> out)
      throws Exception {
    ValueState<byte[]> first = states.get(0);
    ByteBuffer counts = ByteBuffer.wrap(first.value());
    counts.putLong(0, watch(timestamp - 1, context.timerService()));
    first.update(counts.array());
  }
}
