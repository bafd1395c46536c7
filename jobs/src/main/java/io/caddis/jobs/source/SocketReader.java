// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;

/** Emits the lines of {@link SocketLines} and keeps the position of the last one emitted. */
final class SocketReader
    extends SingleThreadMultiplexSourceReaderBase<
        SocketLines.Line, Parsed, StreamSplit, SocketReader.Progress> {
  SocketReader(
      Supplier<SplitReader<SocketLines.Line, StreamSplit>> lines, SourceReaderContext context) {
    super(lines, SocketReader::emit, context.getConfiguration(), context);
  }

  private static void emit(SocketLines.Line line, SourceOutput<Parsed> output, Progress progress) {
    output.collect(line.outcome());
    progress.position = line.nextPosition();
    progress.lines = line.linesRead();
  }

  @Override
  protected void onSplitFinished(Map<String, Progress> finished) {}

  @Override
  protected Progress initializedState(StreamSplit split) {
    return new Progress(split);
  }

  @Override
  protected StreamSplit toSplitType(String splitId, Progress progress) {
    return new StreamSplit(splitId, progress.position, progress.lines);
  }

  /** How far the lines have been emitted. */
  static final class Progress {
    private long position;
    private long lines;

    Progress(StreamSplit split) {
      position = split.position();
      lines = split.lines();
    }
  }
}
