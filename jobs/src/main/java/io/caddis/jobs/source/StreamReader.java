// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;

/**
 * Emits the elements of one sequence that never ends and keeps the position of the last one.
 *
 * @param <E> what is received
 */
abstract class StreamReader<E>
    extends SingleThreadMultiplexSourceReaderBase<E, Parsed, StreamSplit, StreamReader.Progress> {
  StreamReader(
      Supplier<SplitReader<E, StreamSplit>> receiving,
      RecordEmitter<E, Parsed, Progress> emitter,
      SourceReaderContext context) {
    super(receiving, emitter, context.getConfiguration(), context);
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

  /** How far the elements have been emitted. */
  static final class Progress {
    long position;
    long lines;

    Progress(StreamSplit split) {
      position = split.position();
      lines = split.lines();
    }
  }
}
