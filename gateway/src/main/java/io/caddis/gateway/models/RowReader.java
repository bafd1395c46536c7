// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.parse.Timestamps;
import io.caddis.detectors.table.TableLayout;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.ProblemException.Field;
import io.caddis.gateway.contract.Requests;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * Reads rows of JSON as rows of a model: arrays by position, objects by name. Null is a missing
 * value; a value of the wrong type is refused, by its pointer. Immutable and thread-safe.
 */
final class RowReader {
  /** Most fields of a row. */
  static final int MOST_FIELDS = 512;

  /** Longest text. */
  static final int MOST_CHARS = 4096;

  private final TableLayout layout;
  private final int numbers;
  private final int texts;
  private final List<String> columns;

  /** Of each column, its place among the numbers, or -1 minus its place among the texts. */
  private final int[] places;

  private final Map<String, Integer> placeOf = new HashMap<>();

  RowReader(TableLayout layout) {
    this.layout = layout;
    FeatureSchema schema = layout.schema();
    numbers = schema.numbers().size();
    texts = schema.texts().size();
    columns = layout.columns();
    places = new int[columns.size()];
    List<Feature> features = schema.features();
    int number = 0;
    int text = 0;
    for (Feature feature : features) {
      int place = feature.encoding().isText() ? -1 - text++ : number++;
      int column = columns.indexOf(feature.name());
      if (column >= 0) {
        places[column] = place;
        placeOf.put(feature.name(), place);
      }
    }
  }

  /** One row, ready for a model. */
  static final class Values {
    final double[] numbers;
    final @Nullable String[] texts;
    private boolean any;
    private @Nullable List<String> unknown;
    private @Nullable String timestamp;
    private long time = Timestamps.INVALID;
    private String key = "";

    private Values(int numbers, int texts) {
      this.numbers = new double[numbers];
      Arrays.fill(this.numbers, Double.NaN);
      this.texts = new String[texts];
    }

    /** Names of the fields that the model does not know, null when there are none. */
    @Nullable List<String> unknown() {
      return unknown;
    }

    /** Event time, epoch milliseconds; {@link Timestamps#INVALID} when the row has none. */
    long time() {
      return time;
    }

    /** The sensor; empty when the row names none. */
    String key() {
      return key;
    }

    /** The row's own time as it was written, null when it has none. */
    @Nullable String timestamp() {
      return timestamp;
    }
  }

  /**
   * Reads a row.
   *
   * @param pointer of the rows, or of the row
   * @param index of the row among the rows, -1 when it stands alone
   * @param newFields learns of the fields that the model does not know
   * @throws ProblemException when it is no such row, or has no value that counts
   */
  Values read(JsonNode row, String pointer, int index, NewFields newFields) {
    Values values = new Values(numbers, texts);
    if (row.isArray()) {
      if (row.size() != places.length) {
        throw refused(
            pointer,
            index,
            null,
            "must have %d values, one for each of %s, had %d"
                .formatted(places.length, listed(), row.size()));
      }
      for (int i = 0; i < places.length; i++) {
        put(values, places[i], row.get(i), pointer, index, String.valueOf(i));
      }
    } else if (row.isObject() && row.size() <= MOST_FIELDS) {
      for (Map.Entry<String, JsonNode> field : row.properties()) {
        readField(values, field.getKey(), field.getValue(), pointer, index, newFields);
      }
    } else {
      throw refused(
          pointer, index, null, "must be an array or an object of 1 to " + MOST_FIELDS + " values");
    }
    if (!values.any) {
      throw refused(
          pointer,
          index,
          null,
          "must have a value of at least one feature of the model, which are " + listed());
    }
    return values;
  }

  private void readField(
      Values values, String name, JsonNode value, String pointer, int index, NewFields newFields) {
    Integer place = placeOf.get(name);
    if (place != null) {
      put(values, place, value, pointer, index, name);
    } else if (name.equals(layout.timeField())) {
      readTime(values, value, pointer, index, name);
    } else if (name.equals(layout.keyField())) {
      values.key = value.isNull() ? "" : text(value, pointer, index, name);
    } else if (!value.isNull()) {
      if (value.isContainer()) {
        throw refused(pointer, index, name, "must be a number, text, true, false or null");
      }
      checkFinite(value, pointer, index, name);
      if (values.unknown == null) {
        values.unknown = new ArrayList<>();
      }
      values.unknown.add(name);
      newFields.add(name, value.isNumber() ? value.doubleValue() : Double.NaN);
    }
  }

  private void put(
      Values values, int place, JsonNode value, String pointer, int index, String field) {
    if (value.isNull()) {
      return;
    }
    checkFinite(value, pointer, index, field);
    if (place >= 0) {
      if (!value.isNumber()) {
        throw refused(pointer, index, field, "must be a number, was " + kind(value));
      }
      values.numbers[place] = value.doubleValue();
    } else {
      values.texts[-1 - place] = text(value, pointer, index, field);
    }
    values.any = true;
  }

  private static String text(JsonNode value, String pointer, int index, String field) {
    String text = value.isValueNode() ? value.asString() : null;
    if (text == null || text.length() > MOST_CHARS) {
      String was = text == null ? kind(value) : "longer";
      throw refused(
          pointer,
          index,
          field,
          "must be text of at most " + MOST_CHARS + " characters, was " + was);
    }
    return text;
  }

  static void checkFinite(JsonNode value, String pointer, int index, String field) {
    if (value.isNumber() && !Double.isFinite(value.doubleValue())) {
      throw refused(pointer, index, field, "must be a finite number, was too large a one");
    }
  }

  private void readTime(Values values, JsonNode value, String pointer, int index, String name) {
    if (value.isNull()) {
      return;
    }
    String text = value.isString() || value.isNumber() ? value.asString() : "";
    byte[] ascii = text.strip().getBytes(StandardCharsets.UTF_8);
    long time = Timestamps.parse(ascii, 0, ascii.length);
    if (time == Timestamps.INVALID && !layout.calendar().isEmpty()) {
      throw refused(
          pointer,
          index,
          name,
          "must be an ISO-8601 time or seconds since 1970, was " + kind(value));
    }
    if (!text.isEmpty()) {
      values.timestamp = text;
    }
    values.time = time;
    List<CalendarFeature> calendar = layout.calendar();
    for (int i = 0; i < calendar.size(); i++) {
      values.numbers[numbers - calendar.size() + i] = calendar.get(i).of(time);
    }
  }

  private String listed() {
    int shown = Math.min(20, columns.size());
    return String.join(", ", columns.subList(0, shown)) + (shown < columns.size() ? ", …" : "");
  }

  static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "text";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
      default -> "a number";
    };
  }

  /** The refusal of a row, or of a field of it. */
  static ProblemException refused(
      String pointer, int index, @Nullable String field, String detail) {
    String at = index < 0 ? pointer : pointer + '/' + index;
    String where = field == null ? at : JsonPointer.compile(at).appendProperty(field).toString();
    return Requests.invalid(List.of(new Field(where, detail)));
  }
}
