// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reading with all its features, ready to train on and to score.
 *
 * @param key the sensor
 * @param group whose model scores it: the sensor itself, a field's value, or one for all
 * @param timestamp event time, epoch milliseconds
 * @param source see {@link Reading#source()}
 * @param position see {@link Reading#position()}
 * @param late true when the watermark had passed the timestamp: scored, but it may have missed its
 *     training window
 * @param numbers numeric features in schema order, NaN = missing
 * @param texts other features in schema order, null = missing
 * @param extra numeric fields that the schema does not know, null when there are none
 * @param ruling what commands say about it, null when they say nothing
 */
public record FeatureVector(
    String key,
    String group,
    long timestamp,
    long source,
    long position,
    boolean late,
    double[] numbers,
    @Nullable String[] texts,
    @Nullable Map<String, Double> extra,
    @Nullable Ruling ruling) {

  /** The same vector with other features. */
  public FeatureVector with(
      double[] otherNumbers,
      @Nullable String[] otherTexts,
      @Nullable Map<String, Double> otherExtra) {
    return new FeatureVector(
        key,
        group,
        timestamp,
        source,
        position,
        late,
        otherNumbers,
        otherTexts,
        otherExtra,
        ruling);
  }

  /** The same vector under a ruling. */
  public FeatureVector under(Ruling other) {
    return new FeatureVector(
        key, group, timestamp, source, position, late, numbers, texts, extra, other);
  }
}
