// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.caddis.detectors.drift.ScoreDrift.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScoreDriftTest {
  /** A change that was told, and at which score. */
  private record Told(int at, long from, MeanShift shift) {}

  private static List<Told> told(ScoreDrift rule, int count, IntToDoubleFunction scores) {
    List<Told> told = new ArrayList<>();
    DriftState state = null;
    for (int i = 0; i < count; i++) {
      long from = state == null ? i : state.from();
      ScoreDrift.Step step = rule.update(state, i, scores.applyAsDouble(i));
      state = step.state();
      if (step.shift() != null) {
        told.add(new Told(i, from, step.shift()));
      }
    }
    return told;
  }

  private static double bounded(double score) {
    return Math.max(0, Math.min(score, 1));
  }

  @ParameterizedTest
  @EnumSource
  void aLastingRiseAndFallAreToldOnceEach(Method method) {
    Random random = new Random(1);
    List<Told> told =
        told(
            new ScoreDrift(method, 0.1),
            12_000,
            i -> (i / 4_000 == 1 ? 0.4 : 0.15) + 0.1 * random.nextDouble());
    assertThat(told).hasSize(2);
    assertThat(told.get(0).from()).isZero();
    assertThat(told.get(0).at()).isBetween(4_000, 4_700);
    assertThat(told.get(0).shift().before()).isBetween(0.18, 0.25);
    assertThat(told.get(0).shift().after()).isBetween(0.35, 0.46);
    assertThat(told.get(1).from()).isEqualTo(told.get(0).at());
    assertThat(told.get(1).at()).isBetween(8_000, 8_700);
    assertThat(told.get(1).shift().after()).isBetween(0.15, 0.35);
  }

  @ParameterizedTest
  @EnumSource
  void anEpisodeOfAnomaliesIsNoDrift(Method method) {
    Random random = new Random(2);
    List<Told> told =
        told(
            new ScoreDrift(method, 0.1),
            20_000,
            i -> i % 5_000 > 4_960 ? 1 : 0.1 + 0.1 * random.nextDouble());
    assertThat(told).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aChangeBelowTheLeastIsNotTold(Method method) {
    Random random = new Random(3);
    IntToDoubleFunction scores = i -> (i < 5_000 ? 0.2 : 0.3) + 0.1 * random.nextDouble();
    assertThat(told(new ScoreDrift(method, 0.15), 10_000, scores)).isEmpty();
    assertThat(told(new ScoreDrift(method, 0.03), 10_000, scores)).isNotEmpty();
  }

  /** Of one seed, as what holds of nearly all streams need not hold of each. */
  @Property(tries = 100, seed = "1")
  void scoresThatWanderAboutTheirMeanDoNotDrift(@ForAll Method method, @ForAll long seed) {
    Random random = new Random(seed);
    double[] wave = {0};
    List<Told> told =
        told(
            new ScoreDrift(method, 0.1),
            20_000,
            i -> {
              wave[0] = 0.9 * wave[0] + 0.03 * random.nextGaussian();
              return random.nextInt(200) == 0 ? 1 : bounded(0.2 + wave[0]);
            });
    assertThat(told).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aStateOfTheOtherMethodIsGivenUp(Method method) {
    Method other = Method.values()[1 - method.ordinal()];
    ScoreDrift rule = new ScoreDrift(method, 0.1);
    DriftState state = null;
    for (int i = 0; i < 100; i++) {
      state = new ScoreDrift(other, 0.1).update(state, i, 0.2).state();
    }
    DriftState begun = rule.update(state, 100, 0.3).state();
    assertThat(begun).isEqualTo(new DriftState(method, 100, 1, 0.3, null));
  }

  @ParameterizedTest
  @EnumSource
  void theStateOfAMillionScoresIsSmall(Method method) {
    Random random = new Random(4);
    DriftState state = null;
    ScoreDrift rule = new ScoreDrift(method, 0.1);
    for (int i = 0; i < 1_000_000; i++) {
      state = rule.update(state, i, random.nextDouble()).state();
    }
    assertThat(state.test()).hasSizeLessThan(method == Method.ADWIN ? 190 : 9);
  }

  @ParameterizedTest
  @EnumSource
  void theLeastChangeMustBeAScore(Method method) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ScoreDrift(method, 0))
        .withMessage("change must be above 0, at most 1, was 0.0");
  }
}
