// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** The rule of the soak campaign, on series as it sees them: 120 samples in 20 minutes. */
class DriftTest {
  private static final int SAMPLES = 120;
  private static final double BOUND = 0.1;

  @Test
  void aLineHasItsSlope() {
    Drift drift = Drift.of(new double[] {0, 1, 2, 4}, new double[] {3, 5, 7, 11});

    assertThat(drift).isEqualTo(new Drift(6, 2, 2, 2));
  }

  @Test
  void outliersDoNotMoveIt() {
    double[] hours = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    double[] values = {1, 2, 3, 4, 500, 6, 7, 8, 9, 10};

    assertThat(Drift.of(hours, values).perHour()).isEqualTo(1, within(1e-9));
  }

  @Test
  void aLeakOfThriceTheBoundIsFoundInNoiseAndOnAWave() {
    DoubleUnaryOperator leak = hour -> 60 * (1 + 3 * BOUND * hour) + Math.sin(hour * 70);

    for (int seed = 0; seed < 100; seed++) {
      assertThat(drift(leak, 1, seed).exceeds(BOUND)).as("seed %d", seed).isTrue();
    }
  }

  @Test
  void whatIsFlatPassesHoweverNoisyItIs() {
    DoubleUnaryOperator sawtooth = hour -> 60 + 20 * (hour * 17 - Math.floor(hour * 17));

    for (int seed = 0; seed < 100; seed++) {
      assertThat(drift(hour -> 60, 15, seed).exceeds(BOUND)).as("seed %d", seed).isFalse();
      assertThat(drift(sawtooth, 1, seed).exceeds(BOUND)).as("seed %d", seed).isFalse();
    }
    assertThat(drift(hour -> 60, 0, 0)).isEqualTo(new Drift(60, 0, 0, 0));
  }

  @Test
  void oneThreadMoreEachTwoMinutesIsFound() {
    assertThat(drift(hour -> Math.floor(90 + 30 * hour), 0, 0).exceeds(BOUND)).isTrue();
  }

  private static Drift drift(DoubleUnaryOperator series, double noise, int seed) {
    Random random = new Random(seed);
    double[] hours = new double[SAMPLES];
    double[] values = new double[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      hours[i] = i / 360.0;
      values[i] = series.applyAsDouble(hours[i]) + noise * random.nextGaussian();
    }
    return Drift.of(hours, values);
  }
}
