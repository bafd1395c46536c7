// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.feature.Feature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonLinesDecoderTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"ts":5,"sensor":"s","a":1.5,"b":-2,"mode":"on"}   | s@5000 [1.5, -2.0] [on]
          {"ts":5.25,"sensor":7,"a":1e2}                     | 7@5250 [100.0, NaN] [null]
          {"ts":"1970-01-01T00:00:05Z","sensor":" s ","a":1} | s@5000 [1.0, NaN] [null]
          {"ts":5,"sensor":"s","mode":200}                   | s@5000 [NaN, NaN] [200]
          {"ts":5,"sensor":"s","mode":true}                  | s@5000 [NaN, NaN] [true]
          {"ts":5,"sensor":"s","a":1,"x":2,"y":"2","z":{"a":[3]}} | s@5000 [1.0, NaN] [null] {x=2.0}
          {"ts":5,"sensor":"s","a":1,"x":1e400}              | s@5000 [1.0, NaN] [null]
          {"ts":5,"sensor":"s","a":1,"b":null}               | s@5000 [1.0, NaN] [null]
          {"ts":5,"sensor":"s","a":-999,"b":2}               | s@5000 [NaN, 2.0] [null]
          {"ts":5,"sensor":"s","a":1,"x":-999}               | s@5000 [1.0, NaN] [null]
          {"ts":5,"sensor":"s","a":"1","b":2}                | s@5000 [NaN, 2.0] [null] WRONG_TYPE(a)
          {"ts":5,"sensor":"s","a":true,"b":2}               | s@5000 [NaN, 2.0] [null] WRONG_TYPE(a)
          {"ts":5,"sensor":"s","a":[1],"b":2}                | s@5000 [NaN, 2.0] [null] WRONG_TYPE(a)
          {"ts":5,"sensor":"s","mode":{},"b":2}              | s@5000 [NaN, 2.0] [null] WRONG_TYPE(mode)
          {"ts":5,"sensor":"s","a":1e400,"b":2}              | s@5000 [NaN, 2.0] [null] NUMBER_NOT_FINITE(a)
          {"ts":5,"sensor":"s","a":1,"b":11}                 | s@5000 [1.0, NaN] [null] VALUE_OUT_OF_RANGE(b)
          {"ts":5,"sensor":"s","a":1,"mode":"\\ud800"}       | s@5000 [1.0, NaN] [null] INVALID_UTF8(mode)
          {"ts":5,"sensor":"s","a":null}                     | NO_USABLE_VALUE
          {"ts":5,"sensor":"s","a":"x"}                      | NO_USABLE_VALUE(a)
          {"ts":null,"sensor":"s","a":1}                     | MISSING_TIMESTAMP(ts)
          {"sensor":"s","a":1}                               | MISSING_TIMESTAMP(ts)
          {"ts":true,"sensor":"s","a":1}                     | INVALID_TIMESTAMP(ts)
          {"ts":1e3,"sensor":"s","a":1}                      | INVALID_TIMESTAMP(ts)
          {"ts":"now","sensor":"s","a":1}                    | INVALID_TIMESTAMP(ts)
          {"ts":-5,"sensor":"s","a":1}                       | TIMESTAMP_OUT_OF_RANGE(ts)
          {"ts":5,"a":1}                                     | MISSING_KEY(sensor)
          {"ts":5,"sensor":"","a":1}                         | MISSING_KEY(sensor)
          {"ts":5,"sensor":1.5,"a":1}                        | INVALID_KEY(sensor)
          {"ts":5,"sensor":["s"],"a":1}                      | INVALID_KEY(sensor)
          {"ts":5,"sensor":"a\\u0000b","a":1}                | INVALID_KEY(sensor)
          {"ts":5,"sensor":"a\\udc00b","a":1}                | INVALID_KEY(sensor)
          {"ts":5,"sensor":"s","a":1,"a":1}                  | MALFORMED_JSON
          {"ts":5,"sensor":"s","a":1} {}                     | MALFORMED_JSON
          {"ts":5,"sensor":"s","a":NaN}                      | MALFORMED_JSON
          {"ts":5,"sensor":"s","a":Infinity}                 | MALFORMED_JSON
          {"ts":5,"sensor":"s","a":01}                       | MALFORMED_JSON
          {"ts":5,"sensor":"s","a":+1}                       | MALFORMED_JSON
          {"ts":5,"sensor":"s","a":.5}                       | MALFORMED_JSON
          {"ts":5,"sensor":"s","a":1,}                       | MALFORMED_JSON
          {"ts":5,"sensor":"s","a":1                         | MALFORMED_JSON
          {'ts':5}                                           | MALFORMED_JSON
          {"ts":5,"sensor":"s","a":1}//                      | MALFORMED_JSON
          [{"ts":5,"sensor":"s","a":1}]                      | MALFORMED_JSON
          5                                                  | MALFORMED_JSON
          nonsense                                           | MALFORMED_JSON
          """)
  void givesEachLineItsOutcome(String line, String expected) throws IOException {
    List<Parsed> outcomes = Outcomes.read("x.jsonl", line + "\n");
    assertThat(outcomes).singleElement().extracting(Outcomes::show).isEqualTo(expected);
  }

  @Test
  void refusesOverlongUtf8AndOtherEncodings() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes("{\"ts\":5,\"sensor\":\"s".getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(new byte[] {(byte) 0xc0, (byte) 0xaf});
    bytes.writeBytes("\",\"a\":1}\n".getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes("{\"ts\":5,\"sensor\":\"s\",\"a\":1}".getBytes(StandardCharsets.UTF_16LE));
    assertThat(Outcomes.read("x.json", bytes.toByteArray(), Limits.DEFAULT))
        .extracting(Outcomes::show)
        .containsExactly("INVALID_UTF8", "MALFORMED_JSON");
  }

  @Test
  void everyLimitHoldsAtTheLimitAndRejectsOneBeyond() throws IOException {
    Limits limits = new Limits(200, 10, 4, 3, 5, 4, 3);
    String text =
        """
        {"ts":5,"sensor":"sssss","a":1234,"mode":"onn"}
        {"ts":5,"sensor":"ssssss","a":1}
        {"ts":5,"sensor":"s","a":12345,"b":1}
        {"ts":5,"sensor":"s","a":1,"mode":"onnn"}
        {"ts":5,"sensor":"s","a":1,"b":2,"c":3}
        {"ts":5,"sensor":"s","a":1,"z":[[]]}
        {"ts":5,"sensor":"s","a":1,"z":[[[]]]}
        {"ts":"1970-01-01T00:00:05.000000000+00:00","sensor":"s","a":1}
        """;
    assertThat(Outcomes.read("x.json", text.getBytes(StandardCharsets.UTF_8), limits))
        .extracting(Outcomes::show)
        .containsExactly(
            "sssss@5000 [1234.0, NaN] [onn]",
            "INVALID_KEY(sensor)",
            "s@5000 [NaN, 1.0] [null] LIMIT_EXCEEDED(a)",
            "s@5000 [1.0, NaN] [null] TEXT_TOO_LONG(mode)",
            "LIMIT_EXCEEDED",
            "s@5000 [1.0, NaN] [null]",
            "LIMIT_EXCEEDED",
            "s@5000 [1.0, NaN] [null]");
  }

  @Test
  void anUnknownNumberIsKeptWhenItsNameMayBeThatOfAFeature() throws IOException {
    String most = "n".repeat(Feature.MAX_NAME_CHARS);
    String line = "{\"ts\":5,\"sensor\":\"s\",\"a\":1,\"%s\":2,\"%sn\":3}\n".formatted(most, most);
    assertThat(Outcomes.read("x.json", line))
        .singleElement()
        .satisfies(p -> assertThat(p.reading().extra()).containsExactly(Map.entry(most, 2.0)));
  }

  @Test
  void aDeepLineIsRejectedWithoutHarm() throws IOException {
    String deep = "{\"a\":" + "[".repeat(100_000) + "\n{\"ts\":5,\"sensor\":\"s\",\"a\":1}\n";
    assertThat(Outcomes.read("x.json", deep))
        .extracting(Outcomes::show)
        .containsExactly("LIMIT_EXCEEDED", "s@5000 [1.0, NaN] [null]");
  }
}
