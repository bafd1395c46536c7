// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Derivation;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How readings become feature vectors: their own fields, then what is derived from the sensor's
 * recent readings, then the calendar.
 *
 * @param fields the fields of a reading
 * @param derivations of numeric fields over the sensor's recent readings
 * @param calendar taken from the timestamp, in UTC
 * @param grouping which model a reading belongs to
 */
public record FeaturePlan(
    FeatureSchema fields,
    List<Derivation> derivations,
    List<CalendarFeature> calendar,
    Grouping grouping)
    implements Serializable {

  public FeaturePlan {
    derivations = List.copyOf(derivations);
    calendar = List.copyOf(calendar);
  }

  /** The columns of the feature vectors, and so of every model's input. */
  public FeatureSchema schema() {
    List<Feature> features = new ArrayList<>(fields.features());
    for (Derivation derivation : derivations) {
      features.add(new Feature(derivation.column(), Encoding.NUMERIC));
    }
    for (CalendarFeature feature : calendar) {
      features.add(new Feature(feature.name().toLowerCase(Locale.ROOT), Encoding.NUMERIC));
    }
    return new FeatureSchema(features);
  }
}
