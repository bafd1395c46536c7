// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.parquet;

import io.caddis.detectors.table.RowScorer;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/** Writes rows as they were read, with four more columns behind their own. */
final class ScoredRows extends WriteSupport<ScoredRows.ScoredRow> {
  /** A row and what the model says of it. */
  record ScoredRow(Group row, RowScorer.Verdict verdict) {}

  private final MessageType type;
  private final Map<String, String> metadata;

  @SuppressWarnings("NullAway.Init") // prepareForWrite comes first
  private RecordConsumer consumer;

  /**
   * @param input type of the rows
   * @param names of the columns added: score, is_anomaly, prediction, raw_score
   * @param metadata of the file
   */
  ScoredRows(MessageType input, List<String> names, Map<String, String> metadata) {
    this.type =
        input.union(
            new MessageType(
                input.getName(),
                Types.optional(PrimitiveTypeName.DOUBLE).named(names.get(0)),
                Types.optional(PrimitiveTypeName.BOOLEAN).named(names.get(1)),
                Types.optional(PrimitiveTypeName.INT32).named(names.get(2)),
                Types.optional(PrimitiveTypeName.DOUBLE).named(names.get(3))));
    this.metadata = metadata;
  }

  /** Settings of a writer that uses this. */
  Builder to(OutputFile file) {
    return new Builder(file, this);
  }

  /** Settings of a writer. */
  static final class Builder extends ParquetWriter.Builder<ScoredRow, Builder> {
    private final ScoredRows rows;

    private Builder(OutputFile file, ScoredRows rows) {
      super(file);
      this.rows = rows;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract there
    protected WriteSupport<ScoredRow> getWriteSupport(Configuration configuration) {
      return rows;
    }

    @Override
    protected WriteSupport<ScoredRow> getWriteSupport(ParquetConfiguration configuration) {
      return rows;
    }
  }

  @Override
  @SuppressWarnings("deprecation") // abstract there
  public WriteContext init(Configuration configuration) {
    return new WriteContext(type, metadata);
  }

  @Override
  public WriteContext init(ParquetConfiguration configuration) {
    return new WriteContext(type, metadata);
  }

  @Override
  public void prepareForWrite(RecordConsumer recordConsumer) {
    consumer = recordConsumer;
  }

  @Override
  public void write(ScoredRow scored) {
    consumer.startMessage();
    fields(scored.row());
    RowScorer.Verdict verdict = scored.verdict();
    if (verdict.scored()) {
      int first = scored.row().getType().getFieldCount();
      added(first, () -> consumer.addDouble(verdict.score()));
      added(first + 1, () -> consumer.addBoolean(verdict.anomaly()));
      added(first + 2, () -> consumer.addInteger(verdict.anomaly() ? -1 : 1));
      added(first + 3, () -> consumer.addDouble(verdict.raw()));
    }
    consumer.endMessage();
  }

  private void added(int field, Runnable value) {
    consumer.startField(type.getFieldName(field), field);
    value.run();
    consumer.endField(type.getFieldName(field), field);
  }

  private void fields(Group group) {
    GroupType fields = group.getType();
    for (int field = 0; field < fields.getFieldCount(); field++) {
      int values = group.getFieldRepetitionCount(field);
      if (values > 0) {
        consumer.startField(fields.getFieldName(field), field);
        for (int i = 0; i < values; i++) {
          if (fields.getType(field).isPrimitive()) {
            group.writeValue(field, i, consumer);
          } else {
            consumer.startGroup();
            fields(group.getGroup(field, i));
            consumer.endGroup();
          }
        }
        consumer.endField(fields.getFieldName(field), field);
      }
    }
  }
}
