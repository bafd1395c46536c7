// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.alerts;

import io.caddis.gateway.access.SecretFile;
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
      description = "Forget alerts after (default: ${DEFAULT-VALUE}).")
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
        store,
        storeUser,
        storePasswordFile == null ? null : SecretFile.read(storePasswordFile),
        Duration.ofDays(retentionDays),
        scoreWindow,
        webhooks == null ? List.of() : WebhookFile.read(webhooks, new HashSet<>(allowed)),
        AlertOptions.NOTIFY_WITHIN,
        externalUrl);
  }
}
