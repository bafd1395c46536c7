// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

/**
 * The scores of one sensor in event-time order, with the truth.
 *
 * @param key the sensor
 * @param timestamps event times, epoch milliseconds, ascending
 * @param scores high = anomalous, finite
 * @param flags the detector's own decisions
 * @param labels the truth
 */
public record LabelledSeries(
    String key, long[] timestamps, double[] scores, boolean[] flags, boolean[] labels) {
  public LabelledSeries {
    int rows = timestamps.length;
    if (scores.length != rows || flags.length != rows || labels.length != rows) {
      throw new IllegalArgumentException(
          "scores, flags and labels must have %d rows like timestamps, were %d, %d and %d"
              .formatted(rows, scores.length, flags.length, labels.length));
    }
  }

  public int rows() {
    return scores.length;
  }
}
