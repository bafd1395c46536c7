// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.files.ResultFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SinksITCase {
  private static final int ROWS = 2_000;

  @TempDir Path directory;

  @Test
  void boundedRunWithoutCheckpointsCommitsEveryScoreExactlyOnce() throws Exception {
    Configuration strict = new Configuration();
    strict.set(PipelineOptions.GENERIC_TYPES, false);
    strict.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, strict);
    Sinks sinks = new Sinks(directory.toUri());
    sinks.write(
        env.fromSequence(0, ROWS - 1)
            .uid("numbers")
            .map(ScoredRows::row)
            .returns(TypeInformation.of(ScoredVector.class))
            .uid("scored"),
        Sinks.SCORES,
        JsonLines.scores(),
        "scores-sink");

    env.execute();

    ResultFolder scores = new ResultFolder(directory.resolve(Sinks.SCORES));
    assertThat(scores.fresh())
        .extracting(row -> row.get("event_id").asString())
        .containsExactlyInAnyOrderElementsOf(
            LongStream.range(0, ROWS)
                .mapToObj(n -> "0000000000000001-" + Long.toHexString(n))
                .toList());
    assertThat(allFiles())
        .as("none is left in progress")
        .containsExactlyInAnyOrderElementsOf(scores.committed())
        .allSatisfy(
            file ->
                assertThat(file.getFileName().toString()).startsWith("scores-").endsWith(".jsonl"));
  }

  private List<Path> allFiles() throws Exception {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
