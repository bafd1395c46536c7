// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ResultFolderTest {
  @TempDir Path folder;

  @Test
  void eachCommittedFileIsReadOnceAndNoneInProgress() throws IOException {
    Files.writeString(folder.resolve("scores-b-0.jsonl"), "{\"n\":2}\n{\"n\":3}\n");
    Files.writeString(folder.resolve("scores-a-0.jsonl"), "{\"n\":1}\n");
    Files.writeString(folder.resolve(".scores-a-1.jsonl.inprogress.77"), "{\"n\":9}\n{\"n");
    Files.writeString(folder.resolve("_SUCCESS"), "");
    Files.createDirectory(folder.resolve("nested"));
    ResultFolder results = new ResultFolder(folder);

    assertThat(results.fresh()).extracting(ResultFolderTest::n).containsExactly(1, 2, 3);

    Files.writeString(folder.resolve("scores-a-1.jsonl"), "{\"n\":4}\n");
    assertThat(results.fresh()).extracting(ResultFolderTest::n).containsExactly(4);
    assertThat(results.fresh()).isEmpty();
  }

  @Test
  void missingFolderHoldsNothing() throws IOException {
    assertThat(new ResultFolder(folder.resolve("none")).fresh()).isEmpty();
  }

  private static int n(JsonNode row) {
    return row.get("n").asInt();
  }
}
