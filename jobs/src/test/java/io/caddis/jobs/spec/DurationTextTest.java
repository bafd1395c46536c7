// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationTextTest {
  @ParameterizedTest
  @CsvSource({
    "5 s, 5000, 5 s",
    "5s, 5000, 5 s",
    "90 s, 90000, 90 s",
    "120 s, 120000, 2 min",
    "24 h, 86400000, 1 d",
    "250 ms, 250, 250 ms",
    "PT1H30M, 5400000, 90 min",
    "P1DT1H, 90000000, 25 h",
    "0 s, 0, 0 s",
    "999999999 d, 86399999913600000, 999999999 d"
  })
  void durationsReadBackAsWritten(String text, long millis, String formatted) {
    assertThat(DurationText.parse(text).toMillis()).isEqualTo(millis);
    assertThat(DurationText.format(DurationText.parse(text))).isEqualTo(formatted);
    assertThat(DurationText.parse(formatted)).isEqualTo(DurationText.parse(text));
  }

  @Test
  void unknownUnitIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DurationText.parse("5 weeks"))
        .withMessage(
            "duration must be a number and a unit (ms, s, min, h, d) or ISO-8601, was '5 weeks'");
  }
}
