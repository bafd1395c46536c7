// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.gateway.store.FeedStore;
import io.caddis.gateway.store.FilePosition;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka topics of a job's results: each committed record is read once, alerts before scores.
 *
 * <p>How far a partition was read is kept in the store and not with the brokers, in the transaction
 * of the rows themselves, as of a file called {@code kafka:TOPIC-PARTITION}.
 */
public final class ResultTopics implements ResultSource {
  private static final Duration WAIT = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long LOOK_AROUND_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long ASK_NANOS = Duration.ofSeconds(10).toNanos();

  private final FeedTopics topics;
  private final FeedStore store;
  private final Clock clock;
  private final Map<TopicPartition, FilePosition> positions = new HashMap<>();
  private final Map<TopicPartition, Long> lastRead = new HashMap<>();

  private @Nullable KafkaConsumer<byte[], byte[]> consumer;
  private boolean assigned;
  private long assignedNanos;
  private long answeredNanos;
  private volatile long oldestUnreadMillis = Long.MAX_VALUE;

  /**
   * @param store knows how far partitions were read
   */
  public ResultTopics(FeedTopics topics, FeedStore store, Clock clock) {
    this.topics = topics;
    this.store = store;
    this.clock = clock;
  }

  @Override
  public boolean poll(Feed feed) throws IOException {
    try {
      KafkaConsumer<byte[], byte[]> from = consumer();
      // Partitions can be added to a topic.
      if (!assigned || System.nanoTime() - assignedNanos > LOOK_AROUND_NANOS) {
        assigned = false;
        assign(from);
        assigned = true;
      }
      ConsumerRecords<byte[], byte[]> records = from.poll(WAIT);
      boolean any = !records.isEmpty();
      // After a failure, or what another gateway stored, the next poll begins at the positions.
      assigned = false;
      List<TopicPartition> partitions = new ArrayList<>(records.partitions());
      partitions.sort(Comparator.comparing(partition -> topics.kind(partition.topic())));
      boolean stored = true;
      for (TopicPartition partition : partitions) {
        stored &= read(feed, partition, records.records(partition));
      }
      assigned = stored;
      note(from, any);
      // A poll can be empty because the answer is still on its way.
      return any || isBehind(from);
    } catch (KafkaException e) {
      throw new IOException("brokers " + topics.bootstrapServers() + ": " + e.getMessage(), e);
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer() throws IOException {
    KafkaConsumer<byte[], byte[]> known = consumer;
    if (known == null) {
      Properties settings = topics.clients();
      settings.putIfAbsent("isolation.level", "read_committed");
      settings.put("enable.auto.commit", "false");
      settings.put("auto.offset.reset", "earliest");
      settings.put("max.poll.records", "2000");
      known =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      consumer = known;
    }
    return known;
  }

  private void assign(KafkaConsumer<byte[], byte[]> from) throws IOException {
    List<TopicPartition> all = new ArrayList<>();
    for (String topic : topics.names()) {
      List<PartitionInfo> found = from.partitionsFor(topic, PATIENCE);
      if (found == null || found.isEmpty()) {
        throw new IOException("the brokers know no topic '" + topic + "'");
      }
      found.forEach(partition -> all.add(new TopicPartition(topic, partition.partition())));
    }
    from.assign(all);
    positions.clear();
    for (TopicPartition partition : all) {
      Optional<FilePosition> stored = store.position(name(partition));
      if (stored.isPresent()) {
        positions.put(partition, stored.get());
        from.seek(partition, stored.get().readTo());
      } else {
        from.seekToBeginning(List.of(partition));
      }
    }
    assignedNanos = System.nanoTime();
    answeredNanos = assignedNanos;
  }

  /** Returns whether they were stored here: another gateway may read into the same store. */
  private boolean read(
      Feed feed, TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
    Part part = new Part(topics.kind(partition.topic()), name(partition));
    long now = clock.millis();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      byte[] value = record.value() == null ? new byte[0] : record.value();
      boolean cut = value.length > Feed.MAX_LINE_BYTES;
      part.add(
          new LineReader.Line(
              record.offset(), cut ? Arrays.copyOf(value, Feed.MAX_LINE_BYTES) : value, cut),
          now);
    }
    ConsumerRecord<byte[], byte[]> last = records.get(records.size() - 1);
    FilePosition after = new FilePosition(name(partition), 0, last.offset() + 1);
    lastRead.put(partition, last.timestamp());
    if (!feed.store(positions.get(partition), after, part)) {
      return false;
    }
    positions.put(partition, after);
    return true;
  }

  /** Notes how late the feed is, and from time to time whether brokers still answer. */
  private void note(KafkaConsumer<byte[], byte[]> from, boolean any) {
    long now = System.nanoTime();
    if (any) {
      answeredNanos = now;
    } else if (now - answeredNanos > ASK_NANOS) {
      // A poll says nothing of brokers that are away.
      from.endOffsets(from.assignment(), PATIENCE);
      answeredNanos = now;
    }
    oldestUnreadMillis =
        lastRead.entrySet().stream()
            .filter(read -> from.currentLag(read.getKey()).orElse(0) > 0)
            .mapToLong(Map.Entry::getValue)
            .min()
            .orElse(Long.MAX_VALUE);
  }

  private static boolean isBehind(KafkaConsumer<byte[], byte[]> from) {
    return from.assignment().stream().anyMatch(each -> from.currentLag(each).orElse(1) > 0);
  }

  private static String name(TopicPartition partition) {
    return "kafka:" + partition;
  }

  @Override
  public long oldestUnread() {
    return oldestUnreadMillis;
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close();
    }
  }
}
