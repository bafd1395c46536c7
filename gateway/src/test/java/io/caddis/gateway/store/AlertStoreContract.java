// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import static io.caddis.gateway.store.JobMessages.T0;
import static io.caddis.gateway.store.JobMessages.alert;
import static io.caddis.gateway.store.JobMessages.batch;
import static io.caddis.gateway.store.JobMessages.part;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Severity;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How every database must list alerts and keep what people say to them. */
interface AlertStoreContract extends OpenStore {
  @Test
  default void alertsAreListedTheWorstFirstAndCountedBySeverity() {
    Batch batch = new Batch();
    batch.add(alert("low", 0, "pump-1", Severity.LOW, 0.4, T0, true));
    batch.add(alert("high", 0, "pump-2", Severity.HIGH, 0.8, T0, true));
    batch.add(alert("worse", 0, "Pump-2", Severity.CRITICAL, 0.95, T0 + 1, false));
    batch.add(alert("worst", 0, "fan_1", Severity.CRITICAL, 0.99, T0 + 2, true));
    feed(NoticePolicy.NOBODY).store(null, part("a", 1), batch);
    AlertStore store = new AlertStore(database(), clock());

    AlertStore.Page page = store.list(AlertQuery.ALL);

    assertThat(page.alerts())
        .extracting(StoredAlert::alertId)
        .containsExactly("worst", "worse", "high", "low");
    assertThat(page.counts())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                Severity.CRITICAL, 2L, Severity.HIGH, 1L, Severity.MEDIUM, 0L, Severity.LOW, 1L));
    assertThat(ids(store, query(Set.of(Severity.HIGH, Severity.LOW), null, null, null, 10, 0)))
        .containsExactly("high", "low");
    assertThat(ids(store, query(Set.of(), null, null, null, 10, 0))).isEmpty();
    assertThat(ids(store, query(all(), "pump-*", null, null, 10, 0)))
        .containsExactly("high", "low");
    assertThat(ids(store, query(all(), "*_1", null, null, 10, 0))).containsExactly("worst");
    assertThat(ids(store, query(all(), "fan%", null, null, 10, 0))).isEmpty();
    assertThat(ids(store, query(all(), "fan%*", null, null, 10, 0))).isEmpty();
    assertThat(ids(store, query(all(), "Pump-2", null, null, 10, 0))).containsExactly("worse");
    assertThat(ids(store, query(all(), null, false, null, 10, 0))).containsExactly("worse");
    assertThat(ids(store, query(all(), null, null, T0 + 1, 10, 0)))
        .containsExactly("worst", "worse");
    AlertStore.Page second = store.list(query(all(), null, null, null, 1, 1));
    assertThat(second.alerts()).extracting(StoredAlert::alertId).containsExactly("worse");
    assertThat(second.total()).isEqualTo(4);
    assertThat(store.counts(query(all(), "pump-*", null, null, 1, 0)))
        .isEqualTo(
            Map.of(
                Severity.CRITICAL, 0L, Severity.HIGH, 1L, Severity.MEDIUM, 0L, Severity.LOW, 1L));
    store.acknowledge("worst", true, "Ada", null);
    assertThat(store.counts(AlertQuery.WAITING))
        .isEqualTo(
            Map.of(
                Severity.CRITICAL, 0L, Severity.HIGH, 1L, Severity.MEDIUM, 0L, Severity.LOW, 1L));
  }

  @Test
  default void whatPeopleSayOutlivesTheJobsNextMessage() {
    FeedStore feed = feed(NoticePolicy.NOBODY);
    feed.store(null, part("a", 1), batch(alert("a", 0)));
    AlertStore store = new AlertStore(database(), clock());
    store.acknowledge("a", true, "Ada", "on my way");
    clock().advance(Duration.ofMinutes(5));
    store.label("a", Label.FALSE_ALARM, "Bob", null);
    feed.store(null, part("b", 1), batch(alert("a", 1)));

    StoredAlert alert = store.find("a").orElseThrow();

    assertThat(alert.body()).contains("\"sequence\":1");
    assertThat(alert.acknowledged().by()).isEqualTo("Ada");
    assertThat(alert.acknowledged().note()).isEqualTo("on my way");
    assertThat(alert.label().action()).isEqualTo("false_alarm");
    assertThat(alert.label().at()).isEqualTo(clock().millis());
    store.acknowledge("a", false, "Ada", null);
    store.label("a", null, "Bob", "was right");
    assertThat(store.find("a").orElseThrow().acknowledged()).isNull();
    assertThat(store.find("a").orElseThrow().label()).isNull();
    assertThat(store.history("a"))
        .extracting(Mark::action)
        .containsExactly("acknowledge", "false_alarm", "withdraw", "no_label");
    assertThat(store.acknowledge("nothing", true, "Ada", null)).isEmpty();
    assertThat(store.history("nothing")).isEmpty();
  }

  @Test
  default void aSilenceHoldsForItsSensorsUntilItEnds() {
    feed(NoticePolicy.NOBODY)
        .store(
            null,
            part("a", 1),
            batch(
                alert("a", 0, "pump-1", Severity.HIGH, 0.8, T0, true),
                alert("b", 0, "fan-1", Severity.HIGH, 0.7, T0, true)));
    AlertStore alerts = new AlertStore(database(), clock());
    Silences silences = new Silences(database(), clock());
    long until = clock().millis() + 60_000;
    Silences.Silence silence =
        silences.begin("pump-*", until, "Ada", "maintenance", "a").orElseThrow();

    assertThat(silences.active()).containsExactly(silence);
    assertThat(alerts.find("a").orElseThrow().silencedUntil()).isEqualTo(until);
    assertThat(alerts.find("b").orElseThrow().silencedUntil()).isZero();
    assertThat(silencedIds(alerts, true)).containsExactly("a");
    assertThat(silencedIds(alerts, false)).containsExactly("b");
    assertThat(alerts.history("a")).extracting(Mark::action).containsExactly("silence");

    clock().advance(Duration.ofMinutes(2));
    assertThat(silences.active()).isEmpty();
    assertThat(silencedIds(alerts, true)).isEmpty();
    assertThat(silences.end(silence.id())).isFalse();
    long second = silences.begin("*", clock().millis() + 1, "Ada", null, null).orElseThrow().id();
    assertThat(silences.end(second)).isTrue();
    assertThat(silences.active()).isEmpty();
  }

  @Test
  default void judgementsMakeFigures() {
    Batch batch = new Batch();
    IntStream.range(0, 10).forEach(i -> batch.add(alert("a" + i, 0)));
    feed(NoticePolicy.NOBODY).store(null, part("a", 1), batch);
    AlertStore alerts = new AlertStore(database(), clock());
    Figures figures = new Figures(database(), clock());
    assertThat(figures.accuracy(0, Long.MAX_VALUE).precision()).isNull();
    IntStream.range(0, 3).forEach(i -> alerts.label("a" + i, Label.TRUE_ALARM, "Ada", null));
    alerts.label("a9", Label.FALSE_ALARM, "Ada", null);
    figures.reportMissed("pump-1", T0, T0 + 5, "Ada", null);

    Figures.Accuracy accuracy = figures.accuracy(T0, T0 + 1);

    assertThat(accuracy).isEqualTo(new Figures.Accuracy(10, 3, 1, 1));
    assertThat(accuracy.precision()).isEqualTo(0.75);
    assertThat(accuracy.recall()).isEqualTo(0.75);
    assertThat(accuracy.f1()).isEqualTo(0.75);
    assertThat(accuracy.accuracy()).isEqualTo(0.6);
    assertThat(figures.accuracy(T0 + 1, Long.MAX_VALUE).alerts()).isZero();
    assertThat(figures.day(LocalDate.of(2026, 2, 1)).alerts()).isEqualTo(10);
    assertThat(figures.day(LocalDate.of(2026, 2, 1)).anomalies()).isEqualTo(30);
    assertThat(figures.day(LocalDate.of(2026, 1, 31)).alerts()).isZero();
    assertThat(figures.judgements())
        .isEqualTo(Map.of("true_alarm", 3L, "false_alarm", 1L, "missed_alarm", 1L));
    assertThat(figures.judged(10))
        .hasSize(5)
        .contains(new Figures.Judged("pump-1", T0, T0 + 5, true))
        .extracting(Figures.Judged::anomalous)
        .containsOnlyOnce(false);
    assertThat(figures.judged(2)).hasSize(2);
  }

  @Test
  default void whatIsOldGoesButNotWhatIsLabelled() {
    FeedStore feed = feed(NoticePolicy.NOBODY);
    AlertMessage old = alert("old", 0, "pump-1", Severity.HIGH, 0.8, T0, false);
    AlertMessage kept = alert("kept", 0, "pump-1", Severity.HIGH, 0.8, T0, false);
    feed.store(null, part("alerts/a", 1), batch(old, kept));
    AlertStore alerts = new AlertStore(database(), clock());
    alerts.acknowledge("old", true, "Ada", null);
    alerts.label("kept", Label.TRUE_ALARM, "Ada", null);
    clock().advance(Duration.ofDays(10));
    feed.store(null, part("alerts/b", 1), batch(alert("new", 0)));
    Retention retention = new Retention(database(), clock(), Duration.ofDays(5));

    assertThat(retention.apply()).isOne();
    retention.forget(file -> true);

    assertThat(ids(alerts, AlertQuery.ALL)).containsExactlyInAnyOrder("kept", "new");
    assertThat(alerts.history("old")).isEmpty();
    assertThat(alerts.history("kept")).hasSize(1);
    assertThat(feed.positions()).containsOnlyKeys("alerts/b");
  }

  @Test
  default void openAlertsStayTenTimesAsLong() {
    FeedStore feed = feed(NoticePolicy.NOBODY);
    AlertMessage ended = alert("ended", 0, "pump-1", Severity.HIGH, 0.8, T0, false);
    feed.store(null, part("alerts/a", 1), batch(alert("open", 0), ended));
    AlertStore alerts = new AlertStore(database(), clock());
    alerts.acknowledge("open", true, "Ada", "spare part ordered");
    Retention retention = new Retention(database(), clock(), Duration.ofDays(5));

    clock().advance(Duration.ofDays(50));
    assertThat(retention.apply()).isOne();
    assertThat(ids(alerts, AlertQuery.ALL)).containsExactly("open");
    assertThat(alerts.history("open")).hasSize(1);

    clock().advance(Duration.ofDays(1));
    assertThat(retention.apply()).isOne();
    assertThat(ids(alerts, AlertQuery.ALL)).isEmpty();
  }

  @Test
  default void filesThatAreGoneAreForgottenLongBeforeTheirAlerts() {
    FeedStore feed = feed(NoticePolicy.NOBODY);
    feed.store(null, part("alerts/gone", 1), batch(alert("kept", 0)));
    feed.store(null, part("alerts/there", 1), batch());
    clock().advance(Duration.ofHours(2));
    feed.store(null, part("alerts/new", 1), batch());
    Retention retention = new Retention(database(), clock(), Duration.ofDays(90));

    retention.apply();
    retention.forget(file -> !file.endsWith("there"));

    assertThat(feed.positions()).containsOnlyKeys("alerts/there", "alerts/new");
    assertThat(ids(new AlertStore(database(), clock()), AlertQuery.ALL)).containsExactly("kept");
  }

  @Test
  default void textWithACharacterThatNotEveryDatabaseHasIsStored() {
    Batch batch = new Batch();
    batch.add(alert("a", 0));
    feed(NoticePolicy.NOBODY).store(null, part("a", 1), batch);
    AlertStore alerts = new AlertStore(database(), clock());

    StoredAlert labelled = alerts.label("a", Label.TRUE_ALARM, "Ada", "is\0it").orElseThrow();

    assertThat(requireNonNull(labelled.label()).note()).isEqualTo("is\uFFFDit");
    assertThat(alerts.find("\0")).isEmpty();
  }

  private static Set<Severity> all() {
    return Set.of(Severity.values());
  }

  private static AlertQuery query(
      Set<Severity> severities, String sensor, Boolean open, Long from, int limit, int offset) {
    EpisodeState state = open == null ? null : open ? EpisodeState.OPEN : EpisodeState.CLOSED;
    return new AlertQuery(
        from, null, severities, sensor, null, state, null, null, null, null, false, limit, offset);
  }

  private static List<String> silencedIds(AlertStore store, boolean silenced) {
    return ids(
        store,
        new AlertQuery(
            null, null, all(), null, null, null, null, silenced, null, null, true, 10, 0));
  }

  private static List<String> ids(AlertStore store, AlertQuery query) {
    return store.list(query).alerts().stream().map(StoredAlert::alertId).toList();
  }
}
