// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import java.util.function.Supplier;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;

/** Emits the lines of {@link SocketLines}. */
final class SocketReader extends StreamReader<SocketLines.Line> {
  SocketReader(
      Supplier<SplitReader<SocketLines.Line, StreamSplit>> lines, SourceReaderContext context) {
    super(lines, SocketReader::emit, context);
  }

  private static void emit(SocketLines.Line line, SourceOutput<Parsed> output, Progress progress) {
    output.collect(line.outcome());
    progress.position = line.nextPosition();
    progress.lines = line.linesRead();
  }
}
