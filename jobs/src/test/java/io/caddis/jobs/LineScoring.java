// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.ScoredVector;
import io.caddis.jobs.sink.JsonLines;
import io.caddis.jobs.sink.ScoredRows;
import io.caddis.jobs.sink.Sinks;
import io.caddis.jobs.spec.PipelineSpec;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The smallest pipeline that reads files and writes scores: one for each line, which is a number.
 */
record LineScoring(String cursedLine) implements Pipeline {

  /** {@code detect} as a process of its own. */
  public static void main(String[] args) {
    Caddis.run(Caddis.commandLine(new LineScoring("never")), args);
  }

  @Override
  public void build(StreamExecutionEnvironment env, PipelineSpec spec) {
    FileSource.FileSourceBuilder<String> files =
        FileSource.forRecordStreamFormat(new TextLineInputFormat(), new Path(spec.source().uri()));
    if (spec.source().continuous()) {
      files.monitorContinuously(spec.source().pollInterval());
    }
    new Sinks(spec.sink().uri())
        .write(
            env.fromSource(files.build(), WatermarkStrategy.noWatermarks(), "lines")
                .uid("lines")
                .map(new Score(cursedLine))
                .uid("score"),
            Sinks.SCORES,
            JsonLines.scores(),
            "scores-sink");
  }

  /** Scores every line but the cursed one. */
  public static final class Score extends RichMapFunction<String, ScoredVector> {
    private final String cursedLine;
    private transient LongCounter readings;
    private transient LongCounter scored;

    Score(String cursedLine) {
      this.cursedLine = cursedLine;
    }

    @Override
    public void open(OpenContext context) {
      readings = getRuntimeContext().getLongCounter("readings");
      scored = getRuntimeContext().getLongCounter("scored");
    }

    @Override
    public ScoredVector map(String line) {
      readings.add(1);
      if (line.equals(cursedLine)) {
        throw new IllegalStateException("line " + line + " is cursed");
      }
      scored.add(1);
      return ScoredRows.row(Long.parseLong(line));
    }
  }
}
