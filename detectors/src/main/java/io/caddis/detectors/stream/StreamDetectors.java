// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.detector.Parameters;
import java.util.List;
import java.util.Map;

/** Every streaming detector, by its name: the one place to add another. */
public final class StreamDetectors {
  /** The names that {@link #byName} knows. */
  public static final List<String> NAMES = List.of(Univariate.NAME);

  private StreamDetectors() {}

  /**
   * A streaming detector by its name, with its parameters; docs/detectors.md lists them. Numbers
   * may be given as text.
   *
   * @throws IllegalArgumentException naming the known names, parameters or ranges
   */
  public static StreamDetectorType byName(String name, Map<String, Object> parameters) {
    Parameters given = new Parameters(parameters);
    return switch (name) {
      case Univariate.NAME -> Univariate.of(given);
      default ->
          throw new IllegalArgumentException(
              "detector must be one of " + String.join(", ", NAMES) + ", was '" + name + "'");
    };
  }
}
