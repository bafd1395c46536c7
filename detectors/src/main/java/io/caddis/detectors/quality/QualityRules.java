// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.quality;

import io.caddis.detectors.event.QualityKind;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is checked of a sensor's readings, and the limits that are declared rather than learned.
 *
 * @param checks kinds that are looked for; empty = nothing is checked
 * @param flatlineMillis an unchanged value is stuck from this long on, milliseconds; 0 = learned
 * @param gapMillis a silence of more than this is a gap, milliseconds; 0 = learned
 * @param spike distance from the recent level, in recent mean deviations, that no usual value
 *     exceeds, at least 1
 * @param learnRange whether values far outside of those seen before are out of range too
 * @param features limits of the features that have any
 */
public record QualityRules(
    Set<QualityKind> checks,
    long flatlineMillis,
    long gapMillis,
    double spike,
    boolean learnRange,
    List<Limits> features)
    implements Serializable {

  /** Checks nothing. */
  public static final QualityRules NONE = new QualityRules(Set.of(), 0, 0, 10, false, List.of());

  /**
   * What is known of a feature beforehand.
   *
   * @param feature its name
   * @param min least value; negative infinity when there is none
   * @param max greatest value; infinity when there is none
   * @param maxPerSecond fastest change; infinity when there is none
   */
  public record Limits(String feature, double min, double max, double maxPerSecond)
      implements Serializable {
    public Limits {
      if (!(min <= max)) {
        throw new IllegalArgumentException("min must be at most max " + max + ", was " + min);
      }
      if (!(maxPerSecond >= 0)) {
        throw new IllegalArgumentException("maxPerSecond must be at least 0, was " + maxPerSecond);
      }
    }

    /** Those of a feature among these, or none. */
    static Limits of(String feature, List<Limits> all) {
      return all.stream()
          .filter(limits -> limits.feature().equals(feature))
          .findFirst()
          .orElseGet(
              () ->
                  new Limits(
                      feature,
                      Double.NEGATIVE_INFINITY,
                      Double.POSITIVE_INFINITY,
                      Double.POSITIVE_INFINITY));
    }
  }

  public QualityRules {
    // copies of types that Java serializes
    checks = new HashSet<>(checks);
    features = new ArrayList<>(features);
    if (flatlineMillis < 0 || gapMillis < 0) {
      throw new IllegalArgumentException(
          "flatlineMillis and gapMillis must be at least 0, was %d and %d"
              .formatted(flatlineMillis, gapMillis));
    }
    if (!(spike >= 1)) {
      throw new IllegalArgumentException("spike must be at least 1, was " + spike);
    }
  }

  /** Whether any check is to be made. */
  public boolean any() {
    return !checks.isEmpty();
  }

  boolean checks(QualityKind kind) {
    return checks.contains(kind);
  }
}
