// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.sink.Sinks;
import io.caddis.operators.OperatorMetrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where the results of a job go that is restored with the directory it had, or with another, when
 * the files of the savepoint are still to be committed.
 */
class SinkDirectoryITCase {
  @TempDir Path directory;

  @Test
  void whatWasPendingGoesToTheFormerDirectoryAndAllElseToTheNewOne() throws Exception {
    Path savepoint = started(null, "before").stop().savepoint();
    Map<Path, String> before = content("before");
    List<Long> scoredBefore = scored("before");
    takeBackCommits(savepoint, "before");
    assertThat(scored("before")).hasSizeLessThan(scoredBefore.size());

    started(savepoint, "after").drain();

    assertThat(content("before")).isEqualTo(before);
    assertEachOnce(Stream.of(scoredBefore, scored("after")).flatMap(List::stream).toList());
  }

  @Test
  void withTheSameDirectoryAllIsThereOnce() throws Exception {
    Path savepoint = started(null, "same").stop().savepoint();
    int before = scored("same").size();
    takeBackCommits(savepoint, "same");

    started(savepoint, "same").drain();

    assertThat(scored("same")).hasSizeGreaterThan(before);
    assertEachOnce(scored("same"));
  }

  /** A job that has scored many readings since it was started, and goes on. */
  private ContinuousRun started(@Nullable Path savepoint, String output) throws Exception {
    return ContinuousRun.start(
            directory,
            savepoint,
            "source.type=simulator",
            "source.sensors=3",
            "source.rate=1000",
            "time.alignment=event-time",
            "detector.name=mewma",
            "parallelism=2",
            "sink.directory=" + directory.resolve(output))
        .until(counts -> counts.counters().get(OperatorMetrics.SCORED) >= 500);
  }

  /** Names the files of a savepoint as if its job had died before it could commit them. */
  private void takeBackCommits(Path savepoint, String output) throws IOException {
    String metadata = Files.readString(savepoint.resolve("_metadata"), StandardCharsets.ISO_8859_1);
    for (Path file : content(output).keySet()) {
      Matcher pending =
          Pattern.compile("\\.%s\\.inprogress\\.[-0-9a-f]{36}".formatted(file.getFileName()))
              .matcher(metadata);
      if (pending.find()) {
        Files.move(file, file.resolveSibling(pending.group()));
      }
    }
  }

  /** All files of an output directory, those in progress as well. */
  private Map<Path, String> content(String output) throws IOException {
    Map<Path, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory.resolve(output))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(file, Files.readString(file));
      }
    }
    return content;
  }

  /** The numbers of the readings that have a score. */
  private List<Long> scored(String output) throws IOException {
    return KeptSavepoint.rows(directory.resolve(output), Sinks.SCORES).stream()
        .map(row -> JsonMapper.shared().readTree(row).get("event_id").asString())
        .map(id -> Long.parseLong(id.substring(id.indexOf('-') + 1), 16))
        .toList();
  }

  private static void assertEachOnce(List<Long> numbers) {
    assertThat(numbers)
        .containsExactlyInAnyOrderElementsOf(LongStream.range(0, numbers.size()).boxed().toList());
  }
}
