// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonLinesRoundTripTest {
  private static final List<String> NASTY =
      List.of(
          "\"",
          "\\",
          "/",
          "\n",
          "\r",
          "\t",
          "\0",
          "\u001f",
          "\u007f",
          "\u0085",
          "\u2028",
          "\u2029",
          "\ufeff",
          "\ufffd",
          "é",
          "水",
          "😀",
          "\ud83d",
          "\ude00",
          "</script>",
          "{",
          "'",
          ",");

  @Property(tries = 500)
  void anyTextReadsBackFromASingleLine(
      @ForAll("nastyTexts") String key, @ForAll("nastyTexts") String feature) throws IOException {
    String line =
        JsonLinesTest.line(
            JsonLines.scores(),
            JsonLinesTest.score(0, key, 0.5, false, new String[] {feature}, null));
    assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
    assertThat(line).doesNotContain("\r", "\u2028", "\u2029", "\0");
    JsonNode read = JsonMapper.shared().readTree(line);
    assertThat(read.get("key").asString()).isEqualTo(wellFormed(key));
    assertThat(read.get("features_imputed").get(0).asString()).isEqualTo(wellFormed(feature));
  }

  @Property(tries = 500)
  void anyFiniteScoreReadsBackBitForBit(@ForAll double score) throws IOException {
    String line =
        JsonLinesTest.line(
            JsonLines.scores(), JsonLinesTest.score(0, "k", score, false, null, null));
    assertThat(JsonMapper.shared().readTree(line).get("score").asDouble()).isEqualTo(score);
  }

  @Provide
  Arbitrary<String> nastyTexts() {
    return Arbitraries.of(NASTY).list().ofMaxSize(12).map(parts -> String.join("", parts));
  }

  /** An oracle independent of code points: every half of no pair becomes U+FFFD. */
  private static String wellFormed(String text) {
    return text.replaceAll("(?<![\\x{D800}-\\x{DBFF}])[\\x{DC00}-\\x{DFFF}]", "\ufffd")
        .replaceAll("[\\x{D800}-\\x{DBFF}](?![\\x{DC00}-\\x{DFFF}])", "\ufffd");
  }
}
