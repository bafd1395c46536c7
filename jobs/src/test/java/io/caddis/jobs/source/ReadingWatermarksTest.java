// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.junit.jupiter.api.Test;

class ReadingWatermarksTest {
  private static final long NOW = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
  private static final long T = NOW - Duration.ofDays(100).toMillis();
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final Watermarks.Options OPTIONS =
      new Watermarks.Options(
          Duration.ofSeconds(5),
          Duration.ofMinutes(1),
          Duration.ofDays(1),
          Duration.ofMinutes(5),
          Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC));

  private final List<String> emitted = new ArrayList<>();
  private final WatermarkOutput output =
      new WatermarkOutput() {
        @Override
        public void emitWatermark(Watermark watermark) {
          emitted.add("T" + (watermark.getTimestamp() - T));
        }

        @Override
        public void markIdle() {
          emitted.add("idle");
        }

        @Override
        public void markActive() {
          emitted.add("active");
        }
      };
  private long activityNanos;
  private final ReadingWatermarks watermarks =
      new ReadingWatermarks(
          OPTIONS,
          new org.apache.flink.util.clock.RelativeClock() {
            @Override
            public long relativeTimeMillis() {
              return activityNanos / 1_000_000;
            }

            @Override
            public long relativeTimeNanos() {
              return activityNanos;
            }
          });

  @Test
  void followsTheLatestReadingLessTheOutOfOrderness() {
    read(1, 0, 60_000, 30_000);
    read(1, 61_000);
    assertThat(emitted).containsExactly("T54999", "T55999");
  }

  @Test
  void saysNothingBeforeASecondReadingConfirmsTheFirst() {
    read(1, 0);
    assertThat(emitted).isEmpty();
    read(1, 1000);
    assertThat(emitted).containsExactly("T-4001");
  }

  @Test
  void aFirstReadingWithABadClockIsForgotten() {
    read(1, 50 * DAY);
    read(1, 0);
    read(1, 1000);
    assertThat(emitted).containsExactly("T-4001");
  }

  @Test
  void aFutureClockNeverMovesIt() {
    read(1, 0, 1000);
    long future = NOW - T + Duration.ofMinutes(5).toMillis() + 1;
    for (int i = 0; i < 1000; i++) {
      read(1, future);
    }
    read(1, 2000);
    assertThat(emitted).containsExactly("T-4001", "T-3001");
  }

  @Test
  void aReadingWithinTheToleranceOfTheClockMovesIt() {
    long toleratedFuture = NOW - T + Duration.ofMinutes(5).toMillis();
    read(1, toleratedFuture - 1, toleratedFuture);
    assertThat(emitted).containsExactly("T" + (toleratedFuture - 5001));
  }

  @Test
  void aJumpIsFollowedByTheHundredthReading() {
    read(1, 0, 1000);
    for (int i = 0; i < 99; i++) {
      read(1, 10 * DAY + i);
    }
    assertThat(emitted).containsExactly("T-4001");
    read(1, 10 * DAY + 99);
    assertThat(emitted).containsExactly("T-4001", "T" + (10 * DAY - 5001));
    read(1, 10 * DAY + 10_000);
    assertThat(emitted).hasSize(3);
  }

  @Test
  void aGoodReadingBetweenTakesFourBack() {
    read(1, 0, 1000);
    for (int i = 0; i < 99; i++) {
      read(1, 10 * DAY + i);
    }
    read(1, 1001);
    for (int i = 0; i < 4; i++) {
      read(1, 10 * DAY + i);
    }
    assertThat(emitted).containsExactly("T-4001", "T-4000");
    read(1, 10 * DAY + 4);
    assertThat(emitted).hasSize(3).last().isEqualTo("T" + (10 * DAY - 5001));
  }

  @Test
  void oneClockInFiveThatIsAheadMovesNothing() {
    read(1, 0);
    for (int i = 1; i < 10_000; i++) {
      read(1, i % 5 == 0 ? 10 * DAY + i : 0);
    }
    assertThat(emitted).containsExactly("T-5001");
  }

  @Test
  void oneClockInTenThatIsNotSetHoldsNobody() {
    for (int i = 0; i < 1_000; i++) {
      read(1, i % 10 == 0 ? -20_000 * DAY + i : i);
    }
    assertThat(emitted).last().isEqualTo("T-4002");
  }

  @Test
  void aJumpOfExactlyTheLimitIsFollowedAtOnce() {
    read(1, 0, 1000, 1000 + DAY);
    assertThat(emitted).containsExactly("T" + (DAY - 4001));
    read(1, 1000 + 2 * DAY + 1);
    assertThat(emitted).hasSize(1);
  }

  @Test
  void staysBelowTheCeilingUntilTheNextSourceLiftsIt() {
    event(reading(1, 0).withWatermarkCeiling(T + 500));
    event(reading(1, 60_000).withWatermarkCeiling(T + 500));
    tick();
    assertThat(emitted).containsExactly("T-4501");
    // The next source is not ahead because the one before it was.
    event(reading(2, 600));
    event(reading(2, 700));
    tick();
    assertThat(emitted).containsExactly("T-4501", "T-4301");
  }

  @Test
  void aSourceOfOneReadingCountsWhenItIsNearTheOneBefore() {
    read(1, 0, 1000);
    read(2, 2000);
    read(3, 5 * DAY);
    assertThat(emitted).containsExactly("T-4001", "T-3001");
  }

  @Test
  void neverGoesBack() {
    read(1, 0, 60_000);
    read(2, 1000, 2000);
    read(2, 61_000);
    assertThat(emitted).containsExactly("T54999", "T55999");
  }

  @Test
  void aRejectionOnlyShowsThatTheSourceIsAlive() {
    read(1, 0, 1000);
    tick(Duration.ofSeconds(59));
    event(rejection());
    tick(Duration.ofSeconds(59));
    tick(Duration.ofSeconds(59));
    assertThat(emitted).containsExactly("T-4001");
    tick(Duration.ofSeconds(1));
    assertThat(emitted).containsExactly("T-4001", "idle");
    tick(Duration.ofSeconds(90));
    event(rejection());
    assertThat(emitted).containsExactly("T-4001", "idle", "active");
  }

  @Test
  void aSourceThatNeverReadsGoesIdle() {
    tick();
    tick(Duration.ofMinutes(1));
    assertThat(emitted).containsExactly("idle");
  }

  private void read(long source, long... afterT) {
    for (long millis : afterT) {
      event(reading(source, millis));
    }
    tick();
  }

  private void event(Parsed parsed) {
    watermarks.onEvent(parsed, 0, output);
  }

  private void tick() {
    watermarks.onPeriodicEmit(output);
  }

  private void tick(Duration later) {
    activityNanos += later.toNanos();
    tick();
  }

  private static Parsed reading(long source, long afterT) {
    return Parsed.valid(
        new Reading("s", T + afterT, source, 0, new double[0], new String[0], null));
  }

  private static Parsed rejection() {
    return Parsed.rejected(
        new Rejection(RejectionReason.MALFORMED_CSV, "", "x", 0, 0, 0, new byte[0], null, false));
  }
}
