// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommittedLinesTest {
  @TempDir private Path folder;

  @Test
  void folderThatDoesNotExistHasNoLines() {
    assertThat(CommittedLines.readAll(folder.resolve("later"))).isEmpty();
  }

  @Test
  void filesInProgressAreNotOutput() throws IOException {
    write("2026-01-01--10/part-0-0", "a\nb\n");
    write("2026-01-01--10/.part-0-1.inprogress.uid", "c\n");
    write("_temporary/part-0-2", "d\n");

    assertThat(CommittedLines.readAll(folder)).containsExactly("a", "b");
  }

  @Test
  void everyFileIsReadOnce() throws IOException {
    CommittedLines lines = new CommittedLines(folder);
    write("part-0-0", "a\n");
    assertThat(lines.poll()).containsExactly("a");

    write("part-0-1", "b\n");
    assertThat(lines.poll()).containsExactly("b");
    assertThat(lines.poll()).isEmpty();
  }

  @Test
  void folderBelowAHiddenOneIsRead() throws IOException {
    Path output = folder.resolve(".work/out");
    Files.createDirectories(output);
    Files.writeString(output.resolve("part-0-0"), "a\n");

    assertThat(CommittedLines.readAll(output)).containsExactly("a");
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
