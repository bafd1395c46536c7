// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Values that no cell should have: each in every field, in every way of writing it. Lines are held
 * as strings of which each character is a byte, since some of them are no text.
 */
final class HostileCells {
  static final List<String> FIELDS =
      List.of("timestamp", "sensor", "temperature", "vibration", "pressure", "mode", "extra");

  private static final List<String> NUMBERS =
      List.of(
          "NaN nan -NaN Infinity -Infinity inf 1e400 -1e400 1e-400 1e308 -1e308 4.9e-324",
          "1.7976931348623159e308 2.2250738585072012e-308 0x1p3 0x10 0b1 0o7 12d 12f 12L 1_000",
          "1.5.5 1e 1e+ 1e- e5 .5 5. . + - -- --1 +-1 ++1 00012 -0 -0.0 +0 1e99999999999 5-",
          "1e-99999999999 1e5e5 (5) 5% $5 1E5 1e+5 -999 -9999 -999.0 9223372036854775807",
          "9223372036854775808 -9223372036854775809 18446744073709551616 2147483648 true false",
          "null NULL none N/A NA undefined");

  private static final List<String> TIMES =
      List.of(
          "0 -1 1 99999999999 100000000000 7258118399999 7258118400000 253402300799 1e12",
          "-9223372036854775808 1577836800. 1577836800.123456789 1577836800.1234567890",
          "1970-01-01 1969-12-31T23:59:59Z 1970-01-01T00:00:00Z 2199-12-31T23:59:59.999Z",
          "2200-01-01T00:00:00Z 0000-01-01T00:00:00Z 9999-12-31T23:59:59Z 10000-01-01T00:00:00Z",
          "-0001-01-01T00:00:00Z +2020-01-01T00:00:00Z 2020-02-30T00:00:00Z 2021-02-29 2020-13-01",
          "2020-00-01 2020-01-00 2020-01-32 2020-01-01T24:00:00Z 2020-01-01T23:60:00Z",
          "2020-01-01T23:59:60Z 2020-01-01T00:00:00+19:00 2020-01-01T00:00:00+18:00",
          "2020-01-01T00:00:00+0000 2020-01-01T00:00:00+00:60 2020-01-01T00:00:00z",
          "2020-01-01t00:00:00Z 2020-01-01T00 2020-01-01T00:00 2020-01-01T00:00:00.Z",
          "2020-01-01T00:00:00.1234567890Z 2020-1-1 01/02/2020 20200101T000000Z 2020-W01-1",
          "2020-001 now 2020-01-01T00:00:00Z[Europe/Berlin] 2099-01-01T00:00:00Z 2038-01-19");

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "\t",
          "\"",
          "\"\"",
          "\"\"\"",
          "'",
          ",",
          ",,,",
          ";",
          "\\",
          "\\\\",
          "\\n",
          "\\u0000",
          "\\ud800",
          "\0",
          "\u0001",
          "\u0007",
          "\u001b[31m",
          "\u007f",
          "\u0085",
          "\u2028",
          "\u2029",
          "\ufeff",
          "\uffff",
          "\ufffd",
          "\u200b",
          "\u202edlrow",
          "e\u0301",
          "\u00bd",
          "\u221e",
          "\uff11\uff12",
          "\u0661\u0662",
          "1\u00a0000",
          "\ud835\udcb3",
          "\r",
          "a\rb",
          "../../etc/passwd",
          "/etc/passwd",
          "..\\..\\x",
          "C:\\CON",
          "%00",
          "%0d%0a",
          "%s%n%x",
          "${jndi:ldap://localhost/a}",
          "${env:HOME}",
          "{{7*7}}",
          "<script>alert(1)</script>",
          "'; DROP TABLE scores;--",
          "=1+1",
          "@SUM(1)",
          "__proto__",
          "constructor",
          "{}",
          "[]",
          "{\"a\":1}",
          "[1,2]",
          "[1,",
          "{\"a\":",
          "}",
          "]",
          "#",
          "timestamp",
          "event_id",
          "_",
          ".",
          "..");

  /** Too long for a number, a name, a text or a block of what is read; nested too deep. */
  private static final List<String> LONG =
      List.of(
          "9".repeat(64),
          "9".repeat(65),
          "9".repeat(20_000),
          "0." + "0".repeat(63) + "1",
          "1" + "0".repeat(400),
          "k".repeat(256),
          "k".repeat(257),
          "t".repeat(4_096),
          "t".repeat(4_097),
          "t".repeat(70_000),
          "[".repeat(33),
          "[".repeat(5_000),
          "[".repeat(33) + "]".repeat(33),
          "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000),
          "\"".repeat(1_001),
          ",".repeat(5_000));

  /** No UTF-8: too long, cut off, beyond Unicode, half a pair, and bytes that it does not have. */
  private static final List<String> BYTES =
      List.of(
          "\u00c0\u00af",
          "\u0080",
          "\u00ff",
          "\u00fe\u00ff",
          "\u00ed\u00a0\u0080",
          "\u00f4\u0090\u0080\u0080",
          "\u00e2\u0082",
          "\u00f8\u0088\u0080\u0080\u0080");

  private static final List<String> VALUES =
      Stream.of(
              Stream.of(NUMBERS, TIMES)
                  .flatMap(List::stream)
                  .flatMap(line -> Stream.of(line.split(" "))),
              TEXTS.stream().map(HostileCells::bytes),
              LONG.stream(),
              BYTES.stream())
          .flatMap(values -> values)
          .toList();

  /** How a value is written. */
  private enum Form {
    CSV,
    CSV_QUOTED,
    JSON,
    JSON_STRING,
    JSON_LIST,
    JSON_OBJECT,
    /** After the field itself. */
    JSON_TWICE
  }

  /** A hostile value in its place. */
  record Case(int field, boolean json, String written) {}

  private HostileCells() {}

  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** All values by themselves. */
  static List<String> values() {
    return VALUES;
  }

  /** All values in all fields in all forms, of lines of one kind. */
  static List<Case> cases(boolean json) {
    List<Case> cases = new ArrayList<>();
    for (String value : VALUES) {
      for (int field = 0; field < FIELDS.size(); field++) {
        for (Form form : Form.values()) {
          if (form.name().startsWith("JSON") == json) {
            cases.add(new Case(field, json, written(value, field, form)));
          }
        }
      }
    }
    return cases;
  }

  private static String written(String value, int field, Form form) {
    String string = '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    return switch (form) {
      case CSV, JSON -> value;
      case CSV_QUOTED -> '"' + value.replace("\"", "\"\"") + '"';
      case JSON_STRING -> string;
      case JSON_LIST -> '[' + value + ']';
      case JSON_OBJECT -> "{\"v\":" + value + '}';
      case JSON_TWICE -> "1,\"" + FIELDS.get(field) + "\":" + string;
    };
  }

  /**
   * A line without its end.
   *
   * @param cells as CSV has them, one a field
   */
  static String line(List<String> cells, boolean json) {
    return joined(written(cells, json), json);
  }

  /** The line of a case, with other cells as given. */
  static String line(List<String> cells, Case hostile) {
    List<String> written = written(cells, hostile.json());
    written.set(hostile.field(), hostile.written());
    return joined(written, hostile.json());
  }

  private static List<String> written(List<String> cells, boolean json) {
    List<String> written = new ArrayList<>(cells);
    if (json) {
      for (String text : List.of("timestamp", "sensor", "mode")) {
        int field = FIELDS.indexOf(text);
        written.set(field, '"' + cells.get(field) + '"');
      }
    }
    return written;
  }

  private static String joined(List<String> written, boolean json) {
    if (!json) {
      return String.join(",", written);
    }
    StringBuilder line = new StringBuilder();
    for (int field = 0; field < written.size(); field++) {
      line.append(field == 0 ? "{\"" : ",\"").append(FIELDS.get(field)).append("\":");
      line.append(written.get(field));
    }
    return line.append('}').toString();
  }
}
