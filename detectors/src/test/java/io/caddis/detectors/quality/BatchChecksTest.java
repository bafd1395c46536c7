// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchChecksTest {
  private static final FeatureSchema SCHEMA =
      new FeatureSchema(
          List.of(
              new Feature("x", Encoding.NUMERIC),
              new Feature("y", Encoding.NUMERIC),
              new Feature("mode", Encoding.LABEL)));

  private static BatchChecks checks() {
    QualityRules.Limits limits = new QualityRules.Limits("y", 0, 10, Double.POSITIVE_INFINITY);
    return new BatchChecks(SCHEMA, List.of(limits), 3, 0.5);
  }

  private static BatchChecks add(BatchChecks checks, double x, double y, String mode) {
    checks.add(new double[] {x, y}, new String[] {mode});
    return checks;
  }

  @Test
  void goodRowsHaveNothingToTell() {
    BatchChecks checks = checks();
    for (int i = 0; i < 5; i++) {
      add(checks, i, 10 - i, "mode-" + i);
    }
    assertThat(checks.report()).isEqualTo(new BatchReport(5, List.of(), List.of()));
  }

  @Test
  void everyFeatureSaysWhatIsWrongWithIt() {
    BatchChecks checks = checks();
    add(checks, 7, 1, "on");
    add(checks, 7, 11, "off");
    add(checks, 7, Double.NaN, "on");
    checks.wrongType("y");
    add(checks, Double.POSITIVE_INFINITY, 3, "on");
    BatchReport report = checks.report();
    assertThat(report.usable()).isTrue();
    assertThat(report.issues())
        .containsExactly(
            "x: 1 values are infinite",
            "x: 25 % of its values are missing",
            "x: is constant at 7",
            "y: 1 values are of the wrong type",
            "y: 1 values are outside of 0 to 10",
            "y: 25 % of its values are missing");
  }

  @Test
  void tooFewRowsTooFewValuesAndNoVariationAreFaults() {
    assertThat(add(add(checks(), 1, 2, "a"), 2, 3, "b").report().faults())
        .containsExactly("rows must be at least 3, was 2");
    assertThat(new BatchChecks(SCHEMA, List.of(), 0, 0.5).report().usable()).isTrue();

    BatchChecks sparse = checks();
    BatchChecks empty = checks();
    BatchChecks constant = checks();
    for (int i = 0; i < 3; i++) {
      add(sparse, i, Double.NaN, null);
      add(empty, Double.NaN, Double.NaN, null);
      add(constant, 1, 2, "a");
    }
    assertThat(sparse.report().faults())
        .containsExactly("missing values must be at most 50 %, was 67 %");
    assertThat(empty.report().faults()).containsExactly("all values are missing");
    assertThat(constant.report().faults())
        .containsExactly("at least one feature must vary, was true of none");
  }
}
