// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.threshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SpotTest {
  private enum Shape {
    EXPONENTIAL(random -> -Math.log(1 - random.nextDouble())),
    NORMAL(Random::nextGaussian),
    PARETO(random -> Math.pow(1 - random.nextDouble(), -1 / 3.0)),
    UNIFORM(Random::nextDouble);

    private final ToDoubleFunction<Random> draw;

    Shape(ToDoubleFunction<Random> draw) {
      this.draw = draw;
    }
  }

  /** Alarms among usual values, the first ones included, as a multiple of those asked for. */
  private static double alarmsPerRisk(Shape shape, double risk, long seed) {
    Random random = new Random(seed);
    Spot spot = new Spot(risk, 0);
    SpotState state = spot.newState();
    int values = (int) Math.max(20_000, 20 / risk);
    int alarms = 0;
    for (int i = 0; i < values; i++) {
      if (spot.observe(state, shape.draw.applyAsDouble(random))) {
        alarms++;
      }
    }
    return alarms / (values * risk);
  }

  @ParameterizedTest
  @CsvSource({
    "EXPONENTIAL, 0.01, 0.7",
    "EXPONENTIAL, 0.001, 0.4",
    "EXPONENTIAL, 0.0001, 0.4",
    "NORMAL, 0.01, 0.7",
    "NORMAL, 0.001, 0.4",
    "NORMAL, 0.0001, 0.4",
    "PARETO, 0.01, 0.7",
    "PARETO, 0.001, 0.4",
    "PARETO, 0.0001, 0.4",
    "UNIFORM, 0.01, 0.6",
    "UNIFORM, 0.001, 0",
    "UNIFORM, 0.0001, 0"
  })
  void asManyUsualValuesAreAlarmsAsTheRiskSays(Shape shape, double risk, double least) {
    double[] rates = new double[5];
    for (int seed = 0; seed < rates.length; seed++) {
      rates[seed] = alarmsPerRisk(shape, risk, seed);
      assertThat(rates[seed]).isBetween(least, 2.2);
    }
    assertThat(Arrays.stream(rates).average().orElseThrow()).isBetween(least, 1.5);
  }

  /** Most values equal one another, so that calibration shows little of the tail, or nothing. */
  @Property(tries = 15)
  void theRiskHoldsAlsoWhereMostValuesAreEqual(
      @ForAll @Scale(4) @DoubleRange(min = 0.95, max = 0.9995) double equal,
      @ForAll @Scale(4) @DoubleRange(min = 1e-4, max = 1e-2) double risk,
      @ForAll boolean calm,
      @ForAll Shape shape,
      @ForAll long seed) {
    Random random = new Random(seed);
    Spot spot = new Spot(risk, 0);
    SpotState state = spot.newState();
    int values = (int) Math.max(20_000, 30 / risk);
    int alarms = 0;
    for (int i = 0; i < values; i++) {
      boolean same = random.nextDouble() < equal || calm && i < Spot.CALIBRATION;
      double tail = Math.abs(shape.draw.applyAsDouble(random)) - (shape == Shape.PARETO ? 1 : 0);
      double value = same ? 0 : tail;
      alarms += spot.observe(state, value) ? 1 : 0;
    }
    assertThat(alarms / (values * risk)).isLessThan(2.2);
  }

  @ParameterizedTest
  @EnumSource
  void aTailThatCalibrationDidNotShowIsLearned(Shape shape) {
    Random random = new Random(4);
    double risk = 1e-2;
    Spot spot = new Spot(risk, 0);
    SpotState state = spot.newState();
    int values = 40_000;
    int alarms = 0;
    for (int i = 0; i < values; i++) {
      double value = i < Spot.CALIBRATION ? 0 : shape.draw.applyAsDouble(random);
      alarms += spot.observe(state, value) ? 1 : 0;
    }
    assertThat(alarms / (values * risk)).isLessThan(2.2);
  }

  @Test
  void anomaliesAreFoundAndDoNotRaiseTheThresholdBeyondThem() {
    Random random = new Random(1);
    Spot spot = new Spot(1e-3, 0);
    SpotState state = spot.newState();
    int found = 0;
    int falseAlarms = 0;
    for (int i = 0; i < 50_000; i++) {
      boolean anomaly = i > 1_000 && i % 50 == 0;
      boolean alarm = spot.observe(state, (anomaly ? 12 : 0) + random.nextGaussian());
      found += anomaly && alarm ? 1 : 0;
      falseAlarms += !anomaly && alarm ? 1 : 0;
    }
    assertThat(found).isEqualTo(979);
    // more than asked for: the anomalies use up what may be learned of the tail
    assertThat(falseAlarms).isLessThan(200);
  }

  @Test
  void thereIsNoAlarmBeforeThereIsAThreshold() {
    Spot spot = new Spot(1e-3, 0);
    SpotState state = spot.newState();
    for (int i = 0; i < Spot.CALIBRATION; i++) {
      assertThat(spot.threshold(state)).isNaN();
      assertThat(spot.observe(state, 1e9 * i)).isFalse();
    }
    assertThat(spot.threshold(state)).isFinite();
  }

  @Test
  void withDepthTheThresholdFollowsADriftThatWouldElseBeAlarm() {
    int[] alarms = new int[2];
    for (int depth : new int[] {0, 50}) {
      Spot spot = new Spot(1e-3, depth);
      SpotState state = spot.newState();
      Random random = new Random(2);
      for (int i = 0; i < 30_000; i++) {
        boolean alarm = spot.observe(state, i / 500.0 + random.nextGaussian());
        alarms[depth == 0 ? 0 : 1] += alarm ? 1 : 0;
      }
    }
    assertThat(alarms[0]).isGreaterThan(1_000);
    assertThat(alarms[1]).isLessThan(90);
  }

  @Test
  void constantValuesAreNoAlarmsAndAChangeIsOne() {
    Spot spot = new Spot(1e-3, 0);
    SpotState state = spot.newState();
    for (int i = 0; i < 5_000; i++) {
      assertThat(spot.observe(state, 3)).isFalse();
    }
    assertThat(spot.observe(state, 3.1)).isTrue();
  }

  @Property
  void noValuesBreakIt(@ForAll double[] values, @ForAll long seed) {
    Spot spot = new Spot(1e-3, 3);
    SpotState state = spot.newState();
    Random random = new Random(seed);
    for (int i = 0; i < 1_000; i++) {
      double value = values.length > 0 && i % 3 == 0 ? values[i % values.length] : 0;
      spot.observe(state, Double.isFinite(value) ? value / 1e10 : random.nextGaussian());
    }
    assertThat(spot.threshold(state)).isNotNaN();
  }

  @Property
  void noTailBreaksItThatCalibrationDidNotShow(
      @ForAll @IntRange(min = -300, max = 300) int low,
      @ForAll @IntRange(min = -300, max = 300) int high,
      @ForAll long seed) {
    Spot spot = new Spot(1e-3, 0);
    SpotState state = spot.newState();
    Random random = new Random(seed);
    for (int i = 0; i < 2 * Spot.CALIBRATION; i++) {
      double exponent = low + (high - low) * random.nextDouble();
      spot.observe(state, i < Spot.CALIBRATION ? 0 : Math.pow(10, exponent));
    }
    assertThat(spot.threshold(state)).isFinite();
  }

  @Test
  void theBoundaryOfATrainingSampleMayLieBeyondIt() {
    Random random = new Random(3);
    double[] sorted = random.doubles(2_000).map(u -> -Math.log(1 - u)).sorted().toArray();
    assertThat(Spot.quantile(sorted, 1e-5)).isBetween(8.0, 20.0).isGreaterThan(sorted[1_999]);
    assertThat(Spot.quantile(sorted, 1e-2)).isBetween(4.0, 5.2);
    assertThat(Spot.quantile(sorted, 0.5)).isBetween(0.6, 0.8);
    assertThat(Spot.quantile(new double[] {1, 2, 3}, 0.01)).isBetween(2.9, 3.0);
  }

  @Test
  void theTailOfAKnownDistributionIsRecovered() {
    for (double shape : new double[] {-0.3, 0, 0.25, 0.8}) {
      int count = 2_000;
      double[] sorted = new double[count];
      for (int i = 0; i < count; i++) {
        double log = -Math.log(1 - (i + 0.5) / count);
        sorted[i] = shape == 0 ? 2 * log : 2 * Math.expm1(shape * log) / shape;
      }
      ParetoTail tail = ParetoTail.fit(sorted);
      assertThat(tail.shape()).isBetween(shape - 0.05, shape + 0.05);
      assertThat(tail.scale()).isBetween(1.9, 2.1);
    }
  }

  @Test
  void aRiskThatIsNoneIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Spot(0, 0))
        .withMessage("risk must be above 0 and at most 0.05, was 0.0");
  }
}
