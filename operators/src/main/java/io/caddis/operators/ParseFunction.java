// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import java.time.Instant;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Parts readings from dead letters. The bytes were parsed in the source already, because watermarks
 * are made there and need the timestamps.
 *
 * <p>A reading from too far in the future is a dead letter: what waits for its time, in windows or
 * for its turn, would wait for ever.
 */
public final class ParseFunction extends ProcessFunction<Parsed, Reading> {
  /**
   * Tolerance of an input whose event time has nothing to do with the clock, as in bounded runs.
   */
  public static final long ANY_FUTURE = Long.MAX_VALUE;

  private final long maxFutureMillis;

  private transient Tally readings;
  private transient Tally deadLetters;
  private transient Tally cellsImputed;

  /**
   * @param maxFutureMillis how far ahead of the processing-time clock a reading may be,
   *     milliseconds, or {@link #ANY_FUTURE}
   */
  public ParseFunction(long maxFutureMillis) {
    this.maxFutureMillis = maxFutureMillis;
  }

  @Override
  public void open(OpenContext context) {
    readings = new Tally(getRuntimeContext(), OperatorMetrics.READINGS);
    deadLetters = new Tally(getRuntimeContext(), OperatorMetrics.DEAD_LETTERS);
    cellsImputed = new Tally(getRuntimeContext(), OperatorMetrics.CELLS_IMPUTED);
  }

  @Override
  public void processElement(Parsed parsed, Context context, Collector<Reading> out) {
    readings.increment();
    Rejection rejection = parsed.rejection();
    Reading reading = parsed.reading();
    if (reading != null && isFuture(reading, context)) {
      rejection = future(reading);
      reading = null;
    }
    if (rejection != null) {
      deadLetters.increment();
      if (rejection.scored()) {
        cellsImputed.increment();
      }
      context.output(SideOutputs.DEAD_LETTERS, rejection);
    }
    if (reading != null) {
      out.collect(reading);
    }
  }

  private boolean isFuture(Reading reading, Context context) {
    return maxFutureMillis != ANY_FUTURE
        && reading.timestamp()
            > latestAccepted(context.timerService().currentProcessingTime(), maxFutureMillis);
  }

  /**
   * The latest event time that is taken from a reading, epoch milliseconds: later ones become dead
   * letters here, and move no watermark in the source.
   *
   * @param now by the clock, epoch milliseconds
   * @param maxFutureMillis as in the constructor
   */
  public static long latestAccepted(long now, long maxFutureMillis) {
    boolean beyond = now > 0 && maxFutureMillis > Long.MAX_VALUE - now;
    return beyond ? Long.MAX_VALUE : now + maxFutureMillis;
  }

  private static Rejection future(Reading reading) {
    return new Rejection(
        RejectionReason.TIMESTAMP_OUT_OF_RANGE,
        "timestamp of sensor '%s' must not be further ahead of the clock than time.max-future, was %s"
            .formatted(reading.key(), Instant.ofEpochMilli(reading.timestamp())),
        "%016x".formatted(reading.source()),
        reading.position(),
        0,
        0,
        new byte[0],
        null,
        false);
  }
}
