// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import io.caddis.detectors.feature.Encoding;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvDecoderTest {
  private static final String HEADER = "ts,sensor,a,b,mode\n";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          5,s,1.5,-2,on            | s@5000 [1.5, -2.0] [on]
          5, s ,\t1.5 , 2,on       | s@5000 [1.5, 2.0] [on]
          "5","s","1.5","2","on"   | s@5000 [1.5, 2.0] [on]
          5,"a ""b"", c",1,2,"x,y" | a "b", c@5000 [1.0, 2.0] [x,y]
          5,s,,2,                  | s@5000 [NaN, 2.0] [null]
          5,s,NaN,NA,on            | s@5000 [NaN, NaN] [on]
          5,s,N/A,Null,NaN         | s@5000 [NaN, NaN] [NaN]
          5,s,none,-,-             | s@5000 [NaN, NaN] [-]
          5,s,-999,2,on            | s@5000 [NaN, 2.0] [on]
          5,s,-9999.0,2,on         | s@5000 [NaN, 2.0] [on]
          5,s,-998.9,2,on          | s@5000 [-998.9, 2.0] [on]
          5,s,ERR,2,on             | s@5000 [NaN, 2.0] [on] NOT_A_NUMBER(a)
          5,s,0x10,2,on            | s@5000 [NaN, 2.0] [on] NOT_A_NUMBER(a)
          5,s,Infinity,2,on        | s@5000 [NaN, 2.0] [on] NOT_A_NUMBER(a)
          5,s,1e400,2,on           | s@5000 [NaN, 2.0] [on] NUMBER_NOT_FINITE(a)
          5,s,1,10.5,on            | s@5000 [1.0, NaN] [on] VALUE_OUT_OF_RANGE(b)
          5,s,1,10,on              | s@5000 [1.0, 10.0] [on]
          5,s,ERR,99,on            | s@5000 [NaN, NaN] [on] NOT_A_NUMBER(a)
          5,s,,,                   | NO_USABLE_VALUE
          5,s,ERR,,                | NO_USABLE_VALUE(a)
          5,s,1,2                  | WRONG_COLUMN_COUNT
          5,s,1,2,on,7             | WRONG_COLUMN_COUNT
          5,s,1,2,"on              | MALFORMED_CSV
          5,s,1,2,"on"x            | MALFORMED_CSV
          5,s,1,2,o"n              | MALFORMED_CSV
          ,s,1,2,on                | MISSING_TIMESTAMP(ts)
          yesterday,s,1,2,on       | INVALID_TIMESTAMP(ts)
          NaN,s,1,2,on             | INVALID_TIMESTAMP(ts)
          9999-01-01,s,1,2,on      | TIMESTAMP_OUT_OF_RANGE(ts)
          2200-01-01,s,1,2,on      | TIMESTAMP_OUT_OF_RANGE(ts)
          1969-12-31,s,1,2,on      | TIMESTAMP_OUT_OF_RANGE(ts)
          1970-01-01,s,1,2,on      | s@0 [1.0, 2.0] [on]
          5,,1,2,on                | MISSING_KEY(sensor)
          5,"  ",1,2,on            | MISSING_KEY(sensor)
          5,a\0b,1,2,on            | INVALID_KEY(sensor)
          ts,sensor,a,b,mode       | REPEATED_HEADER
          """)
  void givesEachLineItsOutcome(String line, String expected) throws IOException {
    String raw = line.replace("\\0", "\0").replace("\\t", "\t");
    List<Parsed> outcomes = Outcomes.read("x.csv", HEADER + raw + "\n");
    assertThat(outcomes).singleElement().extracting(Outcomes::show).isEqualTo(expected);
  }

  @Test
  void missingCodeIsANumberWhereADeclaredMinimumAllowsIt() throws IOException {
    RecordLayout layout =
        new RecordLayout(
            "ts",
            null,
            "s",
            null,
            List.of(new RecordLayout.Column("a", Encoding.NUMERIC, -1000, 1000)),
            RecordLayout.MIN_TIMESTAMP,
            RecordLayout.MAX_TIMESTAMP);
    byte[] file = "ts,a\n5,-999\n".getBytes(StandardCharsets.UTF_8);
    RecordReader reader =
        RecordReader.ofFile(new ByteArrayInputStream(file), "x.csv", layout, Limits.DEFAULT);
    Parsed parsed = reader.next();
    assertThat(parsed).isNotNull();
    assertThat(Outcomes.show(parsed)).isEqualTo("s@5000 [-999.0] []");
  }

  @Test
  void findsColumnsByNameAndKeepsUnknownNumbers() throws IOException {
    String text = "ambient,mode,ts,b,note,,sensor\n20.5,on,5,2,7 or 8,1,s\nNaN,on,5,2,x,1,s\n";
    assertThat(Outcomes.read("x.csv", text))
        .extracting(Outcomes::show)
        .containsExactly("s@5000 [NaN, 2.0] [on] {ambient=20.5}", "s@5000 [NaN, 2.0] [on]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ts,a,a,sensor", "sensor,a,b", "5,s,1,2,on", "ts,\"a", "\0\1\2"})
  void rejectsEveryLineUnderABadHeader(String header) throws IOException {
    assertThat(Outcomes.read("x.csv", header + "\n5,s,1,2\n\n6,s,1,2\n"))
        .extracting(p -> p.rejection().reason())
        .containsExactly(
            RejectionReason.INVALID_HEADER,
            RejectionReason.INVALID_HEADER,
            RejectionReason.INVALID_HEADER);
  }

  @Test
  void aHeaderOfAnotherProgramIsToldWithWhatToDo() throws IOException {
    assertThat(Outcomes.read("x.csv", "ts;sensor;a\n5;s;1\n").get(0).rejection().detail())
        .contains("commas between its columns, was 'ts;sensor;a' with semicolons; convert");
    byte[] utf16 = "ts,sensor,a\n5,s,1\n".getBytes(StandardCharsets.UTF_16);
    assertThat(Outcomes.read("x.csv", utf16, Limits.DEFAULT).get(0).rejection().detail())
        .contains("was UTF-16; convert it: iconv -f UTF-16 -t UTF-8");
  }

  @Test
  void aBinaryFileGivesOnlyRejections() throws IOException {
    byte[] bytes = new byte[10_000];
    new java.util.Random(1).nextBytes(bytes);
    List<Parsed> outcomes = Outcomes.read("x.csv", bytes, Limits.DEFAULT);
    assertThat(outcomes)
        .isNotEmpty()
        .allMatch(p -> p.rejection().reason() == RejectionReason.INVALID_HEADER);
  }

  @Test
  void anEmptyFileOrABareHeaderGivesNothing() throws IOException {
    assertThat(Outcomes.read("x.csv", "")).isEmpty();
    assertThat(Outcomes.read("x.csv", "\n \n")).isEmpty();
    assertThat(Outcomes.read("x.csv", HEADER)).isEmpty();
  }

  @Test
  void skipsTheByteOrderMarkAndBlankLinesAndAcceptsCrlf() throws IOException {
    String text = "\ufeffts,sensor,a,b,mode\r\n\r\n  \r\n5,s,1,2,on\r\nts,sensor,a,b,mode\r\n";
    List<Parsed> outcomes = Outcomes.read("x.csv", text);
    assertThat(outcomes)
        .extracting(Outcomes::show)
        .containsExactly("s@5000 [1.0, 2.0] [on]", "REPEATED_HEADER");
    assertThat(outcomes.get(0).reading().position()).isEqualTo(29);
    assertThat(outcomes.get(1).rejection().line()).isEqualTo(5);
  }

  @Test
  void rejectsInvalidUtf8() throws IOException {
    byte[] bytes =
        (HEADER + "5,s\u00ff,1,2,on\n6,s,1,2,on\n").getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Outcomes.read("x.csv", bytes, Limits.DEFAULT))
        .extracting(Outcomes::show)
        .containsExactly("INVALID_UTF8", "s@6000 [1.0, 2.0] [on]");
  }

  @Test
  void aRejectionSaysWhatStoodWhere() throws IOException {
    String text = HEADER + "5,s,1,2,on\nyesterday,s,1,2,on\n";
    Rejection rejection = Outcomes.read("plant/x.csv", text).get(1).rejection();
    assertThat(rejection)
        .usingRecursiveComparison()
        .isEqualTo(
            new Rejection(
                RejectionReason.INVALID_TIMESTAMP,
                "timestamp must be ISO-8601 or epoch seconds or milliseconds, was 'yesterday'",
                "plant/x.csv",
                HEADER.length() + 11,
                3,
                18,
                "yesterday,s,1,2,on".getBytes(StandardCharsets.UTF_8),
                "ts",
                false));
  }

  @Test
  void aFaultyCellIsReportedBesideTheReading() throws IOException {
    Parsed parsed = Outcomes.read("x.csv", HEADER + "5,s,ERR,99,on\n").get(0);
    assertThat(parsed.rejection().scored()).isTrue();
    assertThat(parsed.rejection().detail())
        .isEqualTo("a must be a number, was 'ERR'; also b: VALUE_OUT_OF_RANGE");
  }

  @Test
  void everyLimitHoldsAtTheLimitAndRejectsOneBeyond() throws IOException {
    Limits limits = new Limits(40, 6, 4, 3, 5, 5, 8);
    String text =
        HEADER
            + "5,sssss,1234,2,onn\n"
            + "5,ssssss,1,2,on\n"
            + "5,s,12345,2,on\n"
            + "5,s,1,2,onnn\n"
            + "5,s,1,2,on,6\n"
            + "5,s,1,2,\""
            + "n".repeat(30)
            + "\"\n"
            + "5,s,1,2,\""
            + "n".repeat(31)
            + "\"\n"
            + "6,s,1,2,on\n";
    List<Parsed> outcomes = Outcomes.read("x.csv", text.getBytes(StandardCharsets.UTF_8), limits);
    assertThat(outcomes)
        .extracting(Outcomes::show)
        .containsExactly(
            "sssss@5000 [1234.0, 2.0] [onn]",
            "INVALID_KEY(sensor)",
            "s@5000 [NaN, 2.0] [on] LIMIT_EXCEEDED(a)",
            "s@5000 [1.0, 2.0] [null] TEXT_TOO_LONG(mode)",
            "LIMIT_EXCEEDED",
            "s@5000 [1.0, 2.0] [null] TEXT_TOO_LONG(mode)",
            "LINE_TOO_LONG",
            "s@6000 [1.0, 2.0] [on]");
    assertThat(outcomes.get(6).rejection().raw()).hasSize(6);
    assertThat(outcomes.get(6).rejection().length()).isEqualTo(41);
  }

  @Test
  void aLayoutWithoutKeyNamesTheSensorAfterTheSource() {
    byte[] line = "5,1,on,2".getBytes(StandardCharsets.UTF_8);
    assertThat(
            Outcomes.show(
                CsvDecoder.withoutHeader("plant/pump.7.csv", withoutKey(null), Limits.DEFAULT)
                    .decode(line, 0, line.length, 9, 1)))
        .isEqualTo("pump.7@5000 [1.0, 2.0] [on]");
    assertThat(
            Outcomes.show(
                CsvDecoder.withoutHeader("pump", withoutKey("all"), Limits.DEFAULT)
                    .decode(line, 0, line.length, 9, 1)))
        .isEqualTo("all@5000 [1.0, 2.0] [on]");
  }

  private static RecordLayout withoutKey(@Nullable String sensor) {
    return new RecordLayout(
        "ts",
        null,
        sensor,
        null,
        Outcomes.LAYOUT.columns(),
        RecordLayout.MIN_TIMESTAMP,
        RecordLayout.MAX_TIMESTAMP);
  }
}
