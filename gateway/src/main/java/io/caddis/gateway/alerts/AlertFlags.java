// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.alerts;

import io.caddis.gateway.access.SecretFile;
import io.caddis.gateway.feed.FeedTopics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the command line that concern alerts. */
public final class AlertFlags {
  @Option(
      names = "--feed",
      paramLabel = "DIR",
      description = "Read the results of a job: its --output DIR.")
  private @Nullable Path feed;

  @Option(
      names = "--feed-kafka",
      paramLabel = "HOST:PORT",
      description = "Read the results of a job from Kafka instead: its brokers.")
  private @Nullable String feedKafka;

  @Option(
      names = "--feed-topic",
      paramLabel = "KIND=TOPIC",
      description = "Topic of its alerts, scores, ...; may be given several times.")
  private List<String> feedTopics = List.of();

  @Option(
      names = "--feed-kafka-properties",
      paramLabel = "FILE",
      description = "Settings of Kafka's clients, such as logins.")
  private @Nullable Path feedKafkaProperties;

  @Option(
      names = "--store",
      paramLabel = "FILE|URL",
      description =
          "Keep alerts in a SQLite file, or in jdbc:postgresql://HOST/NAME"
              + " (default: gateway.db in the feed).")
  private @Nullable String store;

  @Option(names = "--store-user", paramLabel = "NAME", description = "User of PostgreSQL.")
  private @Nullable String storeUser;

  @Option(
      names = "--store-password-file",
      paramLabel = "FILE",
      description = "Holds the password of that user.")
  private @Nullable Path storePasswordFile;

  @Option(
      names = "--retention-days",
      paramLabel = "N",
      description = "Forget alerts after, open ones ten times as late (default: ${DEFAULT-VALUE}).")
  private int retentionDays = (int) AlertOptions.RETENTION.toDays();

  @Option(
      names = "--score-window",
      paramLabel = "N",
      description = "Keep the newest N scores (default: ${DEFAULT-VALUE}).")
  private int scoreWindow = AlertOptions.SCORE_WINDOW;

  @Option(
      names = "--webhooks",
      paramLabel = "FILE",
      description = "Tell the receivers in this YAML file.")
  private @Nullable Path webhooks;

  @Option(
      names = "--webhook-allow",
      paramLabel = "HOST:PORT",
      description = "Receivers may be at; may be given several times.")
  private List<String> allowed = List.of();

  @Option(
      names = "--external-url",
      paramLabel = "URL",
      description = "Where people find this gateway: for links in notifications.")
  private String externalUrl = "";

  /**
   * The options as they were given.
   *
   * @throws IllegalArgumentException when one is out of its range, or a file is not as it should be
   */
  public AlertOptions options() {
    if (retentionDays < 1 || retentionDays > 36_500) {
      throw new IllegalArgumentException(
          "--retention-days must be 1 to 36500, was " + retentionDays);
    }
    return new AlertOptions(
        feed,
        topics(),
        store,
        storeUser,
        storePasswordFile == null ? null : SecretFile.read(storePasswordFile),
        Duration.ofDays(retentionDays),
        scoreWindow,
        webhooks == null ? List.of() : WebhookFile.read(webhooks, new HashSet<>(allowed)),
        AlertOptions.NOTIFY_WITHIN,
        externalUrl);
  }

  private @Nullable FeedTopics topics() {
    if (feedKafka == null) {
      if (!feedTopics.isEmpty() || feedKafkaProperties != null) {
        throw new IllegalArgumentException(
            "--feed-kafka must be given with --feed-topic and --feed-kafka-properties");
      }
      return null;
    }
    if (feed != null) {
      throw new IllegalArgumentException("--feed and --feed-kafka exclude each other: choose one");
    }
    if (store == null) {
      throw new IllegalArgumentException(
          "--store must be given with --feed-kafka: how far topics were read is kept there");
    }
    return new FeedTopics(feedKafka, feedKafkaProperties, feedTopics);
  }
}
