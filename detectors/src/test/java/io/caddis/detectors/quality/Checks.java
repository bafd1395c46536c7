// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.quality;

import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.QualityKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The checks of one sensor {@code s} with its state, for tests. */
final class Checks {
  static final Set<QualityKind> ALL = EnumSet.complementOf(EnumSet.of(QualityKind.DRIFT));

  private final SensorChecks checks;
  private final SensorQuality state;
  private final List<QualityIssue> issues = new ArrayList<>();

  Checks(QualityRules rules, String... features) {
    checks = new SensorChecks(rules, List.of(features));
    state = checks.newState();
  }

  /** All checks, with what they learn. */
  static Checks learned(String... features) {
    return new Checks(new QualityRules(ALL, 0, 0, 10, false, List.of()), features);
  }

  Checks reading(long timestamp, double... numbers) {
    checks.check(state, "s", timestamp, numbers, issues::add);
    return this;
  }

  List<QualityIssue> issues() {
    return issues;
  }

  long silentFrom() {
    return checks.silentFrom(state);
  }

  /** As a timer would ask. */
  Checks silentAt(long now) {
    QualityIssue issue = checks.silentAt(state, "s", now);
    if (issue != null) {
      issues.add(issue);
    }
    return this;
  }
}
