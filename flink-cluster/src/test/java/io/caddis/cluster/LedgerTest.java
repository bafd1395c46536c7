// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.parse.EventIds;
import io.caddis.detectors.parse.SourceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LedgerTest {
  @TempDir private Path folder;

  @Test
  void eachLineSettlesOnceAndWhatDoesNotIsMissingOrUnexpected() throws IOException {
    Path content = Files.writeString(folder.resolve("x"), "time\n1,a\n22,b\noops\n");
    Path published = folder.resolve("a.csv");
    Ledger ledger = new Ledger();
    ledger.open(content, published, 1);
    assertThat(ledger.handedIn()).isEqualTo(3);

    ledger.scored(scored(5));
    ledger.scored(scored(5));
    ledger.rejected(json("{\"source\":\"a.csv\",\"offset\":14}"));
    assertThat(ledger.missing()).isOne();
    assertThat(ledger.unexpected()).as("the second of the same").isOne();
    assertThat(ledger.settled()).isEmpty();

    ledger.scored(scored(9));
    assertThat(ledger.missing()).isZero();
    assertThat(ledger.settled()).containsExactly(published);
    assertThat(ledger.delays()).hasSize(1);

    ledger.scored(scored(9));
    assertThat(ledger.unexpected()).as("one more of a file that is settled").isEqualTo(2);
    assertThat(ledger.scored() + ledger.rejected()).isEqualTo(5);
  }

  private static JsonNode scored(long offset) {
    return json("{\"event_id\":\"%s\"}".formatted(EventIds.format(SourceId.of("a.csv"), offset)));
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }
}
