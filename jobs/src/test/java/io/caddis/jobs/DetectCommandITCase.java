// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.files.ResultFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetectCommandITCase {
  private static final int ROWS = 300;

  @TempDir Path directory;

  private Path input;
  private Path output;

  @BeforeEach
  void makeInput() throws IOException {
    input = Files.createDirectories(directory.resolve("all readings/größe"));
    output = directory.resolve("the results");
    Files.writeString(
        input.resolve("a.txt"),
        IntStream.range(0, ROWS).mapToObj(Integer::toString).collect(Collectors.joining("\n")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void boundedRunEndsWithAllScoresAndAClosingLine(String backend) throws IOException {
    CommandRun run = detect(new LineScoring("never"), "--state-backend", backend);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .startsWith("300 rows read, 300 readings scored, 0 anomalies, 0 dead letters, ");
    assertThat(new ResultFolder(output.resolve("scores")).fresh()).hasSize(ROWS);
  }

  @Test
  void foldersOfAllResultsAreThereEvenWhenEmpty() {
    detect(new LineScoring("never"));
    assertThat(List.of("scores", "alerts", "dead-letters", "late", "quality", "models"))
        .allSatisfy(folder -> assertThat(output.resolve(folder)).isDirectory());
    assertThat(output.resolve("alerts")).isEmptyDirectory();
  }

  @Test
  void secondRunReplacesTheFirstWhenAskedTo() throws IOException {
    detect(new LineScoring("never"));
    Path other = Files.writeString(output.resolve("notes.txt"), "keep me");
    CommandRun again = detect(new LineScoring("never"), "--overwrite", "--json");
    assertThat(again.status()).isZero();
    assertThat(again.out()).startsWith("{\"rows_read\":300,\"scored\":300,");
    assertThat(new ResultFolder(output.resolve("scores")).fresh()).hasSize(ROWS);
    assertThat(other).exists();
  }

  @Test
  void failedRunSaysWhyWithoutAStackTrace() {
    CommandRun run = detect(new LineScoring("150"));
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith("detect failed: ")
        .contains("  because: line 150 is cursed")
        .doesNotContain("\tat ");
  }

  private CommandRun detect(Pipeline pipeline, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("detect", "--input", input.toString(), "--output", output.toString()));
    args.addAll(List.of("--parallelism", "2"));
    args.addAll(List.of(more));
    return CommandRun.of(pipeline, args.toArray(String[]::new));
  }
}
