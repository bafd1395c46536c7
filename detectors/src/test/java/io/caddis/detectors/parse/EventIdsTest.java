// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventIdsTest {
  @Test
  void sourceIdsAreTheFirstBytesOfTheirNamesDigest() {
    assertThat(SourceId.of("")).isEqualTo(0xe3b0c44298fc1c14L);
    assertThat(SourceId.of("abc")).isEqualTo(0xba7816bf8f01cfeaL);
  }

  @Test
  void idsPrintSourceAndPosition() {
    assertThat(EventIds.format(0x1fL, 4096)).isEqualTo("000000000000001f-1000");
    assertThat(EventIds.format(-1L, 0)).isEqualTo("ffffffffffffffff-0");
  }
}
