// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
  void filesThatHaveBeenDeletedAreForgotten() throws IOException {
    write("a", 100, "{\"n\":1}\n");
    ResultFolder results = new ResultFolder(folder);
    results.fresh();
    Files.delete(folder.resolve("a"));
    assertThat(results.fresh()).isEmpty();

    write("a", 100, "{\"n\":2}\n");
    assertThat(results.fresh()).extracting(ResultFolderTest::n).containsExactly(2);
  }

  @Test
  void theNewestRowsAreThoseOfTheFilesWrittenLast() throws IOException {
    write("a", 300, "{\"n\":5}\n{\"n\":6}\n");
    write("b", 100, "{\"n\":1}\n{\"n\":2}\n");
    write("c", 200, "{\"n\":3}\n{\"n\":4}\n");

    assertThat(newest(1_000)).containsExactly(5, 6, 3, 4, 1, 2);
    assertThat(newest(24)).as("of eight bytes each").containsExactly(5, 6, 4);
    assertThat(newest(23)).as("a line that is cut").containsExactly(5, 6);
    assertThat(newest(0)).isEmpty();
  }

  private void write(String name, long seconds, String rows) throws IOException {
    Path file = Files.writeString(folder.resolve(name), rows);
    Files.setLastModifiedTime(file, FileTime.from(seconds, TimeUnit.SECONDS));
  }

  private List<Integer> newest(long bytes) throws IOException {
    List<Integer> rows = new ArrayList<>();
    new ResultFolder(folder).newest(bytes, row -> rows.add(n(row)));
    return rows;
  }

  @Test
  void missingFolderHoldsNothing() throws IOException {
    assertThat(new ResultFolder(folder.resolve("none")).fresh()).isEmpty();
  }

  private static int n(JsonNode row) {
    return row.get("n").asInt();
  }
}
