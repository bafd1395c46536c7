// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.warmup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  private static SensorStatistics learned(int rows, int features, double scale, double offset) {
    Random random = new Random(1);
    SensorStatistics statistics = SensorStatistics.empty(features);
    for (int i = 0; i < rows; i++) {
      double[] row = new double[features];
      for (int f = 0; f < features; f++) {
        row[f] = random.nextGaussian() * scale + offset;
      }
      statistics.learn(row);
    }
    return statistics;
  }

  private static double score(SensorStatistics statistics, double... row) {
    return WarmUp.score(WarmUp.rawScore(statistics, row), row.length);
  }

  @Test
  void theFirstReadingsOfASensorScoreNothing() {
    SensorStatistics statistics = SensorStatistics.empty(1);
    assertThat(WarmUp.rawScore(statistics, new double[] {1e9})).isZero();
    statistics.learn(new double[] {1});
    assertThat(WarmUp.rawScore(statistics, new double[] {1e9})).isZero();
  }

  @Test
  void aFarOutlierIsAboveTheBoundaryAfterAFewDozenReadings() {
    assertThat(score(learned(50, 4, 1, 20), 20, 20, 40, 20)).isGreaterThan(0.7);
    assertThat(score(learned(50, 4, 1, 20), 20.5, 19.5, 21, 20)).isLessThan(0.5);
  }

  @Test
  void aValueBetweenThoseSeenIsUsualHoweverRare() {
    SensorStatistics statistics = SensorStatistics.empty(1);
    for (int i = 0; i < 200; i++) {
      statistics.learn(new double[] {i == 100 ? 1 : 0});
    }
    assertThat(score(statistics, 1)).isLessThan(0.5);
    assertThat(score(statistics, 10)).isGreaterThan(0.7);
  }

  @Test
  void aQuietSensorRarelyReachesTheBoundary() {
    Random random = new Random(3);
    SensorStatistics statistics = SensorStatistics.empty(8);
    int flagged = 0;
    for (int i = 0; i < 10_000; i++) {
      double[] row = random.doubles(8).map(u -> random.nextGaussian()).toArray();
      if (score(statistics, row) >= 0.5) {
        flagged++;
      }
      statistics.learn(row);
    }
    assertThat(flagged).isLessThan(20);
  }

  @Test
  void aConstantSensorThatChangesEarlyIsNotAnAlarmAndLateIsOne() {
    SensorStatistics statistics = SensorStatistics.empty(1);
    for (int i = 0; i < 20; i++) {
      statistics.learn(new double[] {5});
    }
    assertThat(score(statistics, 6)).isLessThan(0.5);
    for (int i = 0; i < 20_000; i++) {
      statistics.learn(new double[] {5});
    }
    assertThat(score(statistics, 6)).isGreaterThan(0.5);
  }

  @Property(tries = 200)
  void unitAndOffsetDoNotMatter(
      @ForAll @DoubleRange(min = 0.01, max = 100) double scale,
      @ForAll @DoubleRange(min = -1000, max = 1000) double offset,
      @ForAll @IntRange(min = 3, max = 60) int rows) {
    double plain = score(learned(rows, 2, 1, 0), 3, -1);
    double other = score(learned(rows, 2, scale, offset), 3 * scale + offset, -scale + offset);

    assertThat(other).isCloseTo(plain, org.assertj.core.data.Offset.offset(1e-6));
  }

  @Test
  void oneAnomalyDoesNotHideTheNext() {
    SensorStatistics statistics = learned(100, 1, 1, 0);
    double before = score(statistics, 50);
    statistics.learn(new double[] {1e12});

    assertThat(score(statistics, 50)).isCloseTo(before, org.assertj.core.data.Offset.offset(0.1));
  }

  @Property
  void scoresAreInRangeAndMonotone(
      @ForAll @DoubleRange(min = 0, max = 1e12) double raw,
      @ForAll @DoubleRange(min = 0, max = 1e12) double more,
      @ForAll @IntRange(min = 1, max = 4096) int features) {
    double score = WarmUp.score(raw, features);

    assertThat(score).isBetween(0.0, 1.0);
    assertThat(WarmUp.score(raw + more, features)).isGreaterThanOrEqualTo(score);
  }

  @Test
  void hugeValuesNeitherBreakTheScoreNorBlindTheSensor() {
    SensorStatistics statistics = SensorStatistics.empty(1);
    double[] values = {1.7e308, -1.7e308, 1e200, Double.POSITIVE_INFINITY, 1, 2, 3};
    for (double value : values) {
      assertThat(score(statistics, value)).isBetween(0.0, 1.0);
      statistics.learn(new double[] {value});
    }
    assertThat(statistics.squares()[0]).isFinite();
  }

  @Test
  void missingValuesAreNeitherScoredNorLearned() {
    SensorStatistics statistics = learned(50, 2, 1, 0);
    int before = statistics.counts()[0];
    statistics.learn(new double[] {Double.NaN, 1});

    assertThat(statistics.counts()[0]).isEqualTo(before);
    assertThat(WarmUp.rawScore(statistics, new double[] {Double.NaN, statistics.means()[1]}))
        .isZero();
  }
}
