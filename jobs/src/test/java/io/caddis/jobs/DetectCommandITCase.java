// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.Severity;
import io.caddis.jobs.sink.JsonLines;
import io.caddis.jobs.sink.ResultFolder;
import io.caddis.jobs.sink.Sinks;
import io.caddis.jobs.spec.PipelineSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
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
    CommandRun run = detect(DetectCommandITCase::scoreLines, "--state-backend", backend);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .startsWith("300 rows read, 300 readings scored, 0 anomalies, 0 dead letters, ");
    assertThat(new ResultFolder(output.resolve("scores")).fresh()).hasSize(ROWS);
  }

  @Test
  void secondRunReplacesTheFirstWhenAskedTo() throws IOException {
    detect(DetectCommandITCase::scoreLines);
    Path other = Files.writeString(output.resolve("notes.txt"), "keep me");
    CommandRun again = detect(DetectCommandITCase::scoreLines, "--overwrite", "--json");
    assertThat(again.status()).isZero();
    assertThat(again.out()).startsWith("{\"rows_read\":300,\"scored\":300,");
    assertThat(new ResultFolder(output.resolve("scores")).fresh()).hasSize(ROWS);
    assertThat(other).exists();
  }

  @Test
  void failedRunSaysWhyWithoutAStackTrace() {
    CommandRun run = detect((env, spec) -> draw(env, spec, new FailingAt("150")));
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

  private static void scoreLines(StreamExecutionEnvironment env, PipelineSpec spec) {
    draw(env, spec, new FailingAt("never"));
  }

  private static void draw(StreamExecutionEnvironment env, PipelineSpec spec, FailingAt score) {
    FileSource<String> lines =
        FileSource.forRecordStreamFormat(
                new TextLineInputFormat(), new org.apache.flink.core.fs.Path(spec.source().uri()))
            .build();
    new Sinks(spec.sink().uri())
        .write(
            env.fromSource(lines, WatermarkStrategy.noWatermarks(), "lines")
                .uid("lines")
                .map(score)
                .uid("score"),
            Sinks.SCORES,
            JsonLines.scores(),
            "scores-sink");
  }

  /** Scores every line, but one. */
  public static final class FailingAt extends RichMapFunction<String, ScoredVector> {
    private final String cursed;
    private transient LongCounter readings;
    private transient LongCounter scored;

    FailingAt(String cursed) {
      this.cursed = cursed;
    }

    @Override
    public void open(OpenContext context) {
      readings = getRuntimeContext().getLongCounter("readings");
      scored = getRuntimeContext().getLongCounter("scored");
    }

    @Override
    public ScoredVector map(String line) {
      readings.add(1);
      if (line.equals(cursed)) {
        throw new IllegalStateException("line " + line + " is cursed");
      }
      scored.add(1);
      return new ScoredVector(
          line,
          line,
          0,
          1,
          Long.parseLong(line),
          0.1,
          1,
          0.5,
          false,
          Severity.LOW,
          "m",
          false,
          null,
          null,
          null);
    }
  }
}
