// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.parquet;

import java.io.Closeable;
import java.io.IOException;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** The rows of a file in their order, one row group in memory. Not thread-safe. */
final class Rows implements Closeable {
  private final ParquetFileReader file;
  private final MessageType type;
  private @Nullable RecordReader<Group> group;
  private long left;

  Rows(ParquetFileReader file) {
    this.file = file;
    this.type = file.getFileMetaData().getSchema();
  }

  MessageType type() {
    return type;
  }

  /** The next row, null at the end. */
  @Nullable Group next() throws IOException {
    try {
      while (left == 0) {
        PageReadStore pages = file.readNextRowGroup();
        if (pages == null) {
          return null;
        }
        left = pages.getRowCount();
        group =
            new ColumnIOFactory()
                .getColumnIO(type)
                .getRecordReader(pages, new GroupRecordConverter(type));
      }
      left--;
      return group == null ? null : group.read();
    } catch (RuntimeException e) {
      throw new IOException("Parquet file is damaged or of an unknown kind", e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
