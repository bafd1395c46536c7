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

  @Test
  void aLineOfEitherFateMayHaveADeadLetterBesideItsScoreAndNothingElseTwice() {
    Ledger ledger = new Ledger();
    Ledger.Lines lines = new Ledger.Lines();
    for (long offset = 0; offset < 60; offset += 10) {
      lines.add(offset, offset == 50 ? Ledger.Fate.SCORED : Ledger.Fate.EITHER);
    }
    ledger.open(folder.resolve("a.csv"), lines);

    ledger.scored(scored(0));
    ledger.rejected(rejected(0, true));
    ledger.rejected(rejected(10, true));
    ledger.scored(scored(10));
    ledger.rejected(rejected(20, false));
    assertThat(ledger.unexpected()).isZero();
    assertThat(ledger.missing()).as("with one that is only said to be scored").isEqualTo(3);
    ledger.rejected(rejected(30, true));
    assertThat(ledger.missing()).isEqualTo(3);
    assertThat(ledger.missing(Ledger.Fate.SCORED)).isOne();

    ledger.rejected(rejected(0, true));
    ledger.scored(scored(20));
    ledger.rejected(rejected(10, false));
    ledger.rejected(rejected(30, false));
    ledger.rejected(rejected(50, true));
    ledger.scored(scored(55));
    ledger.scored(json("{\"event_id\":\"0-1\"}"));
    assertThat(ledger.unexpected()).isEqualTo(7);
    assertThat(ledger.examples()).hasSize(7).last().isEqualTo("score of 0 at 1");
    assertThat(ledger.noted()).isEqualTo(5);
    assertThat(ledger.rejected()).isEqualTo(3);
  }

  private static JsonNode rejected(long offset, boolean scored) {
    return json("{\"source\":\"a.csv\",\"offset\":%d,\"scored\":%s}".formatted(offset, scored));
  }

  private static JsonNode scored(long offset) {
    return json("{\"event_id\":\"%s\"}".formatted(EventIds.format(SourceId.of("a.csv"), offset)));
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }
}
