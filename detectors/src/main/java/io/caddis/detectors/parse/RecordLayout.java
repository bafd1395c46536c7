// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which field of a line is what. Immutable.
 *
 * @param timeField the field that holds the event time; null for a table whose rows have no time
 *     that matters: their event time is 0, and fields that the layout does not know are skipped
 * @param keyField the field that names the sensor, or null when lines do not name it
 * @param defaultKey the sensor of every line when {@code keyField} is null; null = the source's
 *     name without folder and extension
 * @param groupField the text column whose value chooses the model, or null
 * @param columns all other fields that are read; at least one
 * @param minTimestamp lowest event time accepted, epoch milliseconds
 * @param maxTimestamp first event time beyond those accepted, epoch milliseconds
 */
public record RecordLayout(
    @Nullable String timeField,
    @Nullable String keyField,
    @Nullable String defaultKey,
    @Nullable String groupField,
    List<Column> columns,
    long minTimestamp,
    long maxTimestamp)
    implements Serializable {
  /** 1970-01-01T00:00:00Z. */
  public static final long MIN_TIMESTAMP = 0L;

  /** 2200-01-01T00:00:00Z. */
  public static final long MAX_TIMESTAMP = 7_258_118_400_000L;

  /**
   * One field of a reading.
   *
   * @param name as in the header or JSON object
   * @param encoding how it becomes a feature; says whether it is a number or text
   * @param min lowest number accepted; other values count as missing
   * @param max highest number accepted
   * @param steady whether it is text that a sensor seldom changes: what the sensor is or does, such
   *     as its place or mode, more than what it reads
   */
  public record Column(String name, Encoding encoding, double min, double max, boolean steady)
      implements Serializable {
    public Column {
      if (!(min <= max)) {
        throw new IllegalArgumentException(
            "min of column '" + name + "' must be at most its max, was " + min + " > " + max);
      }
    }

    /** A column of which nothing is known but its values. */
    public Column(String name, Encoding encoding, double min, double max) {
      this(name, encoding, min, max, false);
    }

    /** A column of any finite value. */
    public Column(String name, Encoding encoding) {
      this(name, encoding, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /** A column of text that a sensor seldom changes. */
    public static Column steady(String name) {
      return new Column(
          name, Encoding.CATEGORY, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, true);
    }
  }

  public RecordLayout {
    columns = List.copyOf(columns);
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("columns must have at least one entry, was empty");
    }
    if (minTimestamp >= maxTimestamp) {
      throw new IllegalArgumentException(
          "minTimestamp must be below maxTimestamp, was " + minTimestamp + " >= " + maxTimestamp);
    }
    Set<String> names = new HashSet<>();
    boolean group = groupField == null;
    if (timeField != null) {
      names.add(timeField);
    }
    if (keyField != null && !names.add(keyField)) {
      throw new IllegalArgumentException("keyField must differ from timeField, was " + keyField);
    }
    for (Column column : columns) {
      if (!names.add(column.name())) {
        throw new IllegalArgumentException("field '" + column.name() + "' is declared twice");
      }
      group |= column.name().equals(groupField) && column.encoding().isText();
    }
    if (!group) {
      throw new IllegalArgumentException(
          "groupField must be one of the text columns, was '" + groupField + "'");
    }
  }

  /** Reads these fields, any finite value, event times from 1970 up to 2200. */
  public static RecordLayout of(String timeField, @Nullable String keyField, FeatureSchema fields) {
    List<Column> columns =
        fields.features().stream().map(f -> new Column(f.name(), f.encoding())).toList();
    return new RecordLayout(timeField, keyField, null, null, columns, MIN_TIMESTAMP, MAX_TIMESTAMP);
  }

  /** Reads these columns of a table, any finite value, and nothing else. */
  public static RecordLayout table(List<Column> columns) {
    return new RecordLayout(null, null, "", null, columns, MIN_TIMESTAMP, MAX_TIMESTAMP);
  }

  /** The columns as features: their order is that of a reading's arrays. */
  public FeatureSchema fields() {
    return new FeatureSchema(
        columns.stream().map(c -> new Feature(c.name(), c.encoding())).toList());
  }
}
