// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.Reading;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Which model a reading belongs to.
 *
 * @param scope one model a sensor, one for all, or one for each value of a field
 * @param textIndex the field's place in {@link Reading#texts()}; used by {@link Scope#FIELD} only
 */
public record Grouping(Scope scope, int textIndex) implements Serializable {
  /** Group of readings whose group field is missing. */
  private static final String UNKNOWN = "unknown";

  private static final String ALL = "all";

  public enum Scope {
    SENSOR,
    GLOBAL,
    FIELD
  }

  /** The group of all readings, null when there are several. */
  @Nullable String onlyGroup() {
    return scope == Scope.GLOBAL ? ALL : null;
  }

  String groupOf(Reading reading) {
    return switch (scope) {
      case SENSOR -> reading.key();
      case GLOBAL -> ALL;
      case FIELD -> {
        String value = reading.texts()[textIndex];
        yield value == null ? UNKNOWN : value;
      }
    };
  }
}
