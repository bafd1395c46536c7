// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.operators.ParseFunction;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.util.clock.RelativeClock;

/**
 * Bounded out-of-orderness that no single bad clock can mislead.
 *
 * <p>The watermark follows the latest reading, less the out-of-orderness, and stays below the
 * ceiling that waiting files put on it. Readings ahead of the clock do not move it, nor do those a
 * jump ahead of the latest one, until there are a hundred of them; each that is not takes four of
 * them back, so that it takes over four of five. The first reading of a source counts when a second
 * one is near it, or it is near the source before. Rejections only show that the source is alive.
 *
 * <p>Sources may follow each other in one generator, but not alternate.
 */
final class ReadingWatermarks implements WatermarkGenerator<Parsed> {
  static final int ADOPTED_AFTER = 100;

  /**
   * Were one to start the count again, a sensor whose clock is not set would hold the time of all
   * others for ever, once its reading is the first.
   */
  private static final int TAKEN_BACK = 4;

  private final Watermarks.Options options;
  private final long outOfOrderness;
  private final long maxJump;
  private final RelativeClock activityClock;

  private boolean anySource;
  private long source;
  private long ceiling = Long.MAX_VALUE;
  private boolean started;
  private boolean confirmed;
  private long latest;
  private int ahead;
  private long lowestAhead;
  private boolean anyConfirmed;
  private long lastConfirmed;
  private long notFuture = Long.MIN_VALUE;
  private long emitted = Long.MIN_VALUE;

  private long lines;
  private long linesAtChange;
  private long lastChange;
  private boolean idle;

  ReadingWatermarks(Watermarks.Options options, RelativeClock activityClock) {
    this.options = options;
    this.outOfOrderness = options.outOfOrderness().toMillis();
    this.maxJump = options.maxJump().toMillis();
    this.activityClock = activityClock;
    this.lastChange = activityClock.relativeTimeNanos();
  }

  @Override
  public void onEvent(Parsed parsed, long timestamp, WatermarkOutput output) {
    lines++;
    if (idle) {
      // At once: until the next watermark the others would run ahead.
      idle = false;
      output.markActive();
    }
    Reading reading = parsed.reading();
    if (reading == null) {
      return;
    }
    if (!anySource || reading.source() != source) {
      anySource = true;
      source = reading.source();
      started = false;
      confirmed = false;
      ahead = 0;
    }
    ceiling = parsed.watermarkCeiling();
    if (!isFuture(reading.timestamp())) {
      follow(reading.timestamp());
    }
  }

  private boolean isFuture(long timestamp) {
    if (timestamp > notFuture) {
      notFuture =
          ParseFunction.latestAccepted(options.clock().millis(), options.maxFuture().toMillis());
    }
    return timestamp > notFuture;
  }

  private void follow(long timestamp) {
    if (!started) {
      started = true;
      latest = timestamp;
      confirm(anyConfirmed && Math.abs(timestamp - lastConfirmed) <= maxJump);
    } else if (timestamp > latest + maxJump) {
      lowestAhead = ahead == 0 ? timestamp : Math.min(lowestAhead, timestamp);
      ahead++;
      if (ahead == ADOPTED_AFTER) {
        ahead = 0;
        latest = lowestAhead;
        confirm(true);
      }
    } else {
      ahead = Math.max(0, ahead - TAKEN_BACK);
      if (!confirmed && timestamp < latest - maxJump) {
        // The first clock was ahead, or this one is behind: the lower one can do no harm.
        latest = timestamp;
      } else {
        latest = Math.max(latest, timestamp);
        confirm(true);
      }
    }
  }

  private void confirm(boolean now) {
    if (now) {
      confirmed = true;
      anyConfirmed = true;
      lastConfirmed = latest;
    }
  }

  @Override
  public void onPeriodicEmit(WatermarkOutput output) {
    if (lines != linesAtChange) {
      linesAtChange = lines;
      lastChange = activityClock.relativeTimeNanos();
    } else if (!idle
        && activityClock.relativeTimeNanos() - lastChange >= options.idleness().toNanos()) {
      idle = true;
      output.markIdle();
    }
    long reached = Math.min(latest, ceiling);
    if (!idle && confirmed && reached > Long.MIN_VALUE + outOfOrderness + 1) {
      long watermark = reached - outOfOrderness - 1;
      if (watermark > emitted) {
        emitted = watermark;
        output.emitWatermark(new Watermark(watermark));
      }
    }
  }
}
