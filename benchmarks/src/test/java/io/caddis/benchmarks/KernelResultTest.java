// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KernelResultTest {
  private static final KernelCase KERNEL = KernelCase.named("isolation_forest.score", "smile");

  @Test
  void figuresHaveFourDigitsAndNoExponent() {
    assertThat(new KernelResult(KERNEL, 1_060_449.3, 0.000123456, 20.004).json())
        .isEqualTo(
            "{\"case\":\"isolation_forest.score\",\"peer_name\":\"smile\",\"ours\":1060000,"
                + "\"peer\":0.0001235,\"unit\":\"rows/s\",\"ratio\":20}");
  }

  @Test
  void theRatioIsTheMedianOfTheRatiosWithinTurnsNotTheRatioOfMedians() {
    Duel duel = Duel.of(List.of(10.0, 20.0, 90.0), List.of(1.0, 10.0, 10.0));
    assertThat(duel.ours().median()).isEqualTo(20);
    assertThat(duel.peer().median()).isEqualTo(10);
    assertThat(duel.ratios().sorted()).containsExactly(2, 9, 10);
    assertThat(duel.ratios().median()).isEqualTo(9);
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
    assertThat(Figures.of(List.of(4.0, 1.0, 2.0, 8.0)).median()).isEqualTo(3);
  }
}
