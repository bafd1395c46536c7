// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.parquet;

import io.caddis.detectors.table.RowScorer;
import io.caddis.detectors.table.TableScorer;
import io.caddis.jobs.TableFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.core.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Parquet files. Rows go through the decoder of JSON lines, so that a cell means what it means
 * there; what is written are the values that were read, never their text. Memory is bounded by one
 * row group of the input and one of the output.
 */
public final class ParquetFormat implements TableFormat {
  private static final int PROGRESS_ROWS = 1 << 12;

  /** Describes the columns in Arrow's own way, and would lack those added. */
  private static final String ARROW_SCHEMA = "ARROW:schema";

  @Override
  public String extension() {
    return ".parquet";
  }

  @Override
  public InputStream lines(Path file) throws IOException {
    return new JsonLinesStream(new Rows(open(file)));
  }

  private static ParquetFileReader open(Path file) throws IOException {
    try {
      return ParquetFileReader.open(new FlinkInput(file));
    } catch (RuntimeException e) {
      throw new IOException(file + " is not a Parquet file that can be read", e);
    }
  }

  @Override
  public TableScorer.Progress score(
      Path input,
      OutputStream output,
      TableScorer scorer,
      Consumer<String> notes,
      Consumer<TableScorer.Progress> progress)
      throws IOException {
    ParquetFileReader reader = open(input);
    try (Rows rows = new Rows(reader)) {
      MessageType type = rows.type();
      List<String> columns =
          type.getFields().stream().filter(JsonRow::isCell).map(Type::getName).toList();
      for (String name : scorer.names()) {
        if (type.containsField(name) && !columns.contains(name)) {
          throw new IllegalArgumentException(
              input + " has a column '" + name + "' already: choose other names with --prefix P");
        }
      }
      RowScorer rowScorer = scorer.rows(columns, input.getName(), notes);
      JsonRow json = new JsonRow(type, rowScorer.columns()::contains);
      Map<String, String> metadata = new HashMap<>(reader.getFileMetaData().getKeyValueMetaData());
      metadata.remove(ARROW_SCHEMA);
      TableScorer.Progress sum = TableScorer.Progress.NONE;
      double bytesPerRow =
          (double) new FlinkInput(input).getLength() / Math.max(1, reader.getRecordCount());
      try (ParquetWriter<ScoredRows.ScoredRow> writer =
          new ScoredRows(type, scorer.names(), metadata)
              .to(new OpenOutput(output))
              .withCompressionCodec(codec(reader.getRowGroups()))
              .build()) {
        for (Group row = rows.next(); row != null; row = rows.next()) {
          RowScorer.Verdict verdict = rowScorer.score(json.of(row), sum.rows() + 1);
          writer.write(new ScoredRows.ScoredRow(row, verdict));
          sum = sum.plus(verdict, (long) (bytesPerRow * (sum.rows() + 1)));
          if (sum.rows() % PROGRESS_ROWS == 0) {
            progress.accept(sum);
          }
        }
      }
      return sum;
    }
  }

  /** That of the input's first column; Snappy for one without rows. */
  private static CompressionCodecName codec(List<BlockMetaData> groups) {
    return groups.isEmpty()
        ? CompressionCodecName.SNAPPY
        : groups.get(0).getColumns().get(0).getCodec();
  }
}
