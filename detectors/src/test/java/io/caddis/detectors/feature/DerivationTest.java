// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.feature.Derivation.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DerivationTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "interval; interval_s",
        "delta(t); t_delta",
        "rate(t); t_rate",
        "mean(t,12); t_mean_12",
        "std(a,b (c),64); a,b (c)_std_64"
      })
  void writtenFormIsReadAndGivesTheColumn(String text, String column) {
    assertThat(Derivation.parse(text)).hasToString(text);
    assertThat(Derivation.parse(text).column()).isEqualTo(column);
  }

  @Test
  void blanksDoNotMatter() {
    assertThat(Derivation.parse(" mean ( flow rate , 12 ) "))
        .isEqualTo(new Derivation(Kind.MEAN, "flow rate", 12));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "median(t)",
        "delta",
        "delta()",
        "delta(t",
        "interval(t)",
        "mean(t)",
        "mean(t,x)",
        "mean(,5)",
        "Mean(t,5)",
        "interval)"
      })
  void otherTextIsRefusedWithWhatIsAllowed(String text) {
    assertThatThrownBy(() -> Derivation.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "derived feature must be interval, delta(f), rate(f), mean(f,n) or std(f,n), was '"
                + text
                + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mean(t,1)", "std(t,65)", "std(t,-3)"})
  void windowsOutOfRangeAreRefused(String text) {
    assertThatThrownBy(() -> Derivation.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("window must be 2 to 64 for mean and std, else 0, was ");
  }

  @Test
  void featureBelongsToAllButInterval() {
    assertThatThrownBy(() -> new Derivation(Kind.INTERVAL, "t", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("feature must be given for all but interval, was t for interval");
    assertThatThrownBy(() -> new Derivation(Kind.DELTA, null, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
