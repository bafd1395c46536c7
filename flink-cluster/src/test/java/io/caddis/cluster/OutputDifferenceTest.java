// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutputDifferenceTest {
  private static final List<String> UNDISTURBED = List.of("a", "a", "b", "c");

  @Test
  void orderIsNoDifference() {
    assertThat(OutputDifference.between(UNDISTURBED, List.of("c", "a", "b", "a")))
        .isEqualTo(OutputDifference.NONE);
  }

  @Test
  void nothingIsLostWhollyOrForeignWholly() {
    assertThat(OutputDifference.between(UNDISTURBED, List.of()))
        .isEqualTo(new OutputDifference(4, 0, 0));
    assertThat(OutputDifference.between(List.of(), UNDISTURBED))
        .isEqualTo(new OutputDifference(0, 0, 4));
  }

  @Test
  void everyKindOfDifferenceIsCounted() {
    assertThat(OutputDifference.between(UNDISTURBED, List.of("a", "b", "b", "b", "x", "x", "y")))
        .isEqualTo(new OutputDifference(2, 2, 3));
  }
}
