// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class StreamDriftTest {

  @Test
  void adwinDropsWhatCameBeforeAChange() {
    Random random = new Random(1);
    Adwin adwin = new Adwin(0.002);
    for (int i = 0; i < 2_000; i++) {
      assertThat(adwin.update(random.nextInt(10) < 2 ? 1 : 0)).isFalse();
    }
    assertThat(adwin.width()).isEqualTo(2_000);
    int delay = 0;
    while (!adwin.update(random.nextInt(10) < 7 ? 1 : 0)) {
      delay++;
    }
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
    Adwin adwin = new Adwin(0.002);
    for (int i = 0; i < 200_000; i++) {
      adwin.update(random.nextDouble());
    }
    assertThat(adwin.width()).isGreaterThan(100_000);
    assertThat(adwin.buckets()).isLessThan(100);
  }

  @Property(tries = 200)
  void adwinRarelyTellsOfAChangeThatIsNone(@ForAll long seed) {
    Random random = new Random(seed);
    Adwin adwin = new Adwin(0.002);
    int told = 0;
    for (int i = 0; i < 5_000; i++) {
      told += adwin.update(random.nextDouble()) ? 1 : 0;
    }
    assertThat(told).isLessThan(2);
  }

  @Property(tries = 100)
  void adwinsMeanIsThatOfItsNewestValues(@ForAll long seed) {
    Random random = new Random(seed);
    Adwin adwin = new Adwin(0.05);
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
    Adwin adwin = new Adwin(0.002);
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
        assertThat(test.update(random.nextGaussian())).isFalse();
      }
      int delay = 0;
      while (!test.update(3 * direction + random.nextGaussian())) {
        delay++;
      }
      assertThat(delay).isBetween(5, 30);
      for (int i = 0; i < 200; i++) {
        assertThat(test.update(3 * direction + random.nextGaussian())).isFalse();
      }
      assertThat(test.mean() * direction).isBetween(2.5, 3.5);
    }
  }

  @Property(tries = 200)
  void pageHinkleyRarelyTellsOfAChangeThatIsNone(@ForAll long seed) {
    Random random = new Random(seed);
    PageHinkley test = new PageHinkley(0.5, 30, 30);
    for (int i = 0; i < 5_000; i++) {
      assertThat(test.update(random.nextGaussian())).isFalse();
    }
  }
}
