// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishTest {
  @TempDir private Path directory;

  @Test
  void theFileAppearsWholeAndAlone() throws IOException {
    assertThat(Publish.file(content("a\nb\n"), directory.resolve("x.csv"))).isEqualTo(4);
    assertThat(directory).isDirectoryContaining(p -> p.endsWith("x.csv"));
    assertThat(directory.toFile().list()).containsExactly("x.csv");
    assertThat(directory.resolve("x.csv")).hasContent("a\nb\n");
  }

  @Test
  void anExistingFileIsNotReplaced() throws IOException {
    Publish.file(content("old"), directory.resolve("x.csv"));
    assertThatThrownBy(() -> Publish.file(content("new"), directory.resolve("x.csv")))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(directory.resolve("x.csv")).hasContent("old");
    assertThat(directory.toFile().list()).containsExactly("x.csv");
  }

  @Test
  void aFailureWhileCopyingLeavesNothing() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("broken");
          }
        };
    assertThatThrownBy(() -> Publish.file(broken, directory.resolve("x.csv"))).hasMessage("broken");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whileItIsCopiedNoSourceSeesIt() throws IOException {
    InputStream watching =
        new InputStream() {
          @Override
          public int read() throws IOException {
            try (var files = Files.list(directory)) {
              assertThat(files)
                  .singleElement()
                  .matches(p -> p.getFileName().toString().startsWith("."));
            }
            return -1;
          }
        };
    Publish.file(watching, directory.resolve("x.csv"));
    assertThat(directory.resolve("x.csv")).isEmptyFile();
  }

  @Test
  void namesThatSourcesSkipAreRefused() {
    assertThatThrownBy(() -> Publish.file(content(""), directory.resolve("_x.csv")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was _x.csv");
  }

  private static InputStream content(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
