// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import java.io.Serializable;
import org.apache.flink.streaming.api.TimerService;

/**
 * Tells when a key has been idle for a time to live, in event time, where the key's state says when
 * it was last seen: what {@link IdleExpiry} does, without state of its own.
 *
 * <p>A key has one timer in flight, at the first of its ticks after the time to live. They are a
 * quarter of it apart, so that most readings leave the timer where it is, and at other times for
 * other keys, so that not all timers are due at once.
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
    if (before == Long.MIN_VALUE) {
      timers.registerEventTimeTimer(tick);
      return;
    }
    long earlier = tick(key, before);
    if (tick > earlier) {
      timers.registerEventTimeTimer(tick);
      timers.deleteEventTimeTimer(earlier);
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
    // Seldom not there already: where timers were set by other rules before an upgrade.
    timers.registerEventTimeTimer(tick(key, newest));
    return false;
  }

  private long tick(String key, long newest) {
    long length = Math.max(1, ttlMillis / 4);
    long phase = Math.floorMod((long) key.hashCode() * 0x9E3779B1L, length);
    return (Math.floorDiv(newest + ttlMillis - phase, length) + 1) * length + phase;
  }
}
