// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.control;

import io.caddis.detectors.event.Rejection;
import io.caddis.jobs.OperatorUids;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.operators.ControlCommand;
import io.caddis.operators.SideOutputs;
import java.io.IOException;
import java.net.URI;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The commands of a job: the files of a directory, in the order of their names, each once.
 *
 * <p>In a run that ends, those that are there when it begins; it has no watermark until all are
 * read, so that readings wait for them. In one without end also those that come; it says at once
 * that it will hold back no watermark, because nobody knows when the next command comes.
 */
public final class ControlSource {
  /**
   * What comes out of the directory.
   *
   * @param commands well-formed
   * @param deadLetters files that hold none
   */
  public record Outputs(DataStream<ControlCommand> commands, DataStream<Rejection> deadLetters) {}

  private ControlSource() {}

  /**
   * Adds the source to a graph; the directory is made when it does not exist.
   *
   * @param directory what is watched
   */
  public static Outputs of(StreamExecutionEnvironment env, PipelineSpec spec, URI directory)
      throws IOException {
    Path path = new Path(directory);
    path.getFileSystem().mkdirs(path);
    boolean bounded = spec.source().bounded();
    FileSource.FileSourceBuilder<CommandText> files =
        FileSource.forBulkFileFormat(new CommandFormat(), path);
    files.setSplitAssigner(NameOrder::new);
    if (!bounded) {
      files.monitorContinuously(spec.control().pollInterval());
    }
    SingleOutputStreamOperator<ControlCommand> commands =
        env.fromSource(
                files.build(),
                bounded
                    ? WatermarkStrategy.noWatermarks()
                    : WatermarkStrategy.forGenerator(c -> new EndOfTime()),
                OperatorUids.CONTROL_SOURCE)
            .uid(OperatorUids.CONTROL_SOURCE)
            .setParallelism(1)
            .setMaxParallelism(1)
            .process(
                new CommandParser(spec.control().registryUri(), spec.limits().deadLetterBytes()))
            .uid(OperatorUids.CONTROL_PARSE)
            .name(OperatorUids.CONTROL_PARSE)
            .setParallelism(1)
            .setMaxParallelism(1);
    return new Outputs(commands, commands.getSideOutput(SideOutputs.DEAD_LETTERS));
  }

  /** Says that nothing is to be waited for. */
  private static final class EndOfTime implements WatermarkGenerator<CommandText> {
    @Override
    public void onEvent(CommandText text, long timestamp, WatermarkOutput output) {}

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      output.emitWatermark(Watermark.MAX_WATERMARK);
    }
  }
}
