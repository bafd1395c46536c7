// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.files.ResultFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class InterruptedRunSystemTest {
  private static final int ROWS = 1_000;

  @TempDir Path directory;

  @Test
  @Timeout(600)
  void interruptedContinuousRunCommitsItsResultsAndClosesWithItsFigures() throws Exception {
    Path input = Files.createDirectory(directory.resolve("in"));
    Path scores = directory.resolve("out/scores");
    Path said = directory.resolve("said.txt");
    Files.writeString(
        input.resolve("a.txt"),
        IntStream.range(0, ROWS).mapToObj(Integer::toString).collect(Collectors.joining("\n")));
    Process run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LineScoring.class.getName(),
                "detect",
                "--continuous",
                "--input=" + input,
                "--output=" + scores.getParent(),
                "--parallelism=1")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      while (!hasFiles(scores)) {
        assertThat(run.waitFor(100, TimeUnit.MILLISECONDS))
            .as(() -> "ended early: " + read(said))
            .isFalse();
      }
      run.destroy();
      run.waitFor();
    } finally {
      run.destroyForcibly();
    }
    ResultFolder results = new ResultFolder(scores);
    int committed = results.fresh().size();
    assertThat(committed).as(() -> read(said)).isPositive();
    assertThat(read(said)).contains(String.format(Locale.ROOT, "%,d readings scored, ", committed));
    try (Stream<Path> files = Files.list(scores)) {
      assertThat(files).containsExactlyInAnyOrderElementsOf(results.committed());
    }
  }

  private static boolean hasFiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isPresent();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
