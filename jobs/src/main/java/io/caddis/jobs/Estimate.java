// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

/**
 * What a detection job with the default detector needs. The constants were measured; where, and by
 * which commands, stands in {@code docs/runbook.md}.
 *
 * @param sensors how many there are
 * @param features numeric features of each
 * @param rate readings a second, all sensors together
 */
record Estimate(long sensors, int features, double rate) {
  /** Between checkpoints, as clusters are configured. */
  private static final double INTERVAL_SECONDS = 10;

  /** Checkpoints that are kept, and the one that is being written. */
  private static final int CHECKPOINTS = 4;

  /** What a snapshot has of each operator and group of keys. */
  private static final double FIXED_BYTES = 100_000;

  /** What a reading rewrites beside the detector's state, keys and timers with it. */
  private static final double BESIDE_DETECTOR_BYTES = 440;

  private static final double LOAD = 0.6;

  /** What a job takes for timers, buffers and heartbeats, however few readings there are. */
  private static final double IDLE_CORES = 0.15;

  private static final double HEAP = 3.7;
  private static final double SCORE_ROW_BYTES = 227;

  Estimate {
    if (sensors < 1) {
      throw new IllegalArgumentException("sensors must be at least 1, was " + sensors);
    }
    if (features < 1) {
      throw new IllegalArgumentException("features must be at least 1, was " + features);
    }
    if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("rate must be positive and finite, was " + rate);
    }
  }

  /**
   * Serialized state of one sensor, all operators together: one feature has the history of a week,
   * of many the pairs count most.
   */
  double stateBytesPerSensor() {
    return features == 1 ? 2_600 : 390 + 283.0 * features + 15.3 * features * features;
  }

  double stateBytes() {
    return FIXED_BYTES + sensors * stateBytesPerSensor();
  }

  /** What an incremental checkpoint adds: the sensors that were read since the one before. */
  double incrementBytes() {
    return Math.min(sensors, rate * INTERVAL_SECONDS) * (bytesRewritten() + BESIDE_DETECTOR_BYTES);
  }

  /** Disk for full checkpoints; the increments of RocksDB share files and need less. */
  double checkpointDiskBytes() {
    return CHECKPOINTS * stateBytes();
  }

  /** Processor time of reading and writing text. */
  private double textMicros() {
    return 0.7 + 0.06 * features;
  }

  private double heapMicros() {
    return 6 + 0.4 * features + 0.0125 * features * features;
  }

  private double rocksDbMicros() {
    return 27 + 0.043 * bytesRewritten();
  }

  /** Of the state of the default detector, by each reading. */
  private double bytesRewritten() {
    return features == 1 ? 497 : 211 + 129.0 * features + 16.0 * features * (features + 1);
  }

  /** Processor cores with state on the heap, at a load that leaves room to catch up. */
  double coresOnHeap() {
    return cores(heapMicros());
  }

  double coresOnRocksDb() {
    return cores(rocksDbMicros());
  }

  private double cores(double micros) {
    return (IDLE_CORES + rate * (micros + textMicros()) / 1e6) / LOAD;
  }

  /** Heap of all TaskManagers for state on the heap: objects and tables around the numbers. */
  double heapBytes() {
    return HEAP * stateBytes();
  }

  /** Bytes a second from the readers to the sensors' subtasks. */
  double exchangedBytesPerSecond() {
    return rate * (70 + 8.0 * features);
  }

  double resultBytesPerSecond() {
    return rate * SCORE_ROW_BYTES;
  }
}
