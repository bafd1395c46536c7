// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.detector.Parameters;
import io.caddis.detectors.stream.Multivariate.Method;
import java.util.List;
import java.util.Map;

/** Every streaming detector, by its name: the one place to add another. */
public final class StreamDetectors {
  /** The names that {@link #byName} knows. */
  public static final List<String> NAMES =
      List.of(
          Method.AUTO.label(),
          Univariate.NAME,
          Method.MEWMA.label(),
          Method.T2Q.label(),
          Method.KNN.label());

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
      case "auto" -> Multivariate.of(Method.AUTO, given);
      case "mewma" -> Multivariate.of(Method.MEWMA, given);
      case "t2q" -> Multivariate.of(Method.T2Q, given);
      case "stream_knn" -> Multivariate.of(Method.KNN, given);
      case Univariate.NAME -> Univariate.of(given);
      default ->
          throw new IllegalArgumentException(
              "detector must be one of " + String.join(", ", NAMES) + ", was '" + name + "'");
    };
  }
}
