// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.detector.Parameters;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.stream.Multivariate.Method;
import io.caddis.detectors.threshold.ScoreScale;
import io.caddis.detectors.threshold.ThresholdRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
   * Whether the detector of this name learns by reading. {@code auto} does where the columns are
   * numbers, and leaves out text beside them that a sensor seldom changes; rows of other text are
   * told apart by it, and left to a trained forest.
   */
  public static boolean learns(String name, List<RecordLayout.Column> columns) {
    if (!name.equals(Method.AUTO.label())) {
      return NAMES.contains(name);
    }
    return columns.stream().anyMatch(column -> !column.encoding().isText())
        && columns.stream().allMatch(column -> !column.encoding().isText() || column.steady());
  }

  /**
   * The score from which on a reading is anomalous for a detector that learns by reading, which
   * sets its boundary itself.
   *
   * @param rule that was asked for, null for none
   * @throws IllegalArgumentException when it is not a fixed score
   */
  public static double threshold(String name, @Nullable ThresholdRule rule) {
    if (rule == null) {
      return ScoreScale.BOUNDARY;
    }
    if (rule.method() != ThresholdRule.Method.FIXED) {
      throw new IllegalArgumentException(
          "threshold must be fixed, was %s: the detector %s sets its boundary itself"
              .formatted(rule, name));
    }
    return rule.scoreThreshold();
  }

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
