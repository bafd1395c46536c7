// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.parquet;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.JulianFields;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A row as a JSON object. Integers, floating-point numbers and decimals are numbers, Booleans true
 * and false, dates and timestamps ISO 8601 in UTC, other bytes text in UTF-8. Nulls, NaN and
 * infinities, repeated and nested columns are left out.
 */
final class JsonRow {
  private static final JsonFactory JSON = new JsonFactory();

  private final GroupType type;
  private final int[] fields;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);

  /**
   * @param wanted which columns to write, by name
   */
  JsonRow(GroupType type, Predicate<String> wanted) {
    this.type = type;
    List<Integer> chosen = new ArrayList<>();
    for (int field = 0; field < type.getFieldCount(); field++) {
      if (isCell(type.getType(field)) && wanted.test(type.getFieldName(field))) {
        chosen.add(field);
      }
    }
    fields = chosen.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Whether a column has one value a row at most, which JSON can express. */
  static boolean isCell(Type column) {
    boolean fixed =
        column.isPrimitive()
            && column.asPrimitiveType().getPrimitiveTypeName()
                == PrimitiveType.PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
    LogicalTypeAnnotation logical = column.getLogicalTypeAnnotation();
    return column.isPrimitive()
        && !column.isRepetition(Type.Repetition.REPEATED)
        && !(logical instanceof Float16LogicalTypeAnnotation)
        && !(logical instanceof UUIDLogicalTypeAnnotation)
        && (!fixed || logical instanceof DecimalLogicalTypeAnnotation);
  }

  /** The object in UTF-8, without a line end. */
  byte[] of(Group row) {
    bytes.reset();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      for (int field : fields) {
        if (row.getFieldRepetitionCount(field) > 0) {
          json.writeName(type.getFieldName(field));
          value(row, field, json);
        }
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private void value(Group row, int field, JsonGenerator json) {
    PrimitiveType column = type.getType(field).asPrimitiveType();
    LogicalTypeAnnotation logical = column.getLogicalTypeAnnotation();
    switch (column.getPrimitiveTypeName()) {
      case BOOLEAN -> json.writeBoolean(row.getBoolean(field, 0));
      case FLOAT -> number(row.getFloat(field, 0), json);
      case DOUBLE -> number(row.getDouble(field, 0), json);
      case INT32 -> integer(row.getInteger(field, 0), 32, logical, json);
      case INT64 -> integer(row.getLong(field, 0), 64, logical, json);
      case INT96 -> {
        NanoTime time = NanoTime.fromBinary(row.getInt96(field, 0));
        LocalDate day = LocalDate.EPOCH.with(JulianFields.JULIAN_DAY, time.getJulianDay());
        json.writeString(
            day.atStartOfDay(ZoneOffset.UTC)
                .toInstant()
                .plusNanos(time.getTimeOfDayNanos())
                .toString());
      }
      case BINARY, FIXED_LEN_BYTE_ARRAY -> {
        if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
          byte[] unscaled = row.getBinary(field, 0).getBytes();
          json.writeNumber(new BigDecimal(new BigInteger(unscaled), decimal.getScale()));
        } else {
          json.writeString(row.getBinary(field, 0).toStringUsingUTF8());
        }
      }
    }
  }

  private static void number(double value, JsonGenerator json) {
    if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeNull();
    }
  }

  private static void integer(
      long value, int bits, LogicalTypeAnnotation logical, JsonGenerator json) {
    if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
      long perSecond =
          switch (timestamp.getUnit()) {
            case MILLIS -> 1_000;
            case MICROS -> 1_000_000;
            case NANOS -> 1_000_000_000;
          };
      Instant second = Instant.ofEpochSecond(Math.floorDiv(value, perSecond));
      json.writeString(
          second
              .plusNanos(Math.floorMod(value, perSecond) * (1_000_000_000 / perSecond))
              .toString());
    } else if (logical instanceof DateLogicalTypeAnnotation) {
      json.writeString(LocalDate.ofEpochDay(value) + "T00:00:00Z");
    } else if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      json.writeNumber(BigDecimal.valueOf(value, decimal.getScale()));
    } else if (logical instanceof IntLogicalTypeAnnotation integer && !integer.isSigned()) {
      json.writeNumber(
          bits == 32
              ? BigInteger.valueOf(Integer.toUnsignedLong((int) value))
              : new BigInteger(Long.toUnsignedString(value)));
    } else {
      json.writeNumber(value);
    }
  }
}
