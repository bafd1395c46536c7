// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which Kafka topics hold which results of a job, and how their brokers are reached. Immutable. */
public final class FeedTopics {
  private final String bootstrapServers;
  private final @Nullable Path properties;
  private final Map<String, ResultKind> kinds = new HashMap<>();

  /**
   * @param bootstrapServers {@code HOST:PORT}, several with commas between
   * @param properties file with settings of Kafka's clients, null when there are none
   * @param topics as in {@code alerts=TOPIC}: the name of a job's folder and the topic instead
   * @throws IllegalArgumentException when one is not like that
   */
  public FeedTopics(String bootstrapServers, @Nullable Path properties, List<String> topics) {
    this.bootstrapServers = bootstrapServers;
    this.properties = properties;
    for (String topic : topics) {
      String[] parts = topic.split("=", 2);
      ResultKind kind =
          Arrays.stream(ResultKind.values())
              .filter(each -> each.folder().equals(parts[0]))
              .findFirst()
              .orElse(null);
      if (kind == null || parts.length < 2 || parts[1].isEmpty()) {
        throw new IllegalArgumentException(
            "--feed-topic must be KIND=TOPIC with a KIND of %s, was '%s'"
                .formatted(
                    Arrays.stream(ResultKind.values()).map(ResultKind::folder).toList(), topic));
      }
      if (kinds.put(parts[1], kind) != null) {
        throw new IllegalArgumentException(
            "--feed-topic must name each topic once, was '" + parts[1] + "' twice");
      }
    }
    if (kinds.isEmpty()) {
      throw new IllegalArgumentException("--feed-topic must be given with --feed-kafka");
    }
  }

  String bootstrapServers() {
    return bootstrapServers;
  }

  Set<String> names() {
    return kinds.keySet();
  }

  ResultKind kind(String topic) {
    return Objects.requireNonNull(kinds.get(topic));
  }

  /** Settings of any client: those of the file, under the bootstrap servers. */
  Properties clients() throws IOException {
    Properties settings = new Properties();
    if (properties != null) {
      try (Reader in = Files.newBufferedReader(properties, StandardCharsets.UTF_8)) {
        settings.load(in);
      }
    }
    settings.put("bootstrap.servers", bootstrapServers);
    return settings;
  }

  /** Without what the file holds. */
  @Override
  public String toString() {
    return kinds.keySet() + " at " + bootstrapServers;
  }
}
