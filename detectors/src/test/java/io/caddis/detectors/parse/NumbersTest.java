// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "7",
        "-7",
        "+7",
        "007",
        "1.5",
        "1.",
        ".5",
        "-.5",
        "1e3",
        "1E+3",
        "1e-3",
        "0.1",
        "209.639",
        "9007199254740993",
        "0.30000000000000004",
        "123456789012345678901234567890",
        "4.9e-324",
        "1e-400",
        "1.7976931348623157e308",
        "2.2250738585072011e-308",
        "0.0000000000000000000000001",
        "1e22",
        "1e23"
      })
  void readsDecimalNumbersAsTheJdkDoes(String text) {
    assertThat(parse(text)).isEqualTo(Double.parseDouble(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "+",
        ".",
        "-.",
        "e5",
        "1e",
        "1e+",
        "1e5.0",
        "--1",
        "1-",
        "1.2.3",
        "NaN",
        "Infinity",
        "-Infinity",
        "inf",
        "0x1p3",
        "0x10",
        "12d",
        "12f",
        "1L",
        " 1",
        "1 ",
        "1,5",
        "1_000",
        "ERR",
        "1e5e5",
        "١٢"
      })
  void refusesEverythingElse(String text) {
    assertThat(parse(text)).isNaN();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e400", "-1e400", "1.8e308", "999999e999999999"})
  void givesInfinityBeyondTheRangeOfADouble(String text) {
    assertThat(Double.isInfinite(parse(text))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-0", "-0.0", "-0e5", "-0.0000000000000000000000000"})
  void makesNegativeZeroZero(String text) {
    assertThat(Double.doubleToRawLongBits(parse(text))).isZero();
  }

  @Property
  void agreesWithTheJdkOnEveryDouble(@ForAll double value) {
    assertThat(parse(Double.toString(value))).isEqualTo(value + 0.0);
  }

  @Property
  void agreesWithTheJdkOnDecimals(@ForAll long mantissa, @ForAll byte scale) {
    String text = java.math.BigDecimal.valueOf(mantissa, scale).toString();
    assertThat(parse(text)).isEqualTo(Double.parseDouble(text) + 0.0);
  }

  @Property
  void neverThrows(
      @ForAll
          @StringLength(max = 12)
          @Chars({'+', '-', '.', 'e', 'E', 'N', 'x'})
          @CharRange(from = '0', to = '9')
          String text) {
    double value = parse(text);
    assertThat(Double.isNaN(value) || Double.parseDouble(text) == value).isTrue();
  }

  @Test
  void readsOnlyTheRangeGiven() {
    assertThat(parse("12")).isEqualTo(12);
  }

  private static double parse(String text) {
    byte[] padded = ("9" + text + "9").getBytes(StandardCharsets.UTF_8);
    return Numbers.parse(padded, 1, padded.length - 2);
  }
}
