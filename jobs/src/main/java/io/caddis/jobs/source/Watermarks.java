// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.jspecify.annotations.Nullable;

/** Watermark strategies of the sources. */
public final class Watermarks {
  /**
   * How far a stream's clocks are trusted.
   *
   * @param outOfOrderness how much later than its successors a reading may come and be on time
   * @param idleness how long without any line until the others no longer wait for this source
   * @param maxJump a reading further than this ahead of the latest one does not move the watermark,
   *     until {@value ReadingWatermarks#ADOPTED_AFTER} are, far more than are not
   * @param maxFuture a reading further than this ahead of the clock never moves the watermark
   * @param clock the clock; must be serializable, as the JDK's are
   */
  public record Options(
      Duration outOfOrderness, Duration idleness, Duration maxJump, Duration maxFuture, Clock clock)
      implements Serializable {
    public static final Options DEFAULT =
        new Options(
            Duration.ofSeconds(5),
            Duration.ofMinutes(1),
            Duration.ofDays(1),
            Duration.ofMinutes(5),
            Clock.systemUTC());

    public Options {
      if (outOfOrderness.isNegative()) {
        throw new IllegalArgumentException(
            "outOfOrderness must not be negative, was " + outOfOrderness);
      }
      positive("idleness", idleness);
      positive("maxJump", maxJump);
      if (maxFuture.isNegative()) {
        throw new IllegalArgumentException("maxFuture must not be negative, was " + maxFuture);
      }
    }

    private static void positive(String name, Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new IllegalArgumentException(name + " must be positive, was " + value);
      }
    }

    public Options withOutOfOrderness(Duration value) {
      return new Options(value, idleness, maxJump, maxFuture, clock);
    }

    public Options withIdleness(Duration value) {
      return new Options(outOfOrderness, value, maxJump, maxFuture, clock);
    }
  }

  private Watermarks() {}

  /** For streams: see {@link ReadingWatermarks}. */
  public static WatermarkStrategy<Parsed> streaming(Options options) {
    return WatermarkStrategy.<Parsed>forGenerator(
            context -> new ReadingWatermarks(options, context.getInputActivityClock()))
        .withTimestampAssigner(context -> new ReadingTimestamps());
  }

  /** For bounded runs: timestamps, and no watermark before the end. */
  public static WatermarkStrategy<Parsed> bounded() {
    return WatermarkStrategy.<Parsed>noWatermarks()
        .withTimestampAssigner(context -> new ReadingTimestamps());
  }

  private static final class ReadingTimestamps implements TimestampAssigner<Parsed> {
    @Override
    public long extractTimestamp(Parsed parsed, long previous) {
      @Nullable Reading reading = parsed.reading();
      return reading == null ? previous : reading.timestamp();
    }
  }
}
