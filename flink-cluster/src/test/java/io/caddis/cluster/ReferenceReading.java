// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A record of a topic as a reading, read without the job's parsers.
 *
 * @param time event time, epoch milliseconds
 * @param source topic and partition
 * @param at offset there
 */
record ReferenceReading(
    long time, String sensor, double[] numbers, @Nullable String[] texts, String source, long at) {

  static ReferenceReading of(ConsumerRecord<String, String> record) {
    JsonNode row = JsonMapper.shared().readTree(record.value());
    // There are few names, and millions of readings.
    return new ReferenceReading(
        row.get("timestamp").asLong(),
        row.get("key").asString().intern(),
        SensorFeed.NUMBERS.stream().mapToDouble(name -> row.get(name).asDouble()).toArray(),
        new String[] {row.get(SensorFeed.TEXT).asString().intern()},
        (record.topic() + "-" + record.partition()).intern(),
        record.offset());
  }

  String eventId() {
    return "%s-%s".formatted(sourceId(), Long.toHexString(at));
  }

  /** The identity of its source in results. */
  String sourceId() {
    return HexFormat.of().toHexDigits(sourceHash());
  }

  /** Of an episode that it raises: a hash, with the version that UUIDs have. */
  String alertId() {
    String identity = "%s\n%d\n%d\n%d".formatted(sensor, time, sourceHash(), at);
    long hash = ByteBuffer.wrap(digest("MD5", identity)).getLong();
    return HexFormat.of().toHexDigits((hash & ~0xF000L) | 0x3000L);
  }

  private long sourceHash() {
    return ByteBuffer.wrap(digest("SHA-256", source)).getLong();
  }

  private static byte[] digest(String algorithm, String text) {
    try {
      return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
