// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import io.caddis.jobs.kafka.Brokers;
import io.caddis.jobs.spec.PipelineSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Properties;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka topics of a job's results: a record a row, its value the row's JSON, its key what the
 * row is about, so that the rows of a sensor keep their order. The record's time is when it was
 * written and not the event time, by which brokers would delete results of old readings at once.
 *
 * <p>Exactly once: a transaction a checkpoint, seen by readers of committed records when the
 * checkpoint is complete.
 */
public final class Topics {
  private final PipelineSpec spec;

  public Topics(PipelineSpec spec) {
    this.spec = spec;
  }

  /** What a row is about. */
  @FunctionalInterface
  public interface Key<T> extends Serializable {
    String of(T element);
  }

  /**
   * Writes a stream into a topic.
   *
   * @param topic null to write it into none
   * @param uid identity of the sink's state across versions, also its name in the web UI
   */
  public <T> void write(
      DataStream<T> stream, @Nullable String topic, Key<T> key, JsonLines<T> rows, String uid) {
    if (topic == null) {
      return;
    }
    PipelineSpec.KafkaSink settings = spec.sink().kafka();
    String prefix = settings.transactionalIdPrefix();
    Properties producers = Brokers.clients(spec.kafka());
    producers.setProperty(
        "transaction.timeout.ms", Long.toString(settings.transactionTimeout().toMillis()));
    stream
        .sinkTo(
            KafkaSink.<T>builder()
                .setKafkaProducerConfig(producers)
                .setBootstrapServers(producers.getProperty("bootstrap.servers"))
                .setRecordSerializer(new RowSerializer<>(topic, key, rows))
                .setDeliveryGuarantee(
                    switch (settings.delivery()) {
                      case EXACTLY_ONCE -> DeliveryGuarantee.EXACTLY_ONCE;
                      case AT_LEAST_ONCE -> DeliveryGuarantee.AT_LEAST_ONCE;
                    })
                .setTransactionalIdPrefix(
                    (prefix == null ? "caddis-" + spec.name() : prefix) + '-' + topic)
                .build())
        .name(uid)
        .uid(uid);
  }

  private static final class RowSerializer<T> implements KafkaRecordSerializationSchema<T> {
    private static final long serialVersionUID = 1;

    private final String topic;
    private final Key<T> key;
    private final JsonLines<T> rows;

    RowSerializer(String topic, Key<T> key, JsonLines<T> rows) {
      this.topic = topic;
      this.key = key;
      this.rows = rows;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        T element, KafkaSinkContext context, @Nullable Long timestamp) {
      ByteArrayOutputStream line = new ByteArrayOutputStream(512);
      try {
        rows.encode(element, line);
      } catch (IOException e) {
        throw new UncheckedIOException("memory does not fail", e);
      }
      byte[] value = Arrays.copyOf(line.toByteArray(), line.size() - 1);
      return new ProducerRecord<>(topic, key.of(element).getBytes(StandardCharsets.UTF_8), value);
    }
  }
}
