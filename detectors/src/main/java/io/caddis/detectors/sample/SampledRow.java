// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.sample;

import io.caddis.detectors.detector.SplitMix;
import io.caddis.detectors.event.FeatureVector;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A row that a sample holds, with the hash that decides whether it stays.
 *
 * @param priority hash of seed, sensor, event time and content; the smallest stay
 * @param timestamp event time, epoch milliseconds
 * @param numbers numeric features in schema order, NaN = missing
 * @param texts other features in schema order, null = missing
 * @param extra numeric fields that the schema does not know, null when there are none or they do
 *     not count
 * @param sensor of the reading, null when it does not matter
 * @param normal what somebody has said of it, null when nobody has
 */
public record SampledRow(
    long priority,
    long timestamp,
    double[] numbers,
    @Nullable String[] texts,
    @Nullable Map<String, Double> extra,
    @Nullable String sensor,
    @Nullable Boolean normal) {

  /**
   * Total order in which rows are kept and handed to training. Rows that compare equal have equal
   * content, so it does not matter which of them stays.
   */
  static final Comparator<SampledRow> ORDER =
      Comparator.comparingLong(SampledRow::priority)
          .thenComparingLong(SampledRow::timestamp)
          .thenComparing(SampledRow::numbers, Arrays::compare)
          .thenComparing(SampledRow::texts, SampledRow::compareTexts)
          .thenComparing(row -> String.valueOf(sorted(row.extra)))
          .thenComparing(row -> String.valueOf(row.sensor));

  /** The row of a feature vector under a seed, without fields that the schema does not know. */
  public static SampledRow of(FeatureVector vector, long seed) {
    return of(vector, seed, false, false);
  }

  /**
   * The row of a feature vector under a seed.
   *
   * @param extra whether fields that the schema does not know count
   * @param sensor whether the row is to know its sensor
   */
  public static SampledRow of(FeatureVector vector, long seed, boolean extra, boolean sensor) {
    long hash = SplitMix.mix(seed ^ vector.key().hashCode());
    hash = SplitMix.mix(hash ^ vector.timestamp());
    for (double number : vector.numbers()) {
      hash = SplitMix.mix(hash ^ Double.doubleToLongBits(number));
    }
    for (String text : vector.texts()) {
      hash = SplitMix.mix(hash ^ (text == null ? 0 : text.hashCode()));
    }
    Map<String, Double> more = extra ? vector.extra() : null;
    if (more != null) {
      // in any order
      for (Map.Entry<String, Double> field : more.entrySet()) {
        hash += SplitMix.mix(field.getKey().hashCode() ^ Double.doubleToLongBits(field.getValue()));
      }
    }
    return new SampledRow(
        hash,
        vector.timestamp(),
        vector.numbers(),
        vector.texts(),
        more,
        sensor ? vector.key() : null,
        null);
  }

  /** The same row with what somebody has said of it. */
  public SampledRow labelled(@Nullable Boolean isNormal) {
    return new SampledRow(priority, timestamp, numbers, texts, extra, sensor, isNormal);
  }

  private static @Nullable Map<String, Double> sorted(@Nullable Map<String, Double> extra) {
    return extra == null ? null : new TreeMap<>(extra);
  }

  private static int compareTexts(@Nullable String[] left, @Nullable String[] right) {
    return Arrays.compare(left, right, Comparator.nullsFirst(Comparator.naturalOrder()));
  }
}
