// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SampleProfileTest {
  private static final FeatureSchema SCHEMA =
      new FeatureSchema(List.of(new Feature("x", Encoding.NUMERIC)));

  /** Uniform numbers that can be made anywhere: a linear congruential generator. */
  private static double[] uniform(int count, long seed, DoubleUnaryOperator change) {
    double[] values = new double[count];
    long state = seed;
    for (int i = 0; i < count; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      values[i] = change.applyAsDouble(((state >>> 11) + 0.5) / (1L << 53));
    }
    return values;
  }

  private static FeatureDrift drift(double[] before, double[] now) {
    return profile(before).driftTo(profile(now)).get(0);
  }

  private static SampleProfile profile(double... values) {
    return SampleProfile.of(SCHEMA, Arrays.stream(values).mapToObj(v -> new double[] {v}).toList());
  }

  @Test
  void testsAgreeWithScipyAndNumpy() {
    // scipy.stats.ks_2samp, exact p; deciles by numpy.quantile
    double[] reference = uniform(200, 1, x -> x);
    FeatureDrift same = drift(reference, uniform(150, 2, x -> x));
    assertThat(same.test().statistic()).isCloseTo(0.09166666666666667, within(1e-12));
    assertThat(same.test().pValue()).isCloseTo(0.4447, within(0.02));
    assertThat(same.stabilityIndex()).isCloseTo(0.051803101878311074, within(1e-9));

    FeatureDrift power = drift(reference, uniform(150, 3, x -> Math.pow(x, 1.3)));
    assertThat(power.test().statistic()).isCloseTo(0.09833333333333333, within(1e-12));
    assertThat(power.test().pValue()).isCloseTo(0.3585, within(0.02));
    assertThat(power.stabilityIndex()).isCloseTo(0.04805207329698653, within(1e-9));

    FeatureDrift shift = drift(reference, uniform(150, 2, x -> x + 0.25));
    assertThat(shift.test().statistic()).isCloseTo(0.31333333333333335, within(1e-12));
    assertThat(shift.test().pValue()).isBetween(2e-8, 1e-7);
    assertThat(shift.stabilityIndex()).isCloseTo(1.7945173037816489, within(1e-9));
    assertThat(shift.meanShift())
        .isCloseTo((0.5016037809995768 + 0.25) / 0.4909610732897816 - 1, within(1e-9));
  }

  @Test
  void theTailOfTheKolmogorovDistributionIsScipys() {
    double[][] known = {
      {0.3, 0.9999906941986655},
      {0.5, 0.9639452436648751},
      {0.8, 0.5441424115741981},
      {1.0, 0.26999967167735456},
      {1.358, 0.05002679733444698},
      {2.0, 0.0006709252557796953}
    };
    for (double[] point : known) {
      assertThat(KolmogorovSmirnov.tail(point[0])).isCloseTo(point[1], within(1e-12));
    }
  }

  @Test
  void whatMovedIsSaidInPercent() {
    Random random = new Random(1);
    double[] before = random.doubles(500).map(u -> 100 + random.nextGaussian()).toArray();
    double[] higher = Arrays.stream(before).map(x -> x + 25).toArray();
    double[] wider = Arrays.stream(before).map(x -> 100 + 1.5 * (x - 100)).toArray();
    assertThat(drift(before, before).issues()).isEmpty();
    assertThat(drift(before, higher).issues().get(0)).isEqualTo("x: mean rose by 25 %");
    assertThat(drift(before, wider).issues().get(0))
        .isEqualTo("x: standard deviation rose by 50 %");
  }

  @Test
  void aMeanNearZeroIsMeasuredByItsSpread() {
    Random random = new Random(1);
    double[] before = random.doubles(500).map(u -> random.nextGaussian()).toArray();
    double[] higher = Arrays.stream(before).map(x -> x + 0.5).toArray();
    FeatureDrift drift = drift(before, higher);
    assertThat(drift.relative()).isFalse();
    assertThat(drift.meanShift()).isBetween(0.45, 0.55);
    assertThat(drift.issues().get(0)).matches("x: mean rose by 5\\d % of its standard deviation");
  }

  @Test
  void aConstantThatBeginsToVaryHasDrifted() {
    double[] constant = new double[100];
    assertThat(drift(constant, constant).issues()).isEmpty();
    assertThat(drift(constant, uniform(100, 1, x -> x)).issues())
        .startsWith("x: mean rose from 0", "x: standard deviation rose from 0");
  }

  @Test
  void fewValuesAreNotCompared() {
    double[] few = uniform(SampleProfile.LEAST_VALUES - 1, 1, x -> x);
    assertThat(profile(few).driftTo(profile(uniform(100, 1, x -> 10 + x)))).isEmpty();
    double[] missing = uniform(100, 1, x -> Double.NaN);
    assertThat(profile(missing).driftTo(profile(missing))).isEmpty();
  }

  @Property
  void aSampleHasNotDriftedFromItself(
      @ForAll @Size(min = 20, max = 200) List<@DoubleRange(min = -1e9, max = 1e9) Double> values) {
    double[] sample = values.stream().mapToDouble(x -> x).toArray();
    FeatureDrift drift = drift(sample, sample);
    assertThat(drift.issues()).isEmpty();
    assertThat(drift.stabilityIndex()).isZero();
    assertThat(drift.test().pValue()).isEqualTo(1);
  }

  @Property
  void orderOfTheRowsDoesNotMatter(
      @ForAll @Size(min = 20, max = 100) List<@DoubleRange(min = -9, max = 9) Double> values) {
    double[] sample = values.stream().mapToDouble(x -> x).toArray();
    double[] sorted = sample.clone();
    Arrays.sort(sorted);
    assertThat(profile(sample)).usingRecursiveComparison().isEqualTo(profile(sorted));
  }

  @Property(tries = 200)
  void samplesOfOneDistributionRarelyDiffer(@ForAll long seed) {
    Random random = new Random(seed);
    double[] one = random.doubles(300).toArray();
    double[] other = random.doubles(300).toArray();
    assertThat(drift(one, other).test().pValue()).isGreaterThan(1e-5);
  }
}
