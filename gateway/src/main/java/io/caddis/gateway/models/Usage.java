// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** What has been scored today, UTC. Thread-safe. */
public final class Usage {
  private final InstantSource clock;
  private LocalDate day = LocalDate.EPOCH;
  private long requests;
  private long rows;
  private long anomalies;
  private long nanos;

  public Usage(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Counts of a day.
   *
   * @param rows scored
   * @param anomalies among them
   * @param latencyMillis mean of the requests that had rows scored, 0 when there were none
   */
  public record Today(long rows, long anomalies, double latencyMillis) {}

  /** Counts a request that had rows scored. */
  public synchronized void add(int scored, int anomalous, long nanos) {
    turn();
    requests++;
    rows += scored;
    anomalies += anomalous;
    this.nanos += nanos;
  }

  public synchronized Today today() {
    turn();
    return new Today(rows, anomalies, requests == 0 ? 0 : nanos / 1e6 / requests);
  }

  private void turn() {
    LocalDate now = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    if (!now.equals(day)) {
      day = now;
      requests = 0;
      rows = 0;
      anomalies = 0;
      nanos = 0;
    }
  }
}
