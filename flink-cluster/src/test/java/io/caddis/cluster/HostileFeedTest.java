// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileFeedTest {
  private static final List<String> CELLS = List.of("2020-01-01", "s", "1", "2", "3", "run", "4");

  @TempDir private Path folder;

  @Test
  void theTableHasOverFiveThousandLinesNoTwoAlike() {
    Set<String> lines = new HashSet<>();
    for (boolean json : new boolean[] {false, true}) {
      HostileCells.cases(json).forEach(one -> lines.add(HostileCells.line(CELLS, one)));
    }
    assertThat(lines).hasSizeGreaterThan(5_000);
  }

  @Test
  void aSeedGivesTheSameFilesEachTimeWithTheWholeTable() throws IOException {
    Map<String, Integer> first = published(folder.resolve("first"), 1);
    assertThat(first).hasSizeGreaterThan(8);
    assertThat(published(folder.resolve("again"), 1)).isEqualTo(first);
    assertThat(published(folder.resolve("other"), 2)).isNotEqualTo(first);
  }

  /** The hash of each file by its name. */
  private static Map<String, Integer> published(Path folder, long seed) throws IOException {
    Ledger ledger = new Ledger();
    HostileFeed feed = new HostileFeed(folder, seed, 1_000, List.of(ledger));
    feed.publishGood();
    while (feed.progress() < 1) {
      feed.publish();
    }
    assertThat(feed.cases())
        .isEqualTo(HostileCells.cases(false).size() + HostileCells.cases(true).size());
    assertThat(feed.mutated()).isEqualTo(1_000);
    assertThat(ledger.handedIn()).isGreaterThan(feed.cases());
    Map<String, Integer> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.list(feed.input())) {
      for (Path file : files.toList()) {
        hashes.put(file.getFileName().toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return hashes;
  }
}
