// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.caddis.detectors.feature.Encoding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class SchemaInferenceTest {
  @Test
  void findsTimeKeyAndColumnsOfOneFile() {
    RecordLayout layout =
        infer(file("a.csv", "\ufeffTimestamp,Key,x,mode\r\n5,s,1,on\r\n\r\n6,s,NaN,off\r\n"));
    assertThat(layout.timeField()).isEqualTo("Timestamp");
    assertThat(layout.keyField()).isEqualTo("Key");
    assertThat(columns(layout)).isEqualTo("x:NUMERIC mode:CATEGORY");
  }

  @Test
  void prefersTimestampToTheOtherNames() {
    assertThat(infer(file("a.csv", "datetime,time,ts,timestamp,x\n1,2,3,4,5\n")).timeField())
        .isEqualTo("timestamp");
    assertThat(infer(file("a.csv", "datetime,time,TS,x\n1,2,3,4\n")).timeField()).isEqualTo("TS");
    assertThat(infer(file("a.csv", "ts,sensor_id,sensor,x\n1,2,3,4\n")).keyField())
        .isEqualTo("sensor");
  }

  @Test
  void unitesTheColumnsOfAllFilesInNameOrder() {
    RecordLayout layout =
        infer(
            file("b.csv", "x,ts,y\n1,5,2\n"),
            file("c.json", "{\"ts\":5,\"z\":1,\"x\":3,\"deep\":{\"q\":1}}\n"),
            file("a.csv", "ts,w,x\n5,on,1\n"));
    assertThat(columns(layout)).isEqualTo("w:CATEGORY x:NUMERIC y:NUMERIC z:NUMERIC");
    assertThat(layout.keyField()).isNull();
  }

  @Test
  void aColumnIsNumericWhenHalfOfItsValuesAreNumbers() {
    String half = "5,1\n5,2\n5,ERR\n5,1e400x\n5,\n";
    assertThat(columns(infer(file("a.csv", "ts,x\n" + half)))).isEqualTo("x:NUMERIC");
    assertThat(columns(infer(file("a.csv", "ts,x\n" + half + "5,ERR\n")))).isEqualTo("x:CATEGORY");
  }

  @Test
  void textThatASensorSeldomChangesIsSteady() {
    StringBuilder csv = new StringBuilder("ts,place,mode,request,sensor,x\n");
    StringBuilder json = new StringBuilder();
    for (int row = 0; row < 400; row++) {
      // twice in 40 readings a sensor changes its mode, and its request each time
      String place = "hall " + row % 2;
      String mode = row / 2 % 40 < 21 ? "run" : "idle";
      String request = "/page/" + row % 6;
      csv.append("%d,%s,%s,%s,s%d,%d%n".formatted(row, place, mode, request, row % 2, row));
      json.append(
          "{\"place\":\"%s\",\"mode\":\"%s\",\"request\":\"%s\",\"sensor\":\"s%d\",\"ts\":%d,\"x\":1}%n"
              .formatted(place, mode, request, row % 2, row));
    }
    assertThat(steady(infer(file("a.csv", csv.toString())))).containsExactly("place", "mode");
    assertThat(steady(infer(file("a.json", json.toString())))).containsExactly("place", "mode");
    // without the sensors' names all rows are of one, whose place changes all the time
    String unnamed = csv.toString().replace("sensor", "from");
    assertThat(steady(infer(file("a.csv", unnamed)))).containsExactly("mode");
  }

  @Test
  void textThatNoSensorHasTwiceIsNotSteady() {
    assertThat(steady(infer(file("a.csv", "ts,mode,sensor\n5,run,a\n6,run,b\n")))).isEmpty();
    assertThat(steady(infer(file("a.csv", "ts,mode,sensor\n5,run,a\n6,run,a\n"))))
        .containsExactly("mode");
  }

  private static List<String> steady(RecordLayout layout) {
    return layout.columns().stream()
        .filter(RecordLayout.Column::steady)
        .map(RecordLayout.Column::name)
        .toList();
  }

  @Test
  void aJsonStringIsTextEvenWhenItLooksLikeANumber() {
    assertThat(columns(infer(file("a.json", "{\"ts\":5,\"x\":\"1\",\"y\":2,\"z\":true}"))))
        .isEqualTo("x:CATEGORY y:NUMERIC z:CATEGORY");
  }

  @Test
  void leavesOutColumnsWithoutValuesAndFilesWithoutTime() {
    RecordLayout layout =
        infer(
            file("README.md", "about,this\n1,2\n"),
            file("a.csv", "ts,x,empty,\n5,1,,9\n"),
            file("b.bin", "\0\1\2\3"));
    assertThat(columns(layout)).isEqualTo("x:NUMERIC");
  }

  @Test
  void declaredNamesGoBeforeKnownOnes() {
    RecordLayout layout =
        SchemaInference.infer(
            List.of(file("a.csv", "ts,when,who,key\n5,6,s,1\n")),
            new SchemaInference.Options("when", "who", 1 << 20, Limits.DEFAULT));
    assertThat(layout.timeField()).isEqualTo("when");
    assertThat(layout.keyField()).isEqualTo("who");
    assertThat(columns(layout)).isEqualTo("ts:NUMERIC key:NUMERIC");
  }

  @Test
  void withoutATimeColumnTheErrorListsWhatWasFound() {
    assertThatThrownBy(() -> infer(file("a.csv", "date,x\n5,1\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[date, x]")
        .hasMessageContaining("--time COL");
    assertThatThrownBy(() -> infer(file("a.csv", "ts\n5\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("beside the time column 'ts'");
    assertThatThrownBy(
            () ->
                SchemaInference.infer(
                    List.of(file("a.csv", "ts,x\n5,1\n")),
                    new SchemaInference.Options(null, "who", 1 << 20, Limits.DEFAULT)))
        .hasMessageContaining("'who'");
  }

  @Test
  void aFileThatCannotBeReadIsNamedWithWhatIsWrongAndWhatToDo() throws IOException {
    String rows = "time,sensor,x\n5,a,1\n";
    assertThat(error(file("a.csv", rows.replace(',', ';'))))
        .isEqualTo(
            "a.csv: line 1: header must have commas between its columns, was 'time;sensor;x' with"
                + " semicolons; convert the file");
    assertThat(error(file("a.csv", "\n\"time\"\t\"x\"\n5\t1\n")))
        .startsWith("a.csv: line 2: header must have commas")
        .contains("tabs");
    for (Charset utf16 :
        List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      assertThat(error(new CountedFile("a.csv", rows.getBytes(utf16))))
          .startsWith("a.csv: line 1:")
          .contains("was UTF-16; convert it: iconv");
    }
    assertThat(error(new CountedFile("a.csv", "time,°C\n".getBytes(StandardCharsets.ISO_8859_1))))
        .isEqualTo("a.csv: line 1: a line must be UTF-8, was 0xb0 at byte 5");
    assertThat(error(file("a.csv", "time,sensor,x\n5,a,1,\n6,a,1,\n")))
        .isEqualTo("a.csv: line 2: a line must have 3 fields as the header has, was 4");
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(rows.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(error(new CountedFile("a.csv", zipped.toByteArray())))
        .isEqualTo("a.csv: a source must be plain text, was compressed (gzip); decompress it");
    assertThat(error(file("a.csv", ""))).isEqualTo("a.csv: must hold lines, was empty");
    assertThat(error(file("a.csv", "time,x\n")))
        .isEqualTo("a.csv: must hold lines below the header, has none");
    assertThat(error(file("a.json", "[\n{\"time\":5,\n\"x\":1}]\n")))
        .isEqualTo("a.json: line 1: a line must be one JSON object, begins with another value");
  }

  @Test
  void ofSeveralFilesTheOnesAtFaultAreNamed() {
    assertThat(error(file("a.csv", ""), file("b.csv", "date,x\n5,1\n")))
        .contains("found only [date, x] in b.csv;")
        .endsWith("\na.csv: must hold lines, was empty");
  }

  @Test
  void aTableWithOtherSeparatorsIsNotOneColumnOfText() {
    assertThatThrownBy(
            () ->
                SchemaInference.inferTable(
                    file("a.csv", "x;y\n1;2\n"), SchemaInference.Options.DEFAULT, Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a.csv: line 1: header must have commas");
  }

  private static String error(SchemaInference.Input... inputs) {
    return catchThrowableOfType(IllegalArgumentException.class, () -> infer(inputs)).getMessage();
  }

  @Test
  void readsNoMoreThanItsShareAndSurvivesUnreadableFiles() {
    CountedFile large = new CountedFile("b.csv", "ts,x\n" + "5,1\n".repeat(1 << 20));
    SchemaInference.Input broken =
        new SchemaInference.Input() {
          @Override
          public String name() {
            return "a.csv";
          }

          @Override
          public InputStream open() throws IOException {
            throw new IOException("gone");
          }
        };
    RecordLayout layout =
        SchemaInference.infer(
            List.of(large, broken),
            new SchemaInference.Options(null, null, 1 << 18, Limits.DEFAULT));
    assertThat(columns(layout)).isEqualTo("x:NUMERIC");
    assertThat(large.read()).isLessThan(1 << 19);
  }

  private static RecordLayout infer(SchemaInference.Input... inputs) {
    return SchemaInference.infer(List.of(inputs), SchemaInference.Options.DEFAULT);
  }

  private static String columns(RecordLayout layout) {
    return layout.columns().stream()
        .map(c -> c.name() + ":" + (c.encoding() == Encoding.NUMERIC ? "NUMERIC" : c.encoding()))
        .collect(Collectors.joining(" "));
  }

  private static CountedFile file(String name, String text) {
    return new CountedFile(name, text);
  }

  private static final class CountedFile implements SchemaInference.Input {
    private final String name;
    private final byte[] bytes;
    private ByteArrayInputStream stream;

    CountedFile(String name, String text) {
      this(name, text.getBytes(StandardCharsets.UTF_8));
    }

    CountedFile(String name, byte[] bytes) {
      this.name = name;
      this.bytes = bytes;
      this.stream = new ByteArrayInputStream(bytes);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public InputStream open() {
      stream = new ByteArrayInputStream(bytes);
      return stream;
    }

    int read() {
      return bytes.length - stream.available();
    }
  }
}
