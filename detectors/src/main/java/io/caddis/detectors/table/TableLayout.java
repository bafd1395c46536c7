// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.parse.CsvDecoder;
import io.caddis.detectors.parse.JsonLinesDecoder;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.LineDecoder;
import io.caddis.detectors.parse.LineFormat;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.Timestamps;
import io.caddis.detectors.stream.SensorScorer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the lines of a table become rows of a model, in training and in scoring alike. The event time
 * is a cell like any other: a row whose time cannot be read lacks its calendar features, no more; a
 * row that does not name its sensor has none.
 *
 * @param schema the model's features; the calendar features among them are not in the table
 * @param timeField column of the event time, null when there is none
 * @param calendar features taken from the event time
 * @param keyField column that names the sensor, null when sensors do not matter
 */
public record TableLayout(
    FeatureSchema schema,
    @Nullable String timeField,
    List<CalendarFeature> calendar,
    @Nullable String keyField) {
  public TableLayout {
    calendar = List.copyOf(calendar);
    if (keyField != null
        && (keyField.equals(timeField)
            || schema.features().stream().anyMatch(f -> f.name().equals(keyField)))) {
      throw new IllegalArgumentException(
          "key must be neither a feature nor the time, was '" + keyField + "'");
    }
  }

  /** The layout of a table whose sensors do not matter. */
  public TableLayout(
      FeatureSchema schema, @Nullable String timeField, List<CalendarFeature> calendar) {
    this(schema, timeField, calendar, null);
  }

  /** The same layout of a table whose column {@code keyField} names the sensor. */
  public TableLayout keyedBy(String keyField) {
    return new TableLayout(schema, timeField, calendar, keyField);
  }

  /**
   * The layout for a detector that learns by sensor: of the columns, those that are numbers.
   *
   * @throws IllegalArgumentException when there are none
   */
  public static TableLayout bySensor(
      List<RecordLayout.Column> columns,
      @Nullable String timeField,
      List<CalendarFeature> calendar,
      @Nullable String keyField) {
    List<RecordLayout.Column> numbers =
        columns.stream().filter(column -> !column.encoding().isText()).toList();
    if (numbers.isEmpty()) {
      throw new IllegalArgumentException(
          "detector must be one that takes text, such as isolation_forest, when no column is a"
              + " number");
    }
    return new TableLayout(
        of(numbers, timeField, calendar).schema(), timeField, calendar, keyField);
  }

  /** The layout of columns that were found in a table, or declared. */
  public static TableLayout of(
      List<RecordLayout.Column> columns,
      @Nullable String timeField,
      List<CalendarFeature> calendar) {
    List<Feature> features = new ArrayList<>();
    columns.forEach(column -> features.add(new Feature(column.name(), column.encoding())));
    calendar.forEach(feature -> features.add(new Feature(name(feature), Encoding.NUMERIC)));
    return new TableLayout(new FeatureSchema(features), timeField, calendar);
  }

  private static String name(CalendarFeature feature) {
    return feature.name().toLowerCase(Locale.ROOT);
  }

  /** Names of the features that are columns of the table. */
  public List<String> columns() {
    List<String> names = new ArrayList<>(schema.features().stream().map(Feature::name).toList());
    calendar.forEach(feature -> names.remove(name(feature)));
    return names;
  }

  /** A decoder of the table's lines, whose readings the other methods take. */
  LineDecoder decoder(LineFormat format, String source) {
    List<String> names = columns();
    List<RecordLayout.Column> columns = new ArrayList<>();
    for (Feature feature : schema.features()) {
      if (names.contains(feature.name())) {
        columns.add(new RecordLayout.Column(feature.name(), feature.encoding()));
      }
    }
    if (keyField != null) {
      columns.add(new RecordLayout.Column(keyField, Encoding.LABEL));
    }
    if (timeField != null) {
      columns.add(new RecordLayout.Column(timeField, Encoding.LABEL));
    }
    RecordLayout records = RecordLayout.table(columns);
    return format == LineFormat.JSON
        ? new JsonLinesDecoder(source, records, Limits.DEFAULT)
        : new CsvDecoder(source, records, Limits.DEFAULT);
  }

  /** Event time, epoch milliseconds; {@link Timestamps#INVALID} when the row has none. */
  long time(Reading reading) {
    String text = timeField == null ? null : reading.texts()[reading.texts().length - 1];
    if (text == null) {
      return Timestamps.INVALID;
    }
    byte[] bytes = text.strip().getBytes(StandardCharsets.UTF_8);
    return Timestamps.parse(bytes, 0, bytes.length);
  }

  /** The row's sensor, null when it names none. */
  @Nullable String sensor(Reading reading) {
    String text = keyField == null ? null : reading.texts()[textFeatures(reading)];
    return text == null || text.isBlank() ? null : text.strip();
  }

  private int textFeatures(Reading reading) {
    return reading.texts().length - (timeField == null ? 0 : 1) - (keyField == null ? 0 : 1);
  }

  /**
   * What a detector that learns by sensor makes of a reading.
   *
   * @param time see {@link #time}
   */
  SensorScorer.Scored scored(SensorScorer scorer, Reading reading, long time) {
    String sensor = sensor(reading);
    return scorer.score(sensor == null ? "" : sensor, time, numbers(reading, time), null);
  }

  /** The numeric features in schema order. */
  double[] numbers(Reading reading) {
    return calendar.isEmpty() ? reading.numbers() : numbers(reading, time(reading));
  }

  /**
   * The numeric features in schema order.
   *
   * @param time see {@link #time}
   */
  double[] numbers(Reading reading, long time) {
    int columns = reading.numbers().length;
    double[] numbers = Arrays.copyOf(reading.numbers(), columns + calendar.size());
    for (int i = 0; i < calendar.size(); i++) {
      numbers[columns + i] = time == Timestamps.INVALID ? Double.NaN : calendar.get(i).of(time);
    }
    return numbers;
  }

  /** The other features in schema order. */
  @Nullable String[] texts(Reading reading) {
    int texts = textFeatures(reading);
    return texts == reading.texts().length
        ? reading.texts()
        : Arrays.copyOf(reading.texts(), texts);
  }

  /** Whether the row has a value of any feature that is a column. */
  boolean hasValue(Reading reading) {
    for (double number : reading.numbers()) {
      if (!Double.isNaN(number)) {
        return true;
      }
    }
    for (int i = textFeatures(reading) - 1; i >= 0; i--) {
      if (reading.texts()[i] != null) {
        return true;
      }
    }
    return false;
  }
}
