// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.control;

import io.caddis.detectors.control.CommandJson;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.SingletonResultIterator;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/** Reads each file as one {@link CommandText}; one that cannot be read is no failure. */
final class CommandFormat implements BulkFormat<CommandText, FileSourceSplit> {
  @Override
  public Reader<CommandText> createReader(Configuration config, FileSourceSplit split) {
    return new TextReader(read(split.path()));
  }

  @Override
  public Reader<CommandText> restoreReader(Configuration config, FileSourceSplit split) {
    return new TextReader(split.getReaderPosition().isPresent() ? null : read(split.path()));
  }

  private static CommandText read(Path path) {
    try (FSDataInputStream in = path.getFileSystem().open(path)) {
      byte[] content = in.readNBytes(CommandJson.MAX_BYTES + 1);
      return content.length > CommandJson.MAX_BYTES
          ? CommandText.tooLarge(path.getName())
          : new CommandText(path.getName(), content, null);
    } catch (IOException e) {
      return CommandText.unusable(
          path.getName(), "a command must be a readable file: " + e.getMessage());
    }
  }

  @Override
  public boolean isSplittable() {
    return false;
  }

  @Override
  public TypeInformation<CommandText> getProducedType() {
    return TypeInformation.of(CommandText.class);
  }

  private static final class TextReader implements Reader<CommandText> {
    private @Nullable CommandText text;

    TextReader(@Nullable CommandText text) {
      this.text = text;
    }

    @Override
    public @Nullable RecordIterator<CommandText> readBatch() {
      if (text == null) {
        return null;
      }
      SingletonResultIterator<CommandText> one = new SingletonResultIterator<>();
      one.set(text, CheckpointedPosition.NO_OFFSET, 1);
      text = null;
      return one;
    }

    @Override
    public void close() {}
  }
}
