// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class ColumnStatisticsTest {
  @Test
  void valuesAgreeWithNumPy() {
    ColumnStatistics statistics = ColumnStatistics.of(new double[] {4, 1, 2, 10});
    assertThat(statistics.mean()).isEqualTo(4.25);
    assertThat(statistics.std()).isCloseTo(3.491060010942235, within(1e-15));
    assertThat(statistics.lowerQuartile()).isEqualTo(1.75);
    assertThat(statistics.median()).isEqualTo(3);
    assertThat(statistics.upperQuartile()).isEqualTo(5.5);
  }

  @Property
  void equalValuesHaveNoSpreadAtAll(
      @ForAll @DoubleRange(min = -1e150, max = 1e150) double value,
      @ForAll @IntRange(min = 1, max = 99) int count) {
    double[] values = new double[count];
    Arrays.fill(values, value);
    assertThat(ColumnStatistics.of(values))
        .isEqualTo(new ColumnStatistics(value, 0, value, value, value));
    assertThat(ColumnStatistics.of(values).robustUnit()).isEqualTo(1);
  }

  @Property
  void everythingIsFiniteAndInOrder(
      @ForAll @Size(min = 1, max = 50)
          List<@DoubleRange(min = -1e150, max = 1e150) Double> values) {
    ColumnStatistics statistics = ColumnStatistics.of(array(values));
    assertThat(statistics.mean()).isFinite();
    assertThat(statistics.std()).isFinite().isNotNegative();
    assertThat(statistics.robustUnit()).isFinite().isPositive();
    assertThat(statistics.lowerQuartile()).isLessThanOrEqualTo(statistics.median());
    assertThat(statistics.median()).isLessThanOrEqualTo(statistics.upperQuartile());
  }

  @Property
  void quantileNeverFallsAsTheFractionRises(
      @ForAll @Size(min = 1, max = 30) List<@DoubleRange(min = -1e9, max = 1e9) Double> values,
      @ForAll @DoubleRange(min = 0, max = 1) double one,
      @ForAll @DoubleRange(min = 0, max = 1) double other) {
    double[] sorted = array(values);
    Arrays.sort(sorted);
    assertThat(ColumnStatistics.quantile(sorted, Math.min(one, other)))
        .isLessThanOrEqualTo(ColumnStatistics.quantile(sorted, Math.max(one, other)));
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
