// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class FeatureEncoderTest {
  private static final FeatureSchema NUMBERS =
      new FeatureSchema(
          List.of(new Feature("a", Encoding.NUMERIC), new Feature("b", Encoding.NUMERIC)));
  private static final FeatureSchema MIXED =
      new FeatureSchema(
          List.of(
              new Feature("state", Encoding.ONEHOT),
              new Feature("a", Encoding.NUMERIC),
              new Feature("door", Encoding.BINARY)));

  private static FeatureEncoder fit(Scaling scaling, double[][] rows) {
    return fit(NUMBERS, rows, new String[rows.length][0], scaling);
  }

  private static FeatureEncoder fit(
      FeatureSchema schema, double[][] numbers, String[][] texts, Scaling scaling) {
    FeatureEncoder unscaled = FeatureEncoder.fit(schema, numbers, texts);
    double[][] rows = new double[numbers.length][unscaled.width()];
    for (int i = 0; i < rows.length; i++) {
      unscaled.encode(numbers[i], texts[i], rows[i]);
    }
    return unscaled.scaled(scaling, rows);
  }

  private static double[] encode(FeatureEncoder encoder, double[] numbers, String... texts) {
    double[] out = new double[encoder.width()];
    encoder.encode(numbers, texts, out);
    return out;
  }

  @Test
  void robustScalingUsesMedianAndQuartilesThenStandardDeviationThenOne() {
    double[][] rows = {{1, 0}, {2, 0}, {3, 0}, {4, 0}, {500, 0}};
    assertThat(encode(fit(Scaling.ROBUST, rows), new double[] {5, 7})).containsExactly(1, 7);
    double[][] mostlyZero = {{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 10}};
    assertThat(encode(fit(Scaling.ROBUST, mostlyZero), new double[] {3, 4})).containsExactly(3, 1);
  }

  @Test
  void standardScalingUsesMeanAndStandardDeviation() {
    double[][] rows = {{3, 6}, {7, 6}, {3, 6}, {7, 6}};
    assertThat(encode(fit(Scaling.STANDARD, rows), new double[] {9, 8})).containsExactly(2, 2);
  }

  @Test
  void noScalingLeavesNumbersAsTheyAre() {
    double[][] rows = {{3, 6}, {7, 6}};
    assertThat(encode(fit(Scaling.NONE, rows), new double[] {9, -8})).containsExactly(9, -8);
  }

  @Test
  void missingAndInfiniteNumbersBecomeTheTrainingMedian() {
    double[][] rows = {{1, 5}, {2, Double.NaN}, {9, Double.POSITIVE_INFINITY}, {2, 7}};
    FeatureEncoder encoder = fit(Scaling.NONE, rows);
    double[] gaps = {Double.NaN, Double.NEGATIVE_INFINITY};
    assertThat(encode(encoder, gaps)).containsExactly(2, 6);
    assertThat(encoder.imputed(gaps, new String[0])).containsExactly("a", "b");
    assertThat(encoder.imputed(new double[] {1, 2}, new String[0])).isNull();
  }

  @Test
  void featuresMissingInMoreThanNineTenthsOfTheRowsAreNotUsed() {
    double[][] rows = new double[10][2];
    for (double[] row : rows) {
      Arrays.fill(row, Double.NaN);
    }
    rows[3][0] = 5;
    FeatureEncoder encoder = fit(Scaling.ROBUST, rows);
    assertThat(encoder.used()).containsExactly("a");
    assertThat(encoder.width()).isEqualTo(1);
    assertThat(encode(encoder, new double[] {6, 1e9})).containsExactly(1);
    assertThat(encoder.imputed(new double[] {6, Double.NaN}, new String[0])).isNull();
  }

  @Test
  void imputedNamesComeInSchemaOrder() {
    String[][] texts = {{"open", "yes"}, {"shut", "no"}, {"open", "yes"}};
    FeatureEncoder encoder = fit(MIXED, new double[][] {{1}, {2}, {3}}, texts, Scaling.NONE);
    assertThat(encoder.used()).containsExactly("state", "a", "door");
    assertThat(encoder.imputed(new double[] {Double.NaN}, new String[] {null, "perhaps"}))
        .containsExactly("state", "a", "door");
    assertThat(encoder.imputed(new double[] {1}, new String[] {"unseen", "no"})).isNull();
    assertThat(encode(encoder, new double[] {4}, "shut", null)).containsExactly(4, 0, 1, 1);
  }

  @Test
  void textsThatAreAlwaysMissingAreNotUsed() {
    String[][] texts = {{null, "perhaps"}, {null, "perhaps"}};
    FeatureEncoder encoder = fit(MIXED, new double[][] {{1}, {2}}, texts, Scaling.ROBUST);
    assertThat(encoder.used()).containsExactly("a");
    assertThat(encode(encoder, new double[] {1.5}, "open", "yes")).containsExactly(0);
  }

  @Test
  void rowsOfAnotherSchemaAreRefused() {
    FeatureEncoder encoder = fit(Scaling.NONE, new double[][] {{1, 2}});
    assertThatThrownBy(() -> encode(encoder, new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("row must have 2 numbers and 0 texts, was 1 and 0");
  }

  @Property
  void whateverTheNumbersTheEncodedRowIsFinite(
      @ForAll Scaling scaling,
      @ForAll("anyNumbers") List<double[]> training,
      @ForAll("anyNumbers") List<double[]> probes) {
    FeatureEncoder encoder = fit(scaling, training.toArray(double[][]::new));
    for (double[] probe : probes) {
      for (double value : encode(encoder, probe)) {
        assertThat(value).isBetween(-FeatureEncoder.LIMIT, FeatureEncoder.LIMIT);
      }
    }
  }

  @Provide
  Arbitrary<List<double[]>> anyNumbers() {
    Arbitrary<Double> number =
        Arbitraries.oneOf(
            Arbitraries.doubles(),
            Arbitraries.of(
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                Double.MAX_VALUE,
                -Double.MAX_VALUE,
                Double.MIN_VALUE,
                -0.0,
                0.0,
                1.0));
    return number.array(double[].class).ofSize(2).list().ofMinSize(1).ofMaxSize(20);
  }
}
