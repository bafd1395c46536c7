// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The ordered columns of a row. A row is held in two arrays: {@code double[] numbers} for the
 * {@link Encoding#NUMERIC} features (NaN = missing) and {@code String[] texts} for all others (null
 * = missing), each in schema order.
 *
 * <p>Immutable and thread-safe.
 */
public final class FeatureSchema implements Serializable {
  private final List<Feature> features;
  private final List<Feature> numbers;
  private final List<Feature> texts;

  public FeatureSchema(List<Feature> features) {
    Set<String> names = new HashSet<>();
    List<Feature> numeric = new ArrayList<>();
    List<Feature> textual = new ArrayList<>();
    for (Feature feature : features) {
      if (!names.add(feature.name())) {
        throw new IllegalArgumentException("feature '" + feature.name() + "' is declared twice");
      }
      (feature.encoding().isText() ? textual : numeric).add(feature);
    }
    this.features = List.copyOf(features);
    this.numbers = List.copyOf(numeric);
    this.texts = List.copyOf(textual);
  }

  public List<Feature> features() {
    return features;
  }

  /** The numeric features, in the order of a row's {@code numbers}. */
  public List<Feature> numbers() {
    return numbers;
  }

  /** The other features, in the order of a row's {@code texts}. */
  public List<Feature> texts() {
    return texts;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureSchema that && features.equals(that.features);
  }

  @Override
  public int hashCode() {
    return features.hashCode();
  }

  @Override
  public String toString() {
    return features.toString();
  }
}
