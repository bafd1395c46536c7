// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.control;

import io.caddis.detectors.control.CommandJson;
import io.caddis.jobs.kafka.Brokers;
import io.caddis.jobs.spec.PipelineSpec;
import java.util.Locale;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A Kafka topic as a source of commands: each record is one, in the place of a file that is called
 * {@code TOPIC-PARTITION-OFFSET}, the offset with 19 digits so that names sort by it.
 */
final class CommandTopic {
  private CommandTopic() {}

  /** All commands from the beginning of the topic; a job remembers which it has had. */
  static KafkaSource<CommandText> of(PipelineSpec spec, String topic) {
    KafkaSourceBuilder<CommandText> builder =
        KafkaSource.<CommandText>builder()
            .setProperties(Brokers.consumers(spec.kafka()))
            .setProperty("commit.offsets.on.checkpoint", "false")
            .setTopics(topic)
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setDeserializer(new CommandReader());
    if (spec.source().bounded()) {
      builder.setBounded(OffsetsInitializer.latest());
    }
    return builder.build();
  }

  private static final class CommandReader
      implements KafkaRecordDeserializationSchema<CommandText> {
    private static final long serialVersionUID = 1;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<CommandText> out) {
      String name =
          String.format(
              Locale.ROOT, "%s-%d-%019d", record.topic(), record.partition(), record.offset());
      byte[] value = record.value();
      if (value == null) {
        out.collect(CommandText.unusable(name, "a command must have content, was a tombstone"));
      } else if (value.length > CommandJson.MAX_BYTES) {
        out.collect(CommandText.tooLarge(name));
      } else {
        out.collect(new CommandText(name, value, null));
      }
    }

    @Override
    public TypeInformation<CommandText> getProducedType() {
      return TypeInformation.of(CommandText.class);
    }
  }
}
