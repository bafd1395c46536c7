// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamSplitSerializerTest {
  private static final StreamSplit SPLIT = new StreamSplit("pump:9", 1L << 40, 7);
  private static final String BYTES = "000670756d703a39" + "0000010000000000" + "0000000000000007";

  @Test
  void theFormatDoesNotChange() throws IOException {
    StreamSplitSerializer serializer = new StreamSplitSerializer();
    assertThat(HexFormat.of().formatHex(serializer.serialize(SPLIT))).isEqualTo(BYTES);
    assertThat(serializer.deserialize(1, HexFormat.of().parseHex(BYTES))).isEqualTo(SPLIT);
  }

  @Test
  void theFormatOfListsDoesNotChange() throws IOException {
    StreamSplitSerializer.OfList serializer = new StreamSplitSerializer.OfList();
    assertThat(HexFormat.of().formatHex(serializer.serialize(List.of(SPLIT))))
        .isEqualTo("00000001" + BYTES);
    assertThat(serializer.deserialize(1, serializer.serialize(List.of(SPLIT, SPLIT))))
        .containsExactly(SPLIT, SPLIT);
  }

  @Test
  void anotherVersionIsRefused() {
    assertThatThrownBy(() -> new StreamSplitSerializer().deserialize(2, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessage("version of a split must be 1, was 2");
  }
}
