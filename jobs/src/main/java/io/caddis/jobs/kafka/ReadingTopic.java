// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.kafka;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.jobs.spec.PipelineSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A topic to which readings are appended, a JSON object each, the sensor as the record's key: the
 * readings of a sensor keep their order. Not thread-safe.
 */
public final class ReadingTopic implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final RecordLayout layout;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  /**
   * @param layout names the fields of the readings; it has a time and a key field
   */
  public ReadingTopic(PipelineSpec.Kafka brokers, String topic, RecordLayout layout) {
    this.producer =
        new KafkaProducer<>(
            Brokers.clients(brokers), new ByteArraySerializer(), new ByteArraySerializer());
    this.topic = topic;
    this.layout = layout;
  }

  /**
   * @throws IOException when this one, or one before it, cannot be appended
   */
  public void append(Reading reading) throws IOException {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put(layout.timeField(), Instant.ofEpochMilli(reading.timestamp()).toString());
    json.put(layout.keyField(), reading.key());
    int number = 0;
    int text = 0;
    for (Feature feature : layout.fields().features()) {
      if (feature.encoding().isText()) {
        json.put(feature.name(), reading.texts()[text++]);
      } else {
        json.put(feature.name(), reading.numbers()[number++]);
      }
    }
    producer.send(
        new ProducerRecord<>(
            topic,
            reading.key().getBytes(StandardCharsets.UTF_8),
            JsonMapper.shared().writeValueAsBytes(json)),
        (stored, e) -> failure.compareAndSet(null, e));
    check();
  }

  /**
   * Waits until all is stored.
   *
   * @throws IOException when something is not
   */
  public void flush() throws IOException {
    producer.flush();
    check();
  }

  private void check() throws IOException {
    Exception e = failure.get();
    if (e != null) {
      throw new IOException("cannot append to topic '" + topic + "': " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
