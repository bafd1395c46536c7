// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextEncoderTest {
  private static final String[] FRUIT = {
    "pear", "fig", "pear", "apple", "pear", "fig", null, "fig"
  };

  private static double[] encode(TextEncoder encoder, String value) {
    double[] out = new double[encoder.width() + 2];
    Arrays.fill(out, -9);
    encoder.encode(value, out, 1);
    assertThat(out[0]).isEqualTo(-9);
    assertThat(out[out.length - 1]).isEqualTo(-9);
    return Arrays.copyOfRange(out, 1, out.length - 1);
  }

  @Test
  void labelIsTheRankInTheVocabularyAndUnseenShareOneCode() {
    TextEncoder encoder = TextEncoder.fit(Encoding.LABEL, FRUIT);
    assertThat(encoder.categories()).containsExactly("apple", "fig", "pear");
    assertThat(encode(encoder, "apple")).containsExactly(0);
    assertThat(encode(encoder, "pear")).containsExactly(2);
    assertThat(encode(encoder, "kiwi")).containsExactly(3);
    assertThat(encode(encoder, "")).containsExactly(3);
  }

  @Test
  void missingIsTheMostFrequentCategoryAndTheFirstOfEquals() {
    // fig and pear occur three times each
    assertThat(encode(TextEncoder.fit(Encoding.LABEL, FRUIT), null)).containsExactly(1);
    assertThat(encode(TextEncoder.fit(Encoding.ONEHOT, FRUIT), null)).containsExactly(0, 1, 0);
    assertThat(encode(TextEncoder.fit(Encoding.FREQUENCY, FRUIT), null)).containsExactly(3 / 8.0);
    TextEncoder hash = TextEncoder.fit(Encoding.HASH, FRUIT);
    assertThat(encode(hash, null)).isEqualTo(encode(hash, "fig"));
  }

  @Test
  void onehotHasOneColumnACategoryAndNoneForUnseen() {
    TextEncoder encoder = TextEncoder.fit(Encoding.ONEHOT, FRUIT);
    assertThat(encode(encoder, "pear")).containsExactly(0, 0, 1);
    assertThat(encode(encoder, "kiwi")).containsExactly(0, 0, 0);
  }

  @Test
  void frequencyIsTheShareOfTheTrainingRows() {
    TextEncoder encoder = TextEncoder.fit(Encoding.FREQUENCY, FRUIT);
    assertThat(encode(encoder, "apple")).containsExactly(1 / 8.0);
    assertThat(encode(encoder, "kiwi")).containsExactly(0);
  }

  @Test
  void hashIsTheFirstFourBytesOfMd5() {
    TextEncoder encoder = TextEncoder.fit(Encoding.HASH, FRUIT);
    // md5("") = d41d8cd9…, md5("a") = 0cc175b9…
    assertThat(encode(encoder, "")).containsExactly(0xd41d8cd9L);
    assertThat(encode(encoder, "a")).containsExactly(0x0cc175b9L);
    assertThat(encoder.categories()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "yes,1",
    "TRUE,1",
    "On,1",
    "1,1",
    "y,1",
    "T,1",
    "no,0",
    "false,0",
    "OFF,0",
    "0,0",
    "n,0",
    "' Yes ',1"
  })
  void binaryReadsTheUsualWords(String word, double code) {
    TextEncoder encoder = TextEncoder.fit(Encoding.BINARY, new String[] {"no", "no", "yes"});
    assertThat(encode(encoder, word)).containsExactly(code);
    assertThat(encoder.isMissing(word)).isFalse();
  }

  @Test
  void binaryTakesOtherWordsAsMissing() {
    TextEncoder encoder =
        TextEncoder.fit(Encoding.BINARY, new String[] {"yes", "maybe", "maybe", "maybe"});
    assertThat(encoder.isMissing("maybe")).isTrue();
    assertThat(encode(encoder, "maybe")).containsExactly(1);
    assertThat(encode(encoder, null)).containsExactly(1);
  }

  @Test
  void onehotKeepsTheMostFrequentCategories() {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      values.addAll(Collections.nCopies(i + 1, "c%02d".formatted(i)));
    }
    TextEncoder encoder = TextEncoder.fit(Encoding.ONEHOT, values.toArray(String[]::new));
    assertThat(encoder.width()).isEqualTo(64);
    assertThat(encoder.categories().get(0)).isEqualTo("c36");
    assertThat(encode(encoder, "c35")).containsOnly(0);
    assertThat(encode(encoder, "c99")[63]).isEqualTo(1);
  }

  @Test
  void vocabularyIsCappedInEntriesAndCharacters() {
    String[] many =
        IntStream.range(0, 70_000).mapToObj(i -> "%05d".formatted(i)).toArray(String[]::new);
    assertThat(TextEncoder.fit(Encoding.LABEL, many).categories()).hasSize(65_536);
    String[] lengthy =
        IntStream.range(0, 400).mapToObj(i -> i + "x".repeat(4_000)).toArray(String[]::new);
    assertThat(TextEncoder.fit(Encoding.FREQUENCY, lengthy).categories()).hasSizeBetween(250, 263);
    String[] oversized = {"a".repeat(4_097), "b".repeat(4_096), "b".repeat(4_096)};
    assertThat(TextEncoder.fit(Encoding.LABEL, oversized).categories())
        .containsExactly("b".repeat(4_096));
  }

  @Test
  void brokenUnicodeIsNeverPartOfTheVocabulary() {
    TextEncoder encoder = TextEncoder.fit(Encoding.LABEL, new String[] {"\ud800", "\ud800", "ok"});
    assertThat(encoder.categories()).containsExactly("ok");
    assertThat(encode(encoder, "\ud800")).containsExactly(1);
    assertThat(encode(encoder, null)).containsExactly(1);
  }

  @Property
  void everyStringHasAFiniteCode(
      @ForAll("textEncodings") Encoding encoding,
      @ForAll("anyStrings") List<String> training,
      @ForAll("anyStrings") List<String> probes) {
    TextEncoder encoder = TextEncoder.fit(encoding, training.toArray(String[]::new));
    for (String probe : probes) {
      for (double code : encode(encoder, probe)) {
        assertThat(code).isFinite().isNotNegative();
      }
    }
  }

  @Property
  void theOrderOfTheTrainingValuesDoesNotMatter(
      @ForAll("textEncodings") Encoding encoding, @ForAll("anyStrings") List<String> training) {
    List<String> reversed = new ArrayList<>(training);
    Collections.reverse(reversed);
    TextEncoder one = TextEncoder.fit(encoding, training.toArray(String[]::new));
    TextEncoder other = TextEncoder.fit(encoding, reversed.toArray(String[]::new));
    assertThat(one.categories()).isEqualTo(other.categories());
    assertThat(one.shares()).isEqualTo(other.shares());
    assertThat(one.fallback()).isEqualTo(other.fallback());
  }

  @Provide
  Arbitrary<Encoding> textEncodings() {
    return Arbitraries.of(Encoding.values()).filter(Encoding::isText);
  }

  @Provide
  Arbitrary<List<String>> anyStrings() {
    return Arbitraries.oneOf(
            Arbitraries.strings().ofMaxLength(5).injectNull(0.1),
            Arbitraries.of("yes", "no", "a", "b", "\udc00"))
        .list()
        .ofMaxSize(100);
  }

  @Test
  void partsThatDoNotBelongTogetherAreRefused() {
    assertRefused(Encoding.LABEL, List.of("b", "a"), 0, 0, "categories must ascend");
    assertRefused(Encoding.LABEL, List.of("a", "a"), 0, 0, "categories must ascend");
    assertRefused(Encoding.LABEL, List.of("a"), 0, 2, "fallback must be a code of LABEL");
    assertRefused(Encoding.ONEHOT, List.of("a"), 0, 0.5, "fallback must be a code of ONEHOT");
    assertRefused(Encoding.FREQUENCY, List.of("a"), 0, 0, "shares must be 1, was 0");
    assertRefused(Encoding.BINARY, List.of("a"), 0, 0, "categories must be at most 0");
    assertRefused(Encoding.NUMERIC, List.of(), 0, 0, "encoding must be for texts");
    assertThatThrownBy(
            () -> new TextEncoder(Encoding.FREQUENCY, List.of("a"), new double[] {1.5}, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("share must be 0 to 1, was 1.5");
  }

  private static void assertRefused(
      Encoding encoding, List<String> categories, int shares, double fallback, String message) {
    assertThatThrownBy(() -> new TextEncoder(encoding, categories, new double[shares], fallback))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
