// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import io.caddis.detectors.event.Severity;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which alerts to list. What is null does not matter.
 *
 * @param from start of the episode, inclusive, epoch milliseconds
 * @param to start of the episode, exclusive, epoch milliseconds
 * @param severities one of these
 * @param sensor name, in which {@code *} stands for anything
 * @param group whose model scored it
 * @param state of the episode
 * @param acknowledged whether somebody acknowledged it
 * @param silenced whether its sensor is silenced now
 * @param label how it was judged
 * @param labelled whether it was judged at all
 * @param newestFirst by start; otherwise the worst first: by severity, then score
 * @param limit 1 to 1000
 * @param offset 0 to 1,000,000
 */
public record AlertQuery(
    @Nullable Long from,
    @Nullable Long to,
    Set<Severity> severities,
    @Nullable String sensor,
    @Nullable String group,
    @Nullable EpisodeState state,
    @Nullable Boolean acknowledged,
    @Nullable Boolean silenced,
    @Nullable Label label,
    @Nullable Boolean labelled,
    boolean newestFirst,
    int limit,
    int offset) {
  public static final int MAX_LIMIT = 1_000;
  public static final int MAX_OFFSET = 1_000_000;

  /** The hundred worst of all. */
  public static final AlertQuery ALL =
      new AlertQuery(
          null,
          null,
          EnumSet.allOf(Severity.class),
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          false,
          100,
          0);

  /** Those that are open and that nobody has acknowledged. */
  public static final AlertQuery WAITING =
      new AlertQuery(
          null,
          null,
          EnumSet.allOf(Severity.class),
          null,
          null,
          EpisodeState.OPEN,
          false,
          null,
          null,
          null,
          false,
          1,
          0);

  public AlertQuery {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException(
          "limit must be 1 to %d, was %d".formatted(MAX_LIMIT, limit));
    }
    if (offset < 0 || offset > MAX_OFFSET) {
      throw new IllegalArgumentException(
          "offset must be 0 to %d, was %d".formatted(MAX_OFFSET, offset));
    }
    severities = Set.copyOf(severities);
  }
}
