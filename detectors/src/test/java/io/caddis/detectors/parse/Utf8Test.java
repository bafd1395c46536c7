// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "c0af",
        "c1bf",
        "80",
        "bf",
        "c2",
        "e0a0",
        "e09fbf",
        "eda080",
        "edbfbf",
        "f0808080",
        "f08fbfbf",
        "f4908080",
        "f5808080",
        "ff",
        "fe",
        "c3c3",
        "e28228",
        "6162c3"
      })
  void refusesInvalidSequences(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertThat(Utf8.firstInvalid(bytes, 0, bytes.length)).isNotNegative();
  }

  @Property
  void acceptsWhatTheJdkEncodes(@ForAll String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(Utf8.firstInvalid(bytes, 0, bytes.length)).isEqualTo(-1);
  }

  @Property
  void agreesWithTheJdksStrictDecoder(@ForAll byte[] bytes) {
    assertThat(Utf8.firstInvalid(bytes, 0, bytes.length) < 0).isEqualTo(decodes(bytes));
  }

  private static boolean decodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
