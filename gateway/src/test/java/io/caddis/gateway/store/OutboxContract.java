// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import static io.caddis.gateway.store.JobMessages.T0;
import static io.caddis.gateway.store.JobMessages.alert;
import static io.caddis.gateway.store.JobMessages.batch;
import static io.caddis.gateway.store.JobMessages.part;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How every database must keep notices until they are told. */
interface OutboxContract extends OpenStore {
  Duration LEASE = Duration.ofMinutes(1);

  @Test
  default void aTargetIsToldOnceOfEachSeverityAndThenOfTheEnd() {
    FeedStore feed = feed(telling("ops"));
    Outbox outbox = new Outbox(database(), clock());
    feed.store(null, part("a", 1), batch(message(0, Severity.MEDIUM, true)));
    feed.store(null, part("a2", 1), batch(message(0, Severity.MEDIUM, true)));
    feed.store(null, part("b", 1), batch(message(1, Severity.MEDIUM, true)));
    feed.store(null, part("c", 1), batch(message(2, Severity.CRITICAL, true)));
    feed.store(null, part("d", 1), batch(message(3, Severity.CRITICAL, false)));
    feed.store(null, part("d2", 1), batch(message(3, Severity.CRITICAL, false)));

    Outbox.Parcel firing = outbox.take("ops", 10, LEASE).orElseThrow();
    assertThat(firing.bodies()).containsExactly("CRITICAL firing", "MEDIUM firing");
    assertThat(firing.resolved()).isFalse();
    assertThat(outbox.take("ops", 10, LEASE)).as("the end waits for the beginning").isEmpty();
    outbox.delivered(firing);
    Outbox.Parcel resolved = outbox.take("ops", 10, LEASE).orElseThrow();
    assertThat(resolved.bodies()).containsExactly("CRITICAL resolved");
    outbox.delivered(resolved);
    assertThat(outbox.take("ops", 10, LEASE)).isEmpty();
    assertThat(outbox.take("others", 10, LEASE)).isEmpty();
    assertThat(outbox.counts()).isEqualTo(Map.of("pending", 0L, "delivered", 3L, "expired", 0L));
  }

  @Test
  default void whatBecomesWorseAfterItsEndIsToldAndEndsAgain() {
    FeedStore feed = feed(telling("ops"));
    Outbox outbox = new Outbox(database(), clock());
    feed.store(null, part("a", 1), batch(message(0, Severity.MEDIUM, false)));
    outbox.delivered(outbox.take("ops", 10, LEASE).orElseThrow());
    outbox.delivered(outbox.take("ops", 10, LEASE).orElseThrow());
    feed.store(null, part("b", 1), batch(message(1, Severity.MEDIUM, false)));
    assertThat(outbox.take("ops", 10, LEASE)).isEmpty();

    feed.store(null, part("c", 1), batch(message(2, Severity.CRITICAL, false)));

    for (String told : List.of("CRITICAL firing", "CRITICAL resolved")) {
      Outbox.Parcel parcel = outbox.take("ops", 10, LEASE).orElseThrow();
      assertThat(parcel.bodies()).containsExactly(told);
      outbox.delivered(parcel);
    }
    assertThat(outbox.take("ops", 10, LEASE)).isEmpty();
  }

  @Test
  default void whatWasTakenAndNotSettledComesAgain() throws Exception {
    feed(telling("ops")).store(null, part("a", 1), batch(alert("a", 0)));
    Outbox outbox = new Outbox(database(), clock());
    assertThat(outbox.take("ops", 10, LEASE)).isPresent();
    assertThat(outbox.take("ops", 10, LEASE)).isEmpty();

    reopen();
    outbox = new Outbox(database(), clock());
    clock().advance(LEASE);

    Outbox.Parcel again = outbox.take("ops", 10, LEASE).orElseThrow();
    assertThat(again.attempts()).isEqualTo(2);
    outbox.failed(again, Duration.ofHours(1));
    clock().advance(LEASE);
    assertThat(outbox.take("ops", 10, LEASE)).isEmpty();
    clock().advance(Duration.ofHours(1));
    assertThat(outbox.take("ops", 10, LEASE).orElseThrow().attempts()).isEqualTo(3);
    assertThat(outbox.expire(Duration.ofHours(2))).isZero();
    assertThat(outbox.expire(Duration.ofHours(1))).isOne();
    assertThat(outbox.counts()).containsEntry("expired", 1L);
  }

  @Test
  default void onlyWhatWaitsForTooLongIsMadeDue() {
    feed(telling("ops")).store(null, part("a", 1), batch(alert("a", 0)));
    Outbox outbox = new Outbox(database(), clock());
    outbox.failed(outbox.take("ops", 10, LEASE).orElseThrow(), Duration.ofMinutes(5));
    outbox.cutWaits(Duration.ofMinutes(5));
    assertThat(outbox.take("ops", 10, LEASE)).isEmpty();

    clock().set(Duration.ofHours(-1));
    assertThat(outbox.take("ops", 10, LEASE)).isEmpty();
    outbox.cutWaits(Duration.ofMinutes(5));

    assertThat(outbox.take("ops", 10, LEASE)).isPresent();
  }

  @Test
  default void whoWasToldIsKnownAsLongAsTheAlertIsThere() {
    FeedStore feed = feed(telling("ops"));
    Outbox outbox = new Outbox(database(), clock());
    Retention retention = new Retention(database(), clock(), Duration.ofDays(5));
    feed.store(null, part("a", 1), batch(message(0, Severity.HIGH, true)));
    outbox.delivered(outbox.take("ops", 10, LEASE).orElseThrow());
    clock().advance(Duration.ofDays(6));
    retention.apply();

    feed.store(null, part("b", 1), batch(message(1, Severity.HIGH, false)));
    retention.apply();
    feed.store(null, part("c", 1), batch(message(2, Severity.HIGH, false)));

    Outbox.Parcel end = outbox.take("ops", 10, LEASE).orElseThrow();
    assertThat(end.bodies()).containsExactly("HIGH resolved");
    outbox.delivered(end);
    assertThat(outbox.take("ops", 10, LEASE)).isEmpty();
    clock().advance(Duration.ofDays(6));
    retention.apply();
    assertThat(outbox.counts()).containsEntry("delivered", 0L);
  }

  @Test
  default void nobodyIsToldOfSilencedSensors() {
    new Silences(database(), clock()).begin("pump-*", clock().millis() + 1_000, "Ada", null, null);
    feed(telling("ops")).store(null, part("a", 1), batch(alert("a", 0)));
    clock().advance(Duration.ofSeconds(2));

    assertThat(new Outbox(database(), clock()).take("ops", 10, LEASE)).isEmpty();
  }

  private static AlertMessage message(long sequence, Severity severity, boolean open) {
    return alert("a", sequence, "pump-1", severity, 0.8, T0, open);
  }

  /** Tells one target of everything. */
  private static NoticePolicy telling(String target) {
    return new NoticePolicy() {
      @Override
      public List<Notice> about(AlertMessage alert) {
        List<Notice> notices = new ArrayList<>(List.of(notice(alert, false)));
        if (alert.state() != EpisodeState.OPEN) {
          notices.add(notice(alert, true));
        }
        return notices;
      }

      private Notice notice(AlertMessage alert, boolean resolved) {
        return new Notice(
            target,
            alert.alertId(),
            resolved,
            alert.severity().ordinal(),
            alert.group(),
            alert.sensor(),
            alert.severity() + (resolved ? " resolved" : " firing"));
      }

      @Override
      public List<Notice> about(IssueMessage issue) {
        return List.of();
      }
    };
  }
}
