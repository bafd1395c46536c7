// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.stream.StreamDetector;

/**
 * What is kept of a sensor that a streaming detector scores. Changes with every reading instead of
 * being replaced: where state is on the heap, what a reading replaced would be garbage that has
 * grown old, the dearest kind.
 */
final class StreamState {
  private final int features;
  private final StreamDetector detector;
  private long newest;

  /**
   * @param newest event time of the newest reading it has learned from, epoch milliseconds
   * @param features number of values that the detector takes
   */
  StreamState(long newest, int features, StreamDetector detector) {
    this.newest = newest;
    this.features = features;
    this.detector = detector;
  }

  long newest() {
    return newest;
  }

  int features() {
    return features;
  }

  StreamDetector detector() {
    return detector;
  }

  /** Notes that the detector has learned from a reading of that time, the newest one. */
  void learned(long time) {
    newest = time;
  }
}
