// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes of a source whose records come one by one, such as a message queue: exactly one a
 * message, whatever it holds. Not thread-safe.
 */
public final class MessageDecoder {
  private final LineDecoder decoder;
  private final String source;
  private final Limits limits;

  private MessageDecoder(LineDecoder decoder, String source, Limits limits) {
    this.decoder = decoder;
    this.source = source;
    this.limits = limits;
  }

  /** For messages that are JSON objects each. */
  public static MessageDecoder json(String source, RecordLayout layout, Limits limits) {
    return new MessageDecoder(new JsonLinesDecoder(source, layout, limits), source, limits);
  }

  /** For messages that are lines as of {@link CsvDecoder#withoutHeader} each. */
  public static MessageDecoder csv(String source, RecordLayout layout, Limits limits) {
    return new MessageDecoder(CsvDecoder.withoutHeader(source, layout, limits), source, limits);
  }

  /**
   * Decodes a message; ends of lines at its end do not count.
   *
   * @param message null for one without content
   * @param position its number within the source
   */
  public Parsed decode(byte @Nullable [] message, long position) {
    byte[] bytes = message == null ? new byte[0] : message;
    if (bytes.length > limits.lineBytes()) {
      return reject(
          RejectionReason.LINE_TOO_LONG,
          "a message must have at most " + limits.lineBytes() + " bytes, was " + bytes.length,
          bytes,
          position);
    }
    int length = bytes.length;
    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) {
      length--;
    }
    Parsed outcome = decoder.decode(bytes, 0, length, position, 0);
    return outcome == null
        ? reject(
            RejectionReason.NO_USABLE_VALUE,
            "a message must have content, was " + (message == null ? "a tombstone" : "blank"),
            bytes,
            position)
        : outcome;
  }

  /**
   * Decodes a message whose sensor is told beside it, as by a topic.
   *
   * @param key the sensor
   */
  public Parsed decode(byte @Nullable [] message, long position, String key) {
    String sensor = key.strip();
    String fault = sensor.isEmpty() ? "key must not be blank" : Row.keyFault(sensor, limits);
    if (fault != null) {
      byte[] bytes = message == null ? new byte[0] : message;
      return reject(RejectionReason.INVALID_KEY, fault, bytes, position);
    }
    Parsed outcome = decode(message, position);
    Reading reading = outcome.reading();
    return reading == null
        ? outcome
        : new Parsed(reading.withKey(sensor), outcome.rejection(), outcome.watermarkCeiling());
  }

  private Parsed reject(RejectionReason reason, String detail, byte[] bytes, long position) {
    byte[] kept = Arrays.copyOf(bytes, Math.min(bytes.length, limits.deadLetterBytes()));
    return Parsed.rejected(
        new Rejection(reason, detail, source, position, 0, bytes.length, kept, null, false));
  }
}
