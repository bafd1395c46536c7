// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.MessageDecoder;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.jobs.kafka.Brokers;
import io.caddis.jobs.spec.PipelineSpec;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Readings from Kafka: the value of each committed record is one. Exactly once; a source's name is
 * {@code TOPIC-PARTITION}, a reading's position its offset.
 */
public final class KafkaReadings {
  private KafkaReadings() {}

  /** The source of a specification. */
  public static KafkaSource<Parsed> of(PipelineSpec spec, RecordLayout layout) {
    PipelineSpec.KafkaSource kafka = spec.source().kafka();
    String group = kafka.group();
    KafkaSourceBuilder<Parsed> builder =
        KafkaSource.<Parsed>builder()
            .setProperties(Brokers.consumers(spec.kafka()))
            .setTopics(kafka.topics())
            .setGroupId(group == null ? "caddis-" + spec.name() : group)
            .setStartingOffsets(start(kafka.start()))
            .setDeserializer(
                new RecordParser(
                    layout, spec.limits(), kafka.format() == PipelineSpec.MessageFormat.JSON));
    if (spec.source().bounded()) {
      builder.setBounded(OffsetsInitializer.latest());
    }
    return builder.build();
  }

  // The connector takes no other type than the one that Kafka has deprecated.
  @SuppressWarnings("deprecation")
  private static OffsetsInitializer start(String start) {
    return switch (start) {
      case "earliest" -> OffsetsInitializer.earliest();
      case "latest" -> OffsetsInitializer.latest();
      case "committed" -> OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST);
      default -> OffsetsInitializer.timestamp(Instant.parse(start).toEpochMilli());
    };
  }

  private static final class RecordParser implements KafkaRecordDeserializationSchema<Parsed> {
    private static final long serialVersionUID = 1;

    private final RecordLayout layout;
    private final Limits limits;
    private final boolean json;
    private transient @Nullable Map<TopicPartition, MessageDecoder> decoders;

    RecordParser(RecordLayout layout, Limits limits, boolean json) {
      this.layout = layout;
      this.limits = limits;
      this.json = json;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Parsed> out) {
      Map<TopicPartition, MessageDecoder> known = decoders;
      if (known == null) {
        known = new HashMap<>();
        decoders = known;
      }
      out.collect(
          known
              .computeIfAbsent(
                  new TopicPartition(record.topic(), record.partition()),
                  partition ->
                      json
                          ? MessageDecoder.json(partition.toString(), layout, limits)
                          : MessageDecoder.csv(partition.toString(), layout, limits))
              .decode(record.value(), record.offset()));
    }

    @Override
    public TypeInformation<Parsed> getProducedType() {
      return TypeInformation.of(Parsed.class);
    }
  }
}
