// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CalendarFeatureTest {
  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z, 0, 4",
    "1969-12-31T23:59:59.999Z, 23, 3",
    "2024-02-29T13:05:00Z, 13, 4",
    "2026-11-22T23:00:00Z, 23, 7",
    "2026-11-23T00:00:00Z, 0, 1"
  })
  void knownTimesHaveTheirHourAndDay(Instant time, double hour, double day) {
    assertThat(CalendarFeature.HOUR.of(time.toEpochMilli())).isEqualTo(hour);
    assertThat(CalendarFeature.DAYOFWEEK.of(time.toEpochMilli())).isEqualTo(day);
  }

  @Property
  void everyTimeAgreesWithTheCalendar(
      @ForAll @LongRange(min = -400_000_000_000_000L, max = 400_000_000_000_000L) long millis) {
    ZonedDateTime time = Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC);
    assertThat(CalendarFeature.HOUR.of(millis)).isEqualTo(time.getHour());
    assertThat(CalendarFeature.DAYOFWEEK.of(millis)).isEqualTo(time.getDayOfWeek().getValue());
  }

  @Test
  void extremeTimesStayInRange() {
    for (long millis : new long[] {Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThat(CalendarFeature.HOUR.of(millis)).isBetween(0.0, 23.0);
      assertThat(CalendarFeature.DAYOFWEEK.of(millis)).isBetween(1.0, 7.0);
    }
  }
}
