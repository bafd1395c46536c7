// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishCommandTest {
  @TempDir Path directory;

  private Path a;
  private Path b;
  private Path watched;

  @BeforeEach
  void makeFiles() throws IOException {
    a = Files.writeString(directory.resolve("a.csv"), "ts,x\n1,2\n");
    b = Files.writeString(directory.resolve("b.csv"), "ts,x\n3,4\n");
    watched = Files.createDirectory(directory.resolve("watched"));
  }

  @Test
  void filesAreCopiedUnderTheirNames() {
    CommandRun run = publish(a, b, watched);
    assertThat(run.status()).isZero();
    assertThat(run.out()).isEqualToNormalizingNewlines("2 files published, 18 bytes\n");
    assertThat(watched.resolve("a.csv")).hasSameBinaryContentAs(a);
    assertThat(watched.resolve("b.csv")).hasSameBinaryContentAs(b);
    assertThat(watched).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void nothingIsCopiedUnlessAllFilesCanBe() throws IOException {
    Files.writeString(watched.resolve("b.csv"), "older");
    assertRefused(
        publish(a, b, watched),
        "FILE must have a name that is new to DIR, was " + b + ": rename it");
    assertThat(watched.resolve("a.csv")).doesNotExist();
    assertThat(watched.resolve("b.csv")).hasContent("older");
  }

  @Test
  void whatCannotBePublishedIsNamed() throws IOException {
    Path missing = directory.resolve("missing.csv");
    Path hidden = Files.createFile(directory.resolve(".hidden"));
    Path other = Files.createDirectory(directory.resolve("other"));
    Path namesake = Files.createFile(other.resolve("a.csv"));
    assertRefused(publish(a, b), "DIR must be an existing directory, was " + b);
    assertRefused(publish(missing, watched), "FILE must be an existing file, was " + missing);
    assertRefused(
        publish(hidden, watched),
        "FILE must have a name that does not start with '.' or '_', was " + hidden);
    assertRefused(
        publish(a, namesake, watched),
        "FILE must have a name that no other has, was " + namesake + ": rename it");
    assertThat(publish(watched).status()).isEqualTo(2);
    assertThat(watched).isEmptyDirectory();
  }

  private static void assertRefused(CommandRun run, String problem) {
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().lines()).containsExactly(problem, "Try 'caddis publish --help' for more.");
  }

  private static CommandRun publish(Path... paths) {
    String[] args = new String[paths.length + 1];
    args[0] = "publish";
    for (int i = 0; i < paths.length; i++) {
      args[i + 1] = paths[i].toString();
    }
    return CommandRun.of((env, spec) -> {}, args);
  }
}
