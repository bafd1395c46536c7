// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Numeric fields that the schema does not know: they wait in the training samples until they are
 * common enough to become features of the next model, behind those of the schema.
 */
public final class NewFeatures {
  /** Most such fields of a reading that are looked at, the first by name. */
  public static final int MAX_FIELDS = 64;

  private NewFeatures() {}

  /** The fields themselves, or the first {@link #MAX_FIELDS} by name when there are more. */
  public static @Nullable Map<String, Double> bounded(@Nullable Map<String, Double> extra) {
    if (extra == null || extra.size() <= MAX_FIELDS) {
      return extra;
    }
    Map<String, Double> first = new TreeMap<>();
    new TreeMap<>(extra)
        .entrySet().stream().limit(MAX_FIELDS).forEach(e -> first.put(e.getKey(), e.getValue()));
    return first;
  }

  /**
   * The schema with those new fields that at least as many rows have as a feature needs to be used,
   * by name.
   *
   * @param extras the unknown fields of each training row
   */
  public static FeatureSchema adopt(
      FeatureSchema schema, List<@Nullable Map<String, Double>> extras) {
    Map<String, Integer> counts = new TreeMap<>();
    for (Map<String, Double> extra : extras) {
      if (extra != null) {
        extra.forEach(
            (name, value) -> counts.merge(name, Double.isFinite(value) ? 1 : 0, Integer::sum));
      }
    }
    double least = Math.max(1, (1 - FeatureEncoder.MAX_MISSING) * extras.size());
    List<Feature> features = new ArrayList<>(schema.features());
    List<String> known = schema.features().stream().map(Feature::name).toList();
    counts.entrySet().stream()
        .filter(field -> field.getValue() >= least && !known.contains(field.getKey()))
        .filter(field -> isName(field.getKey()))
        .limit(MAX_FIELDS)
        .forEach(field -> features.add(new Feature(field.getKey(), Encoding.NUMERIC)));
    return features.size() == schema.features().size() ? schema : new FeatureSchema(features);
  }

  /** Whether a schema is another one, or that with features that {@link #adopt} added. */
  public static boolean extend(FeatureSchema original, FeatureSchema schema) {
    List<Feature> own = original.features();
    List<Feature> all = schema.features();
    return all.size() >= own.size()
        && all.subList(0, own.size()).equals(own)
        && all.stream().skip(own.size()).allMatch(f -> f.encoding() == Encoding.NUMERIC);
  }

  private static boolean isName(String name) {
    return !name.isBlank()
        && name.length() <= Feature.MAX_NAME_CHARS
        && StandardCharsets.UTF_8.newEncoder().canEncode(name);
  }

  /**
   * A row's numbers for a schema that {@link #adopt} gave.
   *
   * @param numbers of the features of the original schema
   * @return one for each numeric feature, NaN = missing; {@code numbers} itself when there are no
   *     more
   */
  public static double[] numbers(
      FeatureSchema schema, double[] numbers, @Nullable Map<String, Double> extra) {
    List<Feature> all = schema.numbers();
    if (all.size() <= numbers.length) {
      return numbers;
    }
    double[] extended = Arrays.copyOf(numbers, all.size());
    for (int i = numbers.length; i < extended.length; i++) {
      Double value = extra == null ? null : extra.get(all.get(i).name());
      extended[i] = value == null ? Double.NaN : value;
    }
    return extended;
  }

  /**
   * Names of the fields that are no features of the schema, by name; null when there are none.
   *
   * @param known how many numeric features the original schema had
   */
  public static String @Nullable [] unused(
      FeatureSchema schema, int known, @Nullable Map<String, Double> extra) {
    if (extra == null) {
      return null;
    }
    List<Feature> all = schema.numbers();
    List<String> adopted =
        all.subList(Math.min(known, all.size()), all.size()).stream().map(Feature::name).toList();
    String[] unused =
        extra.keySet().stream()
            .filter(name -> !adopted.contains(name))
            .sorted()
            .toArray(String[]::new);
    return unused.length == 0 ? null : unused;
  }
}
