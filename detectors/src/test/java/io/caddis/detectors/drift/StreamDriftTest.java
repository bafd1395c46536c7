// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StreamDriftTest {

  @Test
  void adwinDropsWhatCameBeforeAChange() {
    Random random = new Random(1);
    Adwin adwin = new Adwin(0.002, 32);
    for (int i = 0; i < 2_000; i++) {
      assertThat(adwin.update(random.nextInt(10) < 2 ? 1 : 0)).isNull();
    }
    assertThat(adwin.width()).isEqualTo(2_000);
    int delay = 0;
    MeanShift shift = null;
    while (shift == null) {
      shift = adwin.update(random.nextInt(10) < 7 ? 1 : 0);
      delay++;
    }
    assertThat(shift.before()).isBetween(0.15, 0.25);
    assertThat(shift.after()).isBetween(0.5, 0.9);
    assertThat(delay).isLessThan(100);
    for (int i = 0; i < 500; i++) {
      adwin.update(random.nextInt(10) < 7 ? 1 : 0);
    }
    assertThat(adwin.mean()).isBetween(0.6, 0.8);
    assertThat(adwin.width()).isLessThan(800);
  }

  @Test
  void adwinsMemoryGrowsWithTheLogarithm() {
    Random random = new Random(1);
    Adwin adwin = new Adwin(0.002, 32);
    for (int i = 0; i < 200_000; i++) {
      adwin.update(random.nextDouble());
    }
    assertThat(adwin.width()).isEqualTo(200_000);
    assertThat(adwin.state()).hasSizeLessThan(213);
    for (int i = 200_000; i < 1_000_000; i++) {
      adwin.update(random.nextDouble());
    }
    assertThat(adwin.width()).isBetween(290_000L, 400_000L);
    assertThat(adwin.mean()).isBetween(0.49, 0.51);
    assertThat(adwin.state()).hasSizeLessThan(216);
  }

  /** Of one seed: among any 100,000 streams there are some of which it tells twice. */
  @Property(tries = 200, seed = "1")
  void adwinRarelyTellsOfAChangeThatIsNone(@ForAll long seed) {
    Random random = new Random(seed);
    Adwin adwin = new Adwin(0.002, 32);
    int told = 0;
    for (int i = 0; i < 5_000; i++) {
      told += adwin.update(random.nextDouble()) == null ? 0 : 1;
    }
    assertThat(told).isLessThan(2);
  }

  @Property(tries = 100)
  void adwinsMeanIsThatOfItsNewestValues(@ForAll long seed) {
    Random random = new Random(seed);
    Adwin adwin = new Adwin(0.05, 32);
    double[] values = new double[2_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i < 700 ? 0.1 : 0.6) + 0.3 * random.nextDouble();
      adwin.update(values[i]);
    }
    double sum = 0;
    for (int i = (int) (values.length - adwin.width()); i < values.length; i++) {
      sum += values[i];
    }
    assertThat(Math.abs(adwin.mean() - sum / adwin.width())).isLessThan(1e-9);
    assertThat(adwin.width()).isLessThan(1_400);
  }

  @Test
  void adwinTakesScoresOnly() {
    Adwin adwin = new Adwin(0.002, 32);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> adwin.update(Double.NaN))
        .withMessage("value must be 0 to 1, was NaN");
  }

  @Test
  void pageHinkleyTellsOfAChangeInEitherDirection() {
    for (int direction : new int[] {-1, 1}) {
      Random random = new Random(2);
      PageHinkley test = new PageHinkley(0.5, 30, 30);
      for (int i = 0; i < 5_000; i++) {
        assertThat(test.update(random.nextGaussian())).isNull();
      }
      int delay = 0;
      MeanShift shift = null;
      while (shift == null) {
        shift = test.update(3 * direction + random.nextGaussian());
        delay++;
      }
      assertThat(shift.before()).isBetween(-0.2, 0.2);
      assertThat(shift.after() * direction).isBetween(2.0, 4.0);
      assertThat(delay).isBetween(5, 30);
      for (int i = 0; i < 200; i++) {
        assertThat(test.update(3 * direction + random.nextGaussian())).isNull();
      }
      assertThat(test.mean() * direction).isBetween(2.5, 3.5);
    }
  }

  @Property(tries = 200)
  void pageHinkleyRarelyTellsOfAChangeThatIsNone(@ForAll long seed) {
    Random random = new Random(seed);
    PageHinkley test = new PageHinkley(0.5, 30, 30);
    for (int i = 0; i < 5_000; i++) {
      assertThat(test.update(random.nextGaussian())).isNull();
    }
  }

  @Property(tries = 100)
  void aTestGoesOnFromItsStateAsIfNothingHadHappened(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 1_500) int stop) {
    Random random = new Random(seed);
    MeanTest adwin = new Adwin(0.01, 1);
    MeanTest hinkley = new PageHinkley(0.05, 2, 10);
    MeanTest otherAdwin = new Adwin(0.01, 1);
    MeanTest otherHinkley = new PageHinkley(0.05, 2, 10);
    for (int i = 0; i < 2_000; i++) {
      if (i == stop) {
        otherAdwin = new Adwin(0.01, 1, adwin.state().clone());
        otherHinkley = new PageHinkley(0.05, 2, 10, hinkley.state().clone());
      }
      double value = 0.5 * random.nextDouble() + (i / 700 % 2 == 0 ? 0.1 : 0.4);
      assertThat(otherAdwin.update(value)).isEqualTo(adwin.update(value));
      assertThat(otherHinkley.update(value)).isEqualTo(hinkley.update(value));
    }
    assertThat(otherAdwin.state()).isEqualTo(adwin.state());
    assertThat(otherHinkley.state()).isEqualTo(hinkley.state());
  }
}
