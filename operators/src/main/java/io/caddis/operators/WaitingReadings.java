// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;

/**
 * A sensor's readings that wait for the watermark, because a model that must score them may still
 * come. A model takes effect at the end of its training interval, so a reading of time t waits for
 * the watermark t - 1.
 */
final class WaitingReadings {
  private static final MapStateDescriptor<Long, List<FeatureVector>> WAITING =
      new MapStateDescriptor<>(
          "waiting-readings", Types.LONG, Types.LIST(TypeInformation.of(FeatureVector.class)));

  private final MapState<Long, List<FeatureVector>> waiting;

  WaitingReadings(RuntimeContext context) {
    waiting = context.getMapState(WAITING);
  }

  static boolean mustWait(FeatureVector vector, TimerService timers) {
    return timers.currentWatermark() < vector.timestamp() - 1;
  }

  void add(FeatureVector vector, TimerService timers) throws Exception {
    long timer = vector.timestamp() - 1;
    List<FeatureVector> sameTime = waiting.get(timer);
    if (sameTime == null) {
      sameTime = new ArrayList<>(1);
      timers.registerEventTimeTimer(timer);
    }
    sameTime.add(vector);
    waiting.put(timer, sameTime);
  }

  /**
   * Takes out the current sensor's readings that waited for a timer, in the order in which they
   * came.
   */
  List<FeatureVector> release(long timer) throws Exception {
    List<FeatureVector> ready = waiting.get(timer);
    if (ready == null) {
      return List.of();
    }
    waiting.remove(timer);
    return ready;
  }
}
