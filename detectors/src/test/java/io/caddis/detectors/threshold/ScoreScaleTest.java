// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.threshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import io.caddis.detectors.threshold.ThresholdRule.Method;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class ScoreScaleTest {
  private static final ScoreScale SCALE = new ScoreScale(3, 2, 4);

  @Test
  void knownPointsOfTheCurve() {
    assertThat(SCALE.score(3)).isEqualTo(0.5);
    assertThat(SCALE.score(5)).isEqualTo(0.875);
    assertThat(SCALE.score(-1)).isEqualTo(0.25);
    assertThat(SCALE.score(Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(SCALE.score(Double.NEGATIVE_INFINITY)).isEqualTo(0);
    assertThat(SCALE.score(Double.NaN)).isEqualTo(1);
  }

  @Test
  void curveIsContinuousAtTheBoundary() {
    assertThat(SCALE.score(3 - 1e-9)).isCloseTo(0.5, within(1e-9)).isLessThan(0.5);
    assertThat(SCALE.score(3 + 1e-9)).isCloseTo(0.5, within(1e-9)).isGreaterThan(0.5);
  }

  @Test
  void medianTrainingRowScoresOneQuarter() {
    double[] sorted = {1, 2, 3, 4, 5};
    assertThat(ScoreScale.fit(sorted, 4.5).score(3)).isEqualTo(0.25);
  }

  @Property
  void scoresLieBetweenZeroAndOneAndNeverFall(
      @ForAll @Size(min = 1, max = 50) List<@DoubleRange(min = 0, max = 1e150) Double> rows,
      @ForAll @DoubleRange(min = 0, max = 0.5) double contamination,
      @ForAll double one,
      @ForAll double other) {
    double[] training = rows.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    double threshold =
        new ThresholdRule(Method.CONTAMINATION, contamination).rawThreshold(training);
    ScoreScale scale = ScoreScale.fit(training, threshold);
    assertThat(scale.score(threshold)).isEqualTo(0.5);
    assertThat(scale.score(one)).isBetween(0.0, 1.0);
    assertThat(scale.score(Math.min(one, other)))
        .isLessThanOrEqualTo(scale.score(Math.max(one, other)));
  }

  @Property
  void rawScoresInReachOfTheTrainingScoresAreToldApart(
      @ForAll @Size(min = 3, max = 50) List<@DoubleRange(min = 0.3, max = 0.9) Double> rows,
      @ForAll @DoubleRange(min = 0, max = 1) double raw) {
    double[] training = rows.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    ScoreScale scale =
        ScoreScale.fit(
            training, new ThresholdRule(Method.CONTAMINATION, 0.1).rawThreshold(training));
    double apart = 1e-3 * Math.max(scale.above(), scale.below());
    if (Math.abs(raw - scale.rawThreshold()) < 1e3 * Math.min(scale.above(), scale.below())) {
      assertThat(scale.score(raw + apart)).isGreaterThan(scale.score(raw));
    }
  }

  @Test
  void partsThatMakeNoScaleAreRefused() {
    assertThatThrownBy(() -> new ScoreScale(Double.NaN, 1, 1))
        .hasMessage("rawThreshold must be finite, was NaN");
    assertThatThrownBy(() -> new ScoreScale(0, 0, 1))
        .hasMessage("above must be positive and finite, was 0.0");
    assertThatThrownBy(() -> new ScoreScale(0, 1, Double.POSITIVE_INFINITY))
        .hasMessage("below must be positive and finite, was Infinity");
  }

  @Property
  void theRawScoreOfAScoreIsItsInverse(
      @ForAll @DoubleRange(min = 0.01, max = 0.99) double score,
      @ForAll @DoubleRange(min = -10, max = 10) double threshold) {
    ScoreScale scale = new ScoreScale(threshold, 0.7, 0.2);
    assertThat(scale.score(scale.raw(score))).isCloseTo(score, offset(1e-9));
  }

  @Property
  void aMovedScaleHasItsBoundaryWhereItWasMovedAndKeepsTheOrder(
      @ForAll @DoubleRange(min = 0.01, max = 0.99) double score,
      @ForAll @DoubleRange(min = -5, max = 5) double one,
      @ForAll @DoubleRange(min = -5, max = 5) double other) {
    ScoreScale scale = new ScoreScale(1, 0.7, 0.2);
    ScoreScale moved = scale.movedTo(scale.raw(score));
    assertThat(moved.score(scale.raw(score))).isEqualTo(0.5);
    assertThat(moved.score(Math.max(one, other)))
        .isGreaterThanOrEqualTo(moved.score(Math.min(one, other)));
  }
}
