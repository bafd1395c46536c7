// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import org.apache.flink.api.common.accumulators.Accumulator;

/**
 * How long readings took, counted in steps of 3 %, from a microsecond to an hour. Read while it is
 * written: a glance may miss the last readings.
 */
final class LatencyCounts implements Accumulator<Long, LatencyCounts> {
  private static final long serialVersionUID = 1;
  private static final int STEPS = 32;
  private static final int POWERS = 32;

  private long[] counts = new long[STEPS * POWERS];
  private long total;
  private long lastNanos;
  private long lastLatencyNanos;

  /** Takes in a reading that was due at a time of {@link System#nanoTime}. */
  void add(long dueNanos, long nowNanos) {
    lastNanos = nowNanos;
    lastLatencyNanos = nowNanos - dueNanos;
    total++;
    counts[place(lastLatencyNanos / 1_000)]++;
  }

  @Override
  public void add(Long dueNanos) {
    add(dueNanos, System.nanoTime());
  }

  private static int place(long micros) {
    if (micros < STEPS) {
      return (int) Math.max(0, micros);
    }
    int power = 63 - Long.numberOfLeadingZeros(micros / STEPS);
    int place = STEPS * (power + 1) + (int) ((micros >> power) - STEPS);
    return Math.min(place, STEPS * POWERS - 1);
  }

  /** The largest number of microseconds that is counted there. */
  private static double most(int place) {
    if (place < STEPS) {
      return place + 1;
    }
    return Math.scalb(STEPS + place % STEPS + 1.0, place / STEPS - 1);
  }

  long total() {
    return total;
  }

  /** When the last reading came, by {@link System#nanoTime}. */
  long lastNanos() {
    return lastNanos;
  }

  /** How long that reading took, which is how far behind the readings are. */
  double lagSeconds() {
    return lastLatencyNanos / 1e9;
  }

  /** What came after an earlier glance. */
  LatencyCounts since(LatencyCounts earlier) {
    LatencyCounts difference = clone();
    difference.total -= earlier.total;
    for (int i = 0; i < counts.length; i++) {
      difference.counts[i] -= earlier.counts[i];
    }
    return difference;
  }

  /** Milliseconds that a share of the readings took at most; 0 when there were none. */
  double quantile(double share) {
    long all = 0;
    for (long count : counts) {
      all += count;
    }
    long sought = (long) Math.ceil(share * all);
    long seen = 0;
    for (int i = 0; i < counts.length && sought > 0; i++) {
      seen += counts[i];
      if (seen >= sought) {
        return most(i) / 1_000;
      }
    }
    return 0;
  }

  @Override
  public LatencyCounts getLocalValue() {
    return this;
  }

  @Override
  public void resetLocal() {
    counts = new long[counts.length];
    total = 0;
  }

  @Override
  public void merge(Accumulator<Long, LatencyCounts> other) {
    LatencyCounts more = other.getLocalValue();
    total += more.total;
    for (int i = 0; i < counts.length; i++) {
      counts[i] += more.counts[i];
    }
    if (more.lastNanos > lastNanos) {
      lastNanos = more.lastNanos;
    }
    lastLatencyNanos = Math.max(lastLatencyNanos, more.lastLatencyNanos);
  }

  @Override
  public LatencyCounts clone() {
    LatencyCounts copy = new LatencyCounts();
    copy.merge(this);
    return copy;
  }
}
