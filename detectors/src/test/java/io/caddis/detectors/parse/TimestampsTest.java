// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  @ParameterizedTest
  @CsvSource({
    "2020-03-01T15:44:06Z, 2020-03-01T15:44:06Z",
    "2020-03-01T15:44:06.5Z, 2020-03-01T15:44:06.500Z",
    "2020-03-01T15:44:06.123456789Z, 2020-03-01T15:44:06.123Z",
    "2020-03-01T15:44:06, 2020-03-01T15:44:06Z",
    "2020-03-01 15:44:06, 2020-03-01T15:44:06Z",
    "2020-03-01T15:44, 2020-03-01T15:44:00Z",
    "2020-03-01, 2020-03-01T00:00:00Z",
    "2020-03-01T15:44:06+03:00, 2020-03-01T12:44:06Z",
    "2020-03-01T15:44:06-0330, 2020-03-01T19:14:06Z",
    "2020-03-01T15:44:06.250+03, 2020-03-01T12:44:06.250Z",
    "2000-02-29T00:00:00Z, 2000-02-29T00:00:00Z",
    "1969-12-31T23:59:59Z, 1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59Z, 9999-12-31T23:59:59Z",
    "0, 1970-01-01T00:00:00Z",
    "1583077446, 2020-03-01T15:44:06Z",
    "1583077446000, 2020-03-01T15:44:06Z",
    "1583077446123, 2020-03-01T15:44:06.123Z",
    "1583077446.1239, 2020-03-01T15:44:06.123Z",
    "1583077446123.9, 2020-03-01T15:44:06.123Z",
    "99999999999, 5138-11-16T09:46:39Z",
    "100000000000, 1973-03-03T09:46:40Z",
    "-1, 1969-12-31T23:59:59Z",
    "-1.0005, 1969-12-31T23:59:58.999Z",
  })
  void readsIsoAndEpochTimes(String text, Instant expected) {
    assertThat(parse(text)).isEqualTo(expected.toEpochMilli());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "yesterday",
        "0000-00-00T00:00:00Z",
        "2020-13-01",
        "2020-02-30",
        "2021-02-29",
        "1900-02-29",
        "2020-03-01T",
        "2020-03-01T15",
        "2020-03-01T15:",
        "2020-03-01T24:00:00Z",
        "2020-03-01T15:60:00Z",
        "2020-03-01T15:44:60Z",
        "2020-03-01T15:44:6Z",
        "2020-03-01T15:44:06.Z",
        "2020-03-01T15:44:06.1234567890Z",
        "2020-03-01T15:44:06,5Z",
        "2020-03-01T15:44:06z",
        "2020-03-01T15:44:06ZZ",
        "2020-03-01T15:44:06 Z",
        "2020-03-01T15:44:06+",
        "2020-03-01T15:44:06+3",
        "2020-03-01T15:44:06+03:0",
        "2020-03-01T15:44:06+19:00",
        "2020-03-01T15:44:06+03:60",
        "2020-03-01t15:44:06Z",
        "20-03-01T15:44:06Z",
        "+12020-03-01T15:44:06Z",
        "2020/03/01",
        "1583077446.",
        ".5",
        "1e9",
        "1_000",
        "0x10",
        "١٢٣",
        "1234567890123456789",
        "12:00",
        "NaN"
      })
  void refusesEverythingElse(String text) {
    assertThat(parse(text)).isEqualTo(Timestamps.INVALID);
  }

  @Property
  void agreesWithTheJdk(
      @ForAll @LongRange(min = -62_167_219_200_000L, max = 253_402_300_799_999L) long millis) {
    OffsetDateTime time = Instant.ofEpochMilli(millis).atOffset(ZoneOffset.ofHours(-7));
    assertThat(parse(time.toInstant().toString())).isEqualTo(millis);
    if (time.getYear() >= 0) {
      assertThat(parse(time.toString())).isEqualTo(millis);
    }
  }

  @Property
  void neverThrows(@ForAll byte[] bytes) {
    assertThat(Timestamps.parse(bytes, 0, bytes.length)).isLessThan(Long.MAX_VALUE);
  }

  private static long parse(String text) {
    byte[] padded = ("x" + text + "7").getBytes(StandardCharsets.UTF_8);
    return Timestamps.parse(padded, 1, padded.length - 2);
  }
}
