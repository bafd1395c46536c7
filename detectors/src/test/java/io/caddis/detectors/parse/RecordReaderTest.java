// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.RejectionReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
  private static final String CSV = "ts,sensor,a,b,mode\n";
  private static final String JSON = "{\"ts\":5,\"sensor\":\"s\",\"a\":1}";

  @Test
  void takesTheFormatFromTheNameElseFromTheFirstLine() throws IOException {
    assertThat(Outcomes.read("x.ndjson", JSON)).allMatch(p -> p.reading() != null);
    assertThat(Outcomes.read("X.JSON", JSON)).allMatch(p -> p.reading() != null);
    assertThat(Outcomes.read("x.txt", "\ufeff  \n\n " + JSON)).allMatch(p -> p.reading() != null);
    assertThat(Outcomes.read("x", CSV + "5,s,1,2,on")).allMatch(p -> p.reading() != null);
    assertThat(Outcomes.read("x.csv", JSON))
        .allMatch(p -> p.rejection().reason() == RejectionReason.INVALID_HEADER);
  }

  @Test
  void ofACompressedFileOneRejectionIsRead() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write((CSV + "5,s,1,2,on\n".repeat(1000)).getBytes(StandardCharsets.UTF_8));
    }
    assertThat(Outcomes.read("x.csv", bytes.toByteArray(), Limits.DEFAULT))
        .singleElement()
        .matches(p -> p.rejection().reason() == RejectionReason.UNREADABLE_SOURCE);
  }

  @Test
  void aHugeLineCostsOnlyItself() throws IOException {
    String text = CSV + "5,s,1,2,on\n" + "x".repeat(3 << 20) + "\n6,s,1,2,on\n";
    assertThat(Outcomes.read("x.csv", text))
        .extracting(Outcomes::show)
        .containsExactly("s@5000 [1.0, 2.0] [on]", "LINE_TOO_LONG", "s@6000 [1.0, 2.0] [on]");
  }

  @Test
  void aConnectionsLastLineMustBeWhole() throws IOException {
    byte[] bytes = "5,s,1,on,2\n6,s,1,on,2".getBytes(StandardCharsets.UTF_8);
    RecordReader reader =
        RecordReader.ofConnection(
            new ByteArrayInputStream(bytes), "host:1", Outcomes.LAYOUT, Limits.DEFAULT);
    assertThat(Outcomes.show(reader.next())).isEqualTo("s@5000 [1.0, 2.0] [on]");
    assertThat(Outcomes.show(reader.next())).isEqualTo("UNREADABLE_SOURCE");
    assertThat(reader.next()).isNull();
  }

  @Test
  void continuesAfterEveryRecord() throws IOException {
    String text = "\ufeff" + CSV + "5,s,1,2,on\n\nERR\r\n6,s,1,2,on\n7,s,x,2,on";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<String> whole = outcomes(file(bytes, 0));
    RecordReader first = file(bytes, 0);
    for (int done = 1; first.next() != null; done++) {
      // The header is read from the start of the file, the rest from where the first reader is.
      int at = (int) first.nextPosition();
      ByteArrayInputStream in = new ByteArrayInputStream(bytes);
      RecordReader rest = RecordReader.ofFile(in, "x.csv", Outcomes.LAYOUT, Limits.DEFAULT);
      rest.readHeader();
      in.reset();
      assertThat(in.skip(at)).isEqualTo(at);
      rest.continueAt(at, first.linesRead());
      assertThat(outcomes(rest)).isEqualTo(whole.subList(done, whole.size()));
    }
  }

  @Property
  void randomBytesNeverThrowAndEveryLineHasOneOutcome(@ForAll @Size(max = 200) byte[] bytes)
      throws IOException {
    byte[] csv = (CSV + "x").getBytes(StandardCharsets.UTF_8);
    csv = join(csv, bytes);
    assertThat(Outcomes.read("x.csv", csv, Limits.DEFAULT)).hasSize(lines(csv) - 1);
    assertThat(Outcomes.read("x.json", bytes, Limits.DEFAULT)).hasSize(lines(bytes));
    Outcomes.read("x", bytes, Limits.DEFAULT);
  }

  @Property
  void everyNonBlankLineGivesOneValidOrRejectedOutcome(
      @ForAll("csvLines") @Size(max = 30) List<String> csv,
      @ForAll("jsonLines") @Size(max = 30) List<String> json)
      throws IOException {
    check(Outcomes.read("x.csv", CSV + String.join("\n", csv)), csv);
    check(Outcomes.read("x.json", String.join("\n", json)), json);
  }

  private static void check(List<Parsed> outcomes, List<String> lines) {
    assertThat(outcomes).hasSize((int) lines.stream().filter(line -> !line.isBlank()).count());
    for (Parsed outcome : outcomes) {
      if (outcome.reading() == null) {
        assertThat(outcome.rejection().scored()).isFalse();
      } else if (outcome.rejection() != null) {
        assertThat(outcome.rejection().scored()).isTrue();
      }
      assertThat(outcome.reading() == null && outcome.rejection() == null).isFalse();
    }
  }

  @Provide
  Arbitrary<List<String>> csvLines() {
    Arbitrary<String> cell =
        Arbitraries.of(
            "",
            " ",
            "5",
            "-1",
            "2020-03-01T15:44:06Z",
            "s",
            "NaN",
            "1e400",
            "\"",
            "\"a,b\"",
            "\"a\"\"b\"",
            "é",
            "\0",
            "9999-01-01",
            "\t");
    return cell.list().ofMinSize(1).ofMaxSize(7).map(cells -> String.join(",", cells)).list();
  }

  @Provide
  Arbitrary<List<String>> jsonLines() {
    return Arbitraries.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"ts\"",
            "\"sensor\"",
            "\"a\"",
            "\"mode\"",
            "5",
            "1e400",
            "null",
            "NaN",
            "\"s\"",
            " ",
            "\\",
            JSON)
        .list()
        .ofMaxSize(8)
        .map(parts -> String.join("", parts))
        .list();
  }

  private static RecordReader file(byte[] bytes, int from) {
    return RecordReader.ofFile(
        new ByteArrayInputStream(bytes, from, bytes.length - from),
        "x.csv",
        Outcomes.LAYOUT,
        Limits.DEFAULT);
  }

  private static List<String> outcomes(RecordReader reader) throws IOException {
    List<String> outcomes = new ArrayList<>();
    for (Parsed next = reader.next(); next != null; next = reader.next()) {
      long position =
          next.reading() == null ? next.rejection().position() : next.reading().position();
      long line = next.rejection() == null ? 0 : next.rejection().line();
      outcomes.add(Outcomes.show(next) + " " + position + " " + line);
    }
    return outcomes;
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] joined = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }

  /** Lines that are not blank, cut only at newlines. */
  private static int lines(byte[] bytes) {
    int count = 0;
    for (String line : new String(bytes, StandardCharsets.ISO_8859_1).split("\n")) {
      String content = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
      count += content.matches("[ \t]*") ? 0 : 1;
    }
    return count;
  }
}
