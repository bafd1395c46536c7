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
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * The commands of a job: the files of a directory in the order of their names, or the records of a
 * topic, each once.
 *
 * <p>In a run that ends, those that are there when it begins; it has no watermark until all are
 * read, so that readings wait for them. In one without end also those that come; it says at once
 * that it will hold back no watermark, because nobody knows when the next command comes.
 */
public final class ControlSource {
  /**
   * What comes of the commands.
   *
   * @param commands well-formed
   * @param deadLetters files and records that hold none
   */
  public record Outputs(DataStream<ControlCommand> commands, DataStream<Rejection> deadLetters) {}

  private ControlSource() {}

  /**
   * Adds the source to a graph; the directory is made when it does not exist.
   *
   * @return null when the job takes no commands
   */
  public static @Nullable Outputs of(StreamExecutionEnvironment env, PipelineSpec spec)
      throws IOException {
    Source<CommandText, ?, ?> source = source(spec);
    if (source == null) {
      return null;
    }
    boolean bounded = spec.source().bounded();
    SingleOutputStreamOperator<ControlCommand> commands =
        env.fromSource(
                source,
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

  private static @Nullable Source<CommandText, ?, ?> source(PipelineSpec spec) throws IOException {
    String topic = spec.control().topic();
    if (topic != null) {
      return CommandTopic.of(spec, topic);
    }
    URI directory = spec.control().uri();
    if (directory == null) {
      return null;
    }
    Path path = new Path(directory);
    path.getFileSystem().mkdirs(path);
    FileSource.FileSourceBuilder<CommandText> files =
        FileSource.forBulkFileFormat(new CommandFormat(), path);
    files.setSplitAssigner(NameOrder::new);
    if (!spec.source().bounded()) {
      files.monitorContinuously(spec.control().pollInterval());
    }
    return files.build();
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
