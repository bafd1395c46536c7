// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import io.caddis.detectors.feature.Feature;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line's outcome in the making: decoders put in what they find, {@link #finish()} judges. The
 * first fault of the line rejects it; the faults of single cells make the cell a missing value.
 */
final class Row {
  static final int TIME = -1;
  static final int KEY = -2;
  static final int UNKNOWN = -3;

  private static final int SHOWN_CHARS = 64;
  private static final int LISTED_FAULTS = 8;
  private static final @Nullable String[] NO_TEXTS = {};

  private final String source;
  private final long sourceId;
  private final RecordLayout layout;
  private final Limits limits;
  private final String lineKey;
  private final Map<String, Integer> slots = new HashMap<>();
  private final RecordLayout.Column[] columns;
  private final int numberCount;

  private byte[] buffer = {};
  private int offset;
  private int length;
  private long position;
  private long line;

  private double[] numbers = {};
  private @Nullable String[] texts = NO_TEXTS;
  private @Nullable Map<String, Double> extra;
  private long timestamp;
  private @Nullable String key;
  private int usable;
  private @Nullable Parsed rejected;
  private @Nullable Rejection firstFault;
  private int faults;
  private final StringBuilder otherFaults = new StringBuilder();

  Row(String source, RecordLayout layout, Limits limits) {
    this.source = source;
    this.sourceId = SourceId.of(source);
    this.layout = layout;
    this.limits = limits;
    this.lineKey = layout.defaultKey() == null ? stem(source) : layout.defaultKey();
    List<RecordLayout.Column> numeric =
        layout.columns().stream().filter(c -> !c.encoding().isText()).toList();
    List<RecordLayout.Column> textual =
        layout.columns().stream().filter(c -> c.encoding().isText()).toList();
    numberCount = numeric.size();
    columns = new RecordLayout.Column[layout.columns().size()];
    for (RecordLayout.Column column : numeric) {
      put(column);
    }
    for (RecordLayout.Column column : textual) {
      put(column);
    }
    if (layout.timeField() != null) {
      slots.put(layout.timeField(), TIME);
    }
    if (layout.keyField() != null) {
      slots.put(layout.keyField(), KEY);
    }
  }

  private void put(RecordLayout.Column column) {
    int slot = slots.size();
    columns[slot] = column;
    slots.put(column.name(), slot);
  }

  private static String stem(String source) {
    String name = source.substring(source.lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  /** Where a field's value goes: {@link #TIME}, {@link #KEY}, {@link #UNKNOWN} or a column. */
  int slot(String field) {
    return slots.getOrDefault(field, UNKNOWN);
  }

  boolean isNumber(int slot) {
    return slot < numberCount;
  }

  void begin(byte[] bytes, int from, int count, long atPosition, long atLine) {
    buffer = bytes;
    offset = from;
    length = count;
    position = atPosition;
    line = atLine;
    numbers = new double[numberCount];
    Arrays.fill(numbers, Double.NaN);
    texts = numberCount == columns.length ? NO_TEXTS : new String[columns.length - numberCount];
    extra = null;
    timestamp = Timestamps.INVALID;
    key = null;
    usable = 0;
    rejected = null;
    firstFault = null;
    faults = 0;
    otherFaults.setLength(0);
  }

  /** Puts in the event time, as trimmed ASCII text. */
  void time(byte[] text, int from, int to) {
    if (from == to) {
      return;
    }
    long parsed = Timestamps.parse(text, from, to - from);
    if (parsed == Timestamps.INVALID) {
      reject(
          RejectionReason.INVALID_TIMESTAMP,
          "timestamp must be ISO-8601 or epoch seconds or milliseconds, was "
              + shown(text, from, to),
          layout.timeField());
    } else if (parsed < layout.minTimestamp() || parsed >= layout.maxTimestamp()) {
      reject(
          RejectionReason.TIMESTAMP_OUT_OF_RANGE,
          "timestamp must be in ["
              + layout.minTimestamp()
              + ", "
              + layout.maxTimestamp()
              + ") ms, was "
              + shown(text, from, to),
          layout.timeField());
    } else {
      timestamp = parsed;
    }
  }

  /** Puts in the sensor's name, not trimmed. */
  void key(String text) {
    String trimmed = text.strip();
    if (trimmed.isEmpty()) {
      return;
    }
    String fault = keyFault(trimmed, limits);
    if (fault != null) {
      reject(RejectionReason.INVALID_KEY, fault, layout.keyField());
    } else {
      key = trimmed;
    }
  }

  /** What is wrong with a sensor's trimmed name, or null. */
  static @Nullable String keyFault(String trimmed, Limits limits) {
    if (trimmed.length() > limits.keyChars()) {
      return "key must have at most " + limits.keyChars() + " characters, was " + trimmed.length();
    }
    return hasControl(trimmed) || hasLoneSurrogate(trimmed)
        ? "key must have no control characters, was '" + cut(trimmed) + "'"
        : null;
  }

  /** Puts in a number, as trimmed ASCII text. */
  void number(int slot, byte[] text, int from, int to) {
    RecordLayout.Column column = columns[slot];
    if (to - from > limits.numberChars()) {
      fault(
          slot,
          RejectionReason.LIMIT_EXCEEDED,
          "must have at most " + limits.numberChars() + " characters, was longer");
      return;
    }
    double value = Numbers.parse(text, from, to - from);
    if (Double.isNaN(value)) {
      fault(slot, RejectionReason.NOT_A_NUMBER, "must be a number, was " + shown(text, from, to));
    } else if (Double.isInfinite(value)) {
      fault(
          slot,
          RejectionReason.NUMBER_NOT_FINITE,
          "must be within the range of a double, was " + shown(text, from, to));
    } else if (value < column.min() || value > column.max()) {
      fault(
          slot,
          RejectionReason.VALUE_OUT_OF_RANGE,
          "must be in [" + column.min() + ", " + column.max() + "], was " + value);
    } else if (!isMissingCode(value) || column.min() > Double.NEGATIVE_INFINITY) {
      numbers[slot] = value;
      usable++;
    }
  }

  /** Whether a number is what loggers write for none, unless a declared minimum allows it. */
  private static boolean isMissingCode(double value) {
    return value == -999 || value == -9999;
  }

  /** Puts in a text; a blank one counts as missing. */
  void text(int slot, String value) {
    if (value.isBlank()) {
      return;
    }
    if (value.length() > limits.textChars()) {
      fault(
          slot,
          RejectionReason.TEXT_TOO_LONG,
          "must have at most " + limits.textChars() + " characters, was " + value.length());
    } else if (hasLoneSurrogate(value)) {
      fault(slot, RejectionReason.INVALID_UTF8, "must be Unicode text, was a lone surrogate");
    } else {
      texts[slot - numberCount] = value;
      usable++;
    }
  }

  /** Whether fields that the layout does not know are of any use. */
  boolean keepsExtra() {
    return layout.timeField() != null;
  }

  /**
   * Puts in a field that the layout does not know, if it is a number and could become a feature:
   * names are kept with the training samples, where those as long as lines would fill the memory.
   */
  void extra(String field, byte[] text, int from, int to) {
    if (to - from > limits.numberChars() || field.length() > Feature.MAX_NAME_CHARS) {
      return;
    }
    double value = Numbers.parse(text, from, to - from);
    if (Double.isFinite(value) && !isMissingCode(value)) {
      if (extra == null) {
        extra = new HashMap<>();
      }
      extra.put(field, value);
    }
  }

  /** Notes that a cell is unusable. */
  void fault(int slot, RejectionReason reason, String detail) {
    String name = columns[slot].name();
    faults++;
    if (firstFault == null) {
      firstFault = rejection(reason, name + " " + detail, name, true);
    } else if (faults <= LISTED_FAULTS) {
      otherFaults.append("; also ").append(name).append(": ").append(reason);
    }
  }

  /** Rejects the line, unless it is rejected already, and gives its outcome. */
  Parsed reject(RejectionReason reason, String detail, @Nullable String field) {
    if (rejected == null) {
      rejected = Parsed.rejected(rejection(reason, detail, field, false));
    }
    return rejected;
  }

  /** Whether the line is lost already, so that its other cells need no look. */
  boolean isRejected() {
    return rejected != null;
  }

  Parsed finish() {
    if (rejected != null) {
      return rejected;
    }
    if (layout.timeField() == null) {
      timestamp = 0;
    } else if (timestamp == Timestamps.INVALID) {
      return missing(RejectionReason.MISSING_TIMESTAMP, layout.timeField());
    }
    String sensor = layout.keyField() == null ? lineKey : key;
    if (sensor == null) {
      return missing(RejectionReason.MISSING_KEY, layout.keyField());
    }
    if (usable == 0) {
      return reject(
          RejectionReason.NO_USABLE_VALUE,
          "a line must have a value, "
              + (firstFault == null ? "all were missing" : "but " + firstFault.detail()),
          firstFault == null ? null : firstFault.field());
    }
    Reading reading = new Reading(sensor, timestamp, sourceId, position, numbers, texts, extra);
    return firstFault == null
        ? Parsed.valid(reading)
        : new Parsed(reading, withOthers(firstFault), Long.MAX_VALUE);
  }

  private Parsed missing(RejectionReason reason, @Nullable String field) {
    return reject(reason, field + " must be present, was missing", field);
  }

  private Rejection withOthers(Rejection first) {
    if (faults == 1) {
      return first;
    }
    if (faults > LISTED_FAULTS) {
      otherFaults.append("; and ").append(faults - LISTED_FAULTS).append(" more");
    }
    return rejection(first.reason(), first.detail() + otherFaults, first.field(), true);
  }

  private Rejection rejection(
      RejectionReason reason, String detail, @Nullable String field, boolean scored) {
    int kept = Math.min(length, limits.deadLetterBytes());
    byte[] raw = Arrays.copyOfRange(buffer, offset, offset + kept);
    return new Rejection(reason, detail, source, position, line, length, raw, field, scored);
  }

  /** A value as shown to a person: quoted, and cut. */
  static String shown(byte[] text, int from, int to) {
    int end = Math.min(to, from + SHOWN_CHARS);
    return "'"
        + new String(text, from, end - from, StandardCharsets.UTF_8)
        + (end < to ? "…'" : "'");
  }

  static String cut(String text) {
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
  }

  private static boolean hasControl(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean pair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
        if (!pair) {
          return true;
        }
        i++;
      }
    }
    return false;
  }
}
