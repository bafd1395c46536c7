// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import java.io.Serializable;
import org.apache.flink.streaming.api.TimerService;

/**
 * Tells when a key has been idle for a time to live, in event time, where the key's state says when
 * it was last seen: what {@link IdleExpiry} does, without state of its own.
 *
 * <pre>
 *   last seen ───── time to live ─────► next tick of the key: one timer for all readings between
 *   |       |       |       |       |       |     ticks, a quarter of the time to live apart
 * </pre>
 *
 * <p>The ticks of different keys are at different times, so that not all timers are due at once.
 *
 * @param ttlMillis event time after its last reading that a key's state is kept, at least; a
 *     quarter more at most
 */
record IdleTimer(long ttlMillis) implements Serializable {

  /**
   * Notes that the current key had a reading.
   *
   * @param before when it was last seen before, {@link Long#MIN_VALUE} = never
   */
  void touch(String key, long before, long timestamp, TimerService timers) {
    long tick = tick(key, timestamp);
    if (before == Long.MIN_VALUE || tick > tick(key, before)) {
      timers.registerEventTimeTimer(tick);
    }
  }

  /**
   * Whether the current key has been idle for so long at the time of a timer; if so the caller
   * clears its state.
   *
   * @param newest when it was last seen, {@link Long#MIN_VALUE} = it has no state
   */
  boolean expired(String key, long newest, long timer, TimerService timers) {
    if (newest == Long.MIN_VALUE) {
      return false;
    }
    if (timer >= newest + ttlMillis) {
      return true;
    }
    // Mostly there already, but not where timers were set by other rules before an upgrade.
    timers.registerEventTimeTimer(tick(key, newest));
    return false;
  }

  private long tick(String key, long newest) {
    long length = Math.max(1, ttlMillis / 4);
    long phase = Math.floorMod((long) key.hashCode() * 0x9E3779B1L, length);
    return (Math.floorDiv(newest + ttlMillis - phase, length) + 1) * length + phase;
  }
}
