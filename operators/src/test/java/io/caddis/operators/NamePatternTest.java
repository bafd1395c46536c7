// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {

  @ParameterizedTest
  @CsvSource({
    "*, pump-1, true",
    "pump-1, pump-1, true",
    "pump-1, pump-12, false",
    "pump-1, xpump-1, false",
    "pump-?, pump-1, true",
    "pump-?, pump-, false",
    "pump-*, pump-, true",
    "*-1, pump-1, true",
    "*-1, pump-2, false",
    "p*p-*, pump-7, true",
    "*a*b, aXbXb, true",
    "*a*b, aXbXc, false",
    "p.mp, pump, false",
    "'[a-z]*', pump, false"
  })
  void starsAndQuestionMarksStandForCharactersAndAllElseForItself(
      String pattern, String name, boolean matches) {
    assertThat(new NamePattern(pattern).matches(name)).isEqualTo(matches);
  }

  @Test
  void aHostilePatternTakesNoLongerThanTheProductOfTheLengths() {
    NamePattern pattern = new NamePattern("*a".repeat(100) + "b");
    assertThat(pattern.matches("a".repeat(5_000))).isFalse();
  }
}
