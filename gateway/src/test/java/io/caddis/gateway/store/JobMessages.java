// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import io.caddis.detectors.event.Severity;
import java.time.Instant;
import java.util.List;

/** What a job says, for tests of the store. */
final class JobMessages {
  static final long T0 = Instant.parse("2026-02-01T00:00:00Z").toEpochMilli();

  private JobMessages() {}

  static FilePosition part(String file, long bytes) {
    return new FilePosition(file, bytes, bytes);
  }

  static Batch batch(AlertMessage... messages) {
    Batch batch = new Batch();
    List.of(messages).forEach(batch::add);
    return batch;
  }

  static Batch batch(ScoredReading reading) {
    Batch batch = new Batch();
    batch.add(reading);
    return batch;
  }

  static ScoredReading score(long timestamp) {
    return new ScoredReading(
        timestamp, "pump-1", 0.25, null, false, Severity.LOW, "warm-up", "00-" + timestamp, null);
  }

  static AlertMessage alert(String id, long sequence) {
    return alert(id, sequence, "pump-1", Severity.HIGH, 0.8, T0, true);
  }

  static AlertMessage alert(
      String id,
      long sequence,
      String sensor,
      Severity severity,
      double peak,
      long start,
      boolean open) {
    String body = "{\"alert_id\":\"%s\",\"sequence\":%d}".formatted(id, sequence);
    return new AlertMessage(
        id,
        sequence,
        open ? EpisodeState.OPEN : EpisodeState.CLOSED,
        sensor,
        "all",
        severity,
        start,
        start,
        start,
        peak,
        3,
        body);
  }
}
