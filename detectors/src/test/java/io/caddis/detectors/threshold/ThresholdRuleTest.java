// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.threshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.caddis.detectors.threshold.ThresholdRule.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ThresholdRuleTest {
  private static final double[] HUNDRED = IntStream.range(0, 100).asDoubleStream().toArray();

  private static long flagged(double[] sorted, ThresholdRule rule) {
    double threshold = rule.rawThreshold(sorted);
    ScoreScale scale = ScoreScale.fit(sorted, threshold);
    return Arrays.stream(sorted).filter(raw -> scale.score(raw) >= 0.5).count();
  }

  @ParameterizedTest
  @CsvSource({"0,0", "0.01,1", "0.05,5", "0.1,10", "0.25,25", "0.5,50"})
  void contaminationIsTheShareOfTrainingRowsFlagged(double contamination, long expected) {
    assertThat(flagged(HUNDRED, new ThresholdRule(Method.CONTAMINATION, contamination)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"100,0", "95,5", "50,50"})
  void percentileIsTheShareOfTrainingRowsNotFlagged(double percentile, long expected) {
    assertThat(flagged(HUNDRED, new ThresholdRule(Method.PERCENTILE, percentile)))
        .isEqualTo(expected);
  }

  @Test
  void standardDeviationsAreAddedToTheMean() {
    double[] sorted = {3, 3, 7, 7};
    assertThat(new ThresholdRule(Method.STD, 3).rawThreshold(sorted)).isCloseTo(11, within(1e-4));
  }

  @Test
  void fixedThresholdKeepsTheScaleOfContaminationOneTenth() {
    ThresholdRule fixed = new ThresholdRule(Method.FIXED, 0.8);
    assertThat(fixed.scoreThreshold()).isEqualTo(0.8);
    assertThat(fixed.rawThreshold(HUNDRED))
        .isEqualTo(new ThresholdRule(Method.CONTAMINATION, 0.1).rawThreshold(HUNDRED));
    assertThat(new ThresholdRule(Method.STD, 3).scoreThreshold()).isEqualTo(0.5);
  }

  @Property
  void flagRateNeverFallsAsContaminationRises(
      @ForAll("rawScores") List<Double> training,
      @ForAll @DoubleRange(min = 0, max = 0.5) double one,
      @ForAll @DoubleRange(min = 0, max = 0.5) double other) {
    double[] sorted = training.stream().mapToDouble(raw -> raw).sorted().toArray();
    ThresholdRule lower = new ThresholdRule(Method.CONTAMINATION, Math.min(one, other));
    ThresholdRule higher = new ThresholdRule(Method.CONTAMINATION, Math.max(one, other));
    assertThat(higher.rawThreshold(sorted)).isLessThanOrEqualTo(lower.rawThreshold(sorted));
    assertThat(flagged(sorted, higher)).isGreaterThanOrEqualTo(flagged(sorted, lower));
  }

  @Property
  void rowsThatScoreExactlyAtTheQuantileAreUsual(
      @ForAll Method method,
      @ForAll @DoubleRange(min = 0, max = 1e12) double raw,
      @ForAll @DoubleRange(min = 0, max = 0.5) double value) {
    Assume.that(method != Method.RAW);
    double[] equal = new double[20];
    Arrays.fill(equal, raw);
    assertThat(flagged(equal, new ThresholdRule(method, value))).isZero();
  }

  @Provide
  Arbitrary<List<Double>> rawScores() {
    return Arbitraries.oneOf(
            Arbitraries.doubles().between(0, 1),
            Arbitraries.doubles().between(0, 1e9),
            Arbitraries.of(0.0, 0.5, 3.0))
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "CONTAMINATION; 0.51; contamination must be 0 to 0.5, was 0.51",
        "CONTAMINATION; -0.1; contamination must be 0 to 0.5, was -0.1",
        "PERCENTILE; 101; percentile must be 0 to 100, was 101",
        "STD; NaN; std must be 0 to 1000, was NaN",
        "FIXED; 2; fixed must be 0 to 1, was 2"
      })
  void valuesOutOfRangeAreRefused(Method method, double value, String message) {
    assertThatThrownBy(() -> new ThresholdRule(method, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void writtenFormNamesMethodAndValue() {
    assertThat(new ThresholdRule(Method.CONTAMINATION, 0.01)).hasToString("contamination 0.01");
    assertThat(new ThresholdRule(Method.PERCENTILE, 95)).hasToString("percentile 95");
    assertThat(new ThresholdRule(Method.FIXED, 0.7)).hasToString("fixed 0.7");
  }
}
