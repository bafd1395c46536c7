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
                "{\"alert_id\":\"e1\",\"sequence\":3,\"state\":\"closed\",\"key\":\"pump-1\","
                    + "\"severity\":\"high\",\"start\":\"1970-01-01T00:00:01.000Z\","
                    + "\"end\":\"1970-01-01T00:00:02.000Z\",\"peak_score\":0.875}"))
        .contains(new Episode("e1", 3, "pump-1", 1000, 2000, "high", 0.875));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"key\":\"pump-1\"}",
        "{\"alert_id\":\"e\",\"key\":\"k\"}",
        "{\"alert_id\":\"e\",\"key\":\"k\",\"start\":\"noon\",\"end\":1}"
      })
  void anyOtherLineIsNoAlert(String line) {
    assertThat(Episode.parse(line)).isEmpty();
  }
}
