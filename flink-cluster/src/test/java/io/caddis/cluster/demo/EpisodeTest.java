// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpisodeTest {
  @Test
  void alertLineIsRead() {
    assertThat(
            Episode.parse(
                "{\"id\":\"e1\",\"sequence\":0,\"state\":\"OPENED\",\"key\":\"pump-1\",\"start\":1000,"
                    + "\"end\":\"1970-01-01T00:00:02Z\",\"severity\":\"HIGH\",\"peakScore\":0.875}"))
        .contains(new Episode("e1", "OPENED", "pump-1", 1000, 2000, "HIGH", 0.875));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"key\":\"pump-1\"}",
        "{\"id\":\"e\",\"key\":\"k\",\"start\":\"noon\",\"end\":1}"
      })
  void anyOtherLineIsNoAlert(String line) {
    assertThat(Episode.parse(line)).isEmpty();
  }
}
