// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hostile streams made of real sensor data: late rows, repeats, garbage, changing columns, clocks
 * in the future. The data is not part of the sources; {@code CADDIS_DATA} says where it is.
 */
class NastyStreamITCase {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"nasty_skab", "nasty_asd"})
  void everyReadableRowIsScoredOnce(String set) throws IOException {
    String data = System.getenv("CADDIS_DATA");
    Path source = (data == null ? Path.of("../../shared/data") : Path.of(data)).resolve(set);
    assumeTrue(
        Files.isDirectory(source),
        () -> "no data in " + source.toAbsolutePath() + ": set CADDIS_DATA to its folder");

    DetectRun run =
        DetectRun.of(source.resolve("stream"), directory.resolve("out"), "--deduplicate");
    JsonNode truth = JsonMapper.shared().readTree(source.resolve("truth.json").toFile());
    List<String> scored =
        run.scores().stream()
            .map(row -> row.get("timestamp").asString() + ',' + row.get("key").asString())
            .toList();
    assertThat(scored).doesNotHaveDuplicates().containsAll(expected(source.resolve("data")));
    int mayBeScored =
        truth.get("rows_that_may_be_late_dropped").asInt()
            + truth.get("counts").get("future_clock").asInt();
    assertThat(scored).hasSize(truth.get("rows_that_must_be_scored").asInt() + mayBeScored);
    assertThat(run.deadLetters())
        .filteredOn(row -> row.get("reason").asString().equals("duplicate"))
        .hasSize(
            truth.get("counts").get("duplicate").asInt()
                + truth.get("counts").get("duplicate_far").asInt());
  }

  private static List<String> expected(Path folder) throws IOException {
    List<String> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        List<String> lines = Files.readAllLines(file);
        rows.addAll(lines.subList(1, lines.size()));
      }
    }
    return rows;
  }
}
