// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.kafka;

import io.caddis.jobs.spec.PipelineSpec;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka brokers of a specification: how clients reach them, and whether a job can work there.
 */
public final class Brokers {
  private static final String MAX_TIMEOUT = "transaction.max.timeout.ms";
  private static final int PATIENCE_MILLIS = 15_000;

  private Brokers() {}

  /**
   * Settings of any client: the file of the specification, under its bootstrap servers.
   *
   * @throws IllegalArgumentException when the file cannot be read; its content is not told
   */
  public static Properties clients(PipelineSpec.Kafka kafka) {
    Properties settings = new Properties();
    String file = kafka.properties();
    if (file != null) {
      try (Reader in = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
        settings.load(in);
      } catch (IOException | IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "kafka.properties must be a readable file of properties in UTF-8, was " + file, e);
      }
    }
    String servers = kafka.bootstrapServers();
    if (servers == null) {
      throw new IllegalArgumentException("kafka.bootstrap-servers must be given");
    }
    settings.setProperty("bootstrap.servers", servers);
    return settings;
  }

  /** Settings of consumers: they see committed records only, unless the file says otherwise. */
  public static Properties consumers(PipelineSpec.Kafka kafka) {
    Properties settings = new Properties();
    settings.setProperty("isolation.level", "read_committed");
    settings.putAll(clients(kafka));
    return settings;
  }

  /**
   * Looks whether the brokers can be reached and have what the job needs, which nobody would see
   * before the job fails again and again. Does nothing when it needs no brokers.
   *
   * @throws IllegalArgumentException with a remedy, when they do not
   */
  public static void check(PipelineSpec spec) {
    Set<String> topics = new HashSet<>(spec.sink().kafka().topics());
    if (spec.source().type() == PipelineSpec.SourceType.KAFKA) {
      topics.addAll(spec.source().kafka().topics());
    }
    String control = spec.control().topic();
    if (control != null) {
      topics.add(control);
    }
    if (topics.isEmpty()) {
      return;
    }
    Properties settings = clients(spec.kafka());
    settings.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    settings.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    try (Admin admin = Admin.create(settings)) {
      topicsExist(admin, topics);
      if (!spec.sink().kafka().topics().isEmpty()
          && spec.sink().kafka().delivery() == PipelineSpec.Delivery.EXACTLY_ONCE) {
        timeoutIsAllowed(admin, spec.sink().kafka().transactionTimeout().toMillis());
      }
    } catch (KafkaException e) {
      throw new IllegalArgumentException(
          "kafka.bootstrap-servers must be brokers that answer here, was %s: %s%s"
              .formatted(
                  spec.kafka().bootstrapServers(),
                  reason(e),
                  spec.kafka().properties() == null
                      ? ""
                      : ", with the settings of " + spec.kafka().properties()),
          e);
    }
  }

  /** No deeper cause is told: a login that cannot be parsed is quoted there. */
  private static String reason(KafkaException e) {
    return String.valueOf((e.getCause() instanceof KafkaException cause ? cause : e).getMessage());
  }

  private static void topicsExist(Admin admin, Set<String> topics) {
    for (Map.Entry<String, ? extends KafkaFuture<?>> topic :
        admin.describeTopics(topics).topicNameValues().entrySet()) {
      try {
        answer(topic.getValue());
      } catch (UnknownTopicOrPartitionException e) {
        throw new IllegalArgumentException(
            "topic '%s' must exist, the brokers know none of that name: create it"
                .formatted(topic.getKey()),
            e);
      }
    }
  }

  private static void timeoutIsAllowed(Admin admin, long timeoutMillis) {
    Collection<Node> nodes = answer(admin.describeCluster().nodes());
    List<ConfigResource> brokers =
        nodes.stream()
            .map(node -> new ConfigResource(ConfigResource.Type.BROKER, node.idString()))
            .toList();
    try {
      answer(admin.describeConfigs(brokers).all())
          .values()
          .forEach(
              config -> {
                @Nullable ConfigEntry max = config.get(MAX_TIMEOUT);
                if (max != null && Long.parseLong(max.value()) < timeoutMillis) {
                  throw new IllegalArgumentException(
                      "sink.kafka.transaction-timeout must be at most what the brokers allow, %s ms"
                              .formatted(max.value())
                          + " ("
                          + MAX_TIMEOUT
                          + "), was "
                          + timeoutMillis
                          + " ms. Lower it, or raise the brokers' limit");
                }
              });
    } catch (ClusterAuthorizationException e) {
      // Who may not ask finds out from the producer, which fails with the brokers' answer.
      return;
    }
  }

  private static <T> T answer(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted", e);
    }
  }
}
