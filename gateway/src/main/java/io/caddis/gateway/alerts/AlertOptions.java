// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.alerts;

import io.caddis.gateway.feed.FeedTopics;
import io.caddis.gateway.notify.Webhook;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where alerts come from, where they are kept, and who is told.
 *
 * @param feed output directory of a job, null when there is none
 * @param topics of a job, instead of its directory; null when there are none
 * @param store file, or URL of JDBC; null keeps the store beside the feed, and without a feed in a
 *     temporary file
 * @param storeUser of PostgreSQL, null when the URL has it
 * @param storePassword of that user, null when none is needed
 * @param retention after which alerts are forgotten
 * @param scoreWindow how many of the newest scores are kept
 * @param webhooks who is told
 * @param notifyWithin older readings are not told
 * @param externalUrl of this gateway, for links in notifications; empty when unknown
 */
public record AlertOptions(
    @Nullable Path feed,
    @Nullable FeedTopics topics,
    @Nullable String store,
    @Nullable String storeUser,
    @Nullable String storePassword,
    Duration retention,
    int scoreWindow,
    List<Webhook> webhooks,
    Duration notifyWithin,
    String externalUrl) {
  static final int SCORE_WINDOW = 100_000;
  static final Duration RETENTION = Duration.ofDays(90);
  static final Duration NOTIFY_WITHIN = Duration.ofDays(1);

  public AlertOptions {
    if (scoreWindow < 1) {
      throw new IllegalArgumentException("score window must be at least 1, was " + scoreWindow);
    }
    webhooks = List.copyOf(webhooks);
  }

  /** Without the password, and without what URLs may hold. */
  @Override
  public String toString() {
    return "alerts from " + (topics == null ? feed : topics) + ", told to " + webhooks;
  }
}
