// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.caddis.detectors.event.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database must do. */
abstract class StoreContract {
  static final long T0 = Instant.parse("2026-02-01T00:00:00Z").toEpochMilli();
  private static final Duration LEASE = Duration.ofMinutes(1);

  final MovableClock clock = new MovableClock();
  private Database database;

  /** Opens the database of this test, the same at each call. */
  abstract Database open() throws Exception;

  @BeforeEach
  void openDatabase() throws Exception {
    database = open();
  }

  @AfterEach
  void closeDatabase() {
    database.close();
  }

  @Test
  void migrationsAreAppliedOnce() throws Exception {
    feed(NoticePolicy.NOBODY).store(null, part("a", 1), batch(alert("a", 0)));
    database.close();
    database = open();

    assertThat(new Figures(database, clock).alerts()).isOne();
    assertThat(count("migrations")).isEqualTo(Migrations.STEPS.size());
  }

  @Test
  void aStepThatIsNotTheOneAppliedIsRefused() {
    database.write(session -> session.update("UPDATE migrations SET sha256 = 'x'"));
    database.close();

    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("migration 1 of the store must be 0001-alerts");
  }

  @Test
  void aStoreOfANewerProgramIsRefused() {
    database.write(
        session -> session.update("INSERT INTO migrations VALUES (99, 'later', 'x', 0)"));
    database.close();

    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a newer Caddis wrote it");
  }

  @Test
  void theHighestSequenceOfAnAlertWinsInAnyOrder() {
    Random random = new Random(7);
    List<AlertMessage> messages = new ArrayList<>();
    for (int episode = 0; episode < 40; episode++) {
      for (int sequence = 0; sequence <= episode % 5; sequence++) {
        messages.add(alert("e" + episode, sequence));
        messages.add(alert("e" + episode, sequence));
      }
    }
    Collections.shuffle(messages, random);
    FeedStore feed = feed(NoticePolicy.NOBODY);
    for (int from = 0; from < messages.size(); from += 7) {
      Batch batch = new Batch();
      messages.subList(from, Math.min(from + 7, messages.size())).forEach(batch::add);
      assertThat(feed.store(null, part("f" + from, 1), batch)).isTrue();
    }

    AlertStore alerts = new AlertStore(database, clock);
    assertThat(alerts.list(AlertQuery.ALL).total()).isEqualTo(40);
    for (int episode = 0; episode < 40; episode++) {
      assertThat(alerts.find("e" + episode).orElseThrow().body())
          .contains("\"sequence\":" + episode % 5);
    }
  }

  @Test
  void aPartOfAFileCountsOnce() {
    FeedStore feed = feed(NoticePolicy.NOBODY);
    FilePosition half = new FilePosition("scores/a", 10, 5);
    FilePosition whole = new FilePosition("scores/a", 10, 10);

    assertThat(feed.store(null, half, batch(score(1)))).isTrue();
    assertThat(feed.store(null, half, batch(score(1)))).isFalse();
    assertThat(feed.store(half, whole, batch(score(2)))).isTrue();
    assertThat(feed.store(half, whole, batch(score(2)))).isFalse();

    assertThat(new Figures(database, clock).totals()).containsEntry(Batch.SCORES, 2L);
    assertThat(new ScoreWindow(database).after(0, 10)).hasSize(2);
    assertThat(feed.positions()).containsExactly(entry("scores/a", whole));
    assertThat(feed.position("scores/a")).contains(whole);
    assertThat(feed.position("scores/b")).isEmpty();
  }

  @Test
  void whatFailsHalfwayIsAsIfItHadNotBegun() {
    NoticePolicy failing =
        new NoticePolicy() {
          @Override
          public List<Notice> about(AlertMessage alert) {
            throw new IllegalStateException("broken on purpose");
          }

          @Override
          public List<Notice> about(IssueMessage issue) {
            return List.of();
          }
        };
    Batch batch = batch(alert("a", 0));
    batch.add(score(1));

    assertThatThrownBy(() -> feed(failing).store(null, part("a", 1), batch))
        .hasMessage("broken on purpose");

    assertThat(new Figures(database, clock).alerts()).isZero();
    assertThat(new ScoreWindow(database).last()).isZero();
    assertThat(feed(NoticePolicy.NOBODY).positions()).isEmpty();
  }

  @Test
  void alertsAreListedTheWorstFirstAndCountedBySeverity() {
    Batch batch = new Batch();
    batch.add(alert("low", 0, "pump-1", Severity.LOW, 0.4, T0, true));
    batch.add(alert("high", 0, "pump-2", Severity.HIGH, 0.8, T0, true));
    batch.add(alert("worse", 0, "Pump-2", Severity.CRITICAL, 0.95, T0 + 1, false));
    batch.add(alert("worst", 0, "fan_1", Severity.CRITICAL, 0.99, T0 + 2, true));
    feed(NoticePolicy.NOBODY).store(null, part("a", 1), batch);
    AlertStore store = new AlertStore(database, clock);

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
  }

  @Test
  void whatPeopleSayOutlivesTheJobsNextMessage() {
    FeedStore feed = feed(NoticePolicy.NOBODY);
    feed.store(null, part("a", 1), batch(alert("a", 0)));
    AlertStore store = new AlertStore(database, clock);
    store.acknowledge("a", true, "Ada", "on my way");
    clock.advance(Duration.ofMinutes(5));
    store.label("a", Label.FALSE_ALARM, "Bob", null);
    feed.store(null, part("b", 1), batch(alert("a", 1)));

    StoredAlert alert = store.find("a").orElseThrow();

    assertThat(alert.body()).contains("\"sequence\":1");
    assertThat(alert.acknowledged().by()).isEqualTo("Ada");
    assertThat(alert.acknowledged().note()).isEqualTo("on my way");
    assertThat(alert.label().action()).isEqualTo("false_alarm");
    assertThat(alert.label().at()).isEqualTo(clock.millis());
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
  void aSilenceHoldsForItsSensorsUntilItEnds() {
    feed(NoticePolicy.NOBODY)
        .store(
            null,
            part("a", 1),
            batch(
                alert("a", 0, "pump-1", Severity.HIGH, 0.8, T0, true),
                alert("b", 0, "fan-1", Severity.HIGH, 0.7, T0, true)));
    AlertStore alerts = new AlertStore(database, clock);
    Silences silences = new Silences(database, clock);
    long until = clock.millis() + 60_000;
    Silences.Silence silence =
        silences.begin("pump-*", until, "Ada", "maintenance", "a").orElseThrow();

    assertThat(silences.active()).containsExactly(silence);
    assertThat(alerts.find("a").orElseThrow().silencedUntil()).isEqualTo(until);
    assertThat(alerts.find("b").orElseThrow().silencedUntil()).isZero();
    assertThat(silencedIds(alerts, true)).containsExactly("a");
    assertThat(silencedIds(alerts, false)).containsExactly("b");
    assertThat(alerts.history("a")).extracting(Mark::action).containsExactly("silence");

    clock.advance(Duration.ofMinutes(2));
    assertThat(silences.active()).isEmpty();
    assertThat(silencedIds(alerts, true)).isEmpty();
    assertThat(silences.end(silence.id())).isFalse();
    long second = silences.begin("*", clock.millis() + 1, "Ada", null, null).orElseThrow().id();
    assertThat(silences.end(second)).isTrue();
    assertThat(silences.active()).isEmpty();
  }

  @Test
  void aTargetIsToldOnceOfEachSeverityAndThenOfTheEnd() {
    FeedStore feed = feed(telling("ops"));
    Outbox outbox = new Outbox(database, clock);
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
  void whatWasTakenAndNotSettledComesAgain() throws Exception {
    feed(telling("ops")).store(null, part("a", 1), batch(alert("a", 0)));
    Outbox outbox = new Outbox(database, clock);
    assertThat(outbox.take("ops", 10, LEASE)).isPresent();
    assertThat(outbox.take("ops", 10, LEASE)).isEmpty();

    database.close();
    database = open();
    outbox = new Outbox(database, clock);
    clock.advance(LEASE);

    Outbox.Parcel again = outbox.take("ops", 10, LEASE).orElseThrow();
    assertThat(again.attempts()).isEqualTo(2);
    outbox.failed(again, Duration.ofHours(1));
    clock.advance(LEASE);
    assertThat(outbox.take("ops", 10, LEASE)).isEmpty();
    clock.advance(Duration.ofHours(1));
    assertThat(outbox.take("ops", 10, LEASE).orElseThrow().attempts()).isEqualTo(3);
    assertThat(outbox.expire(Duration.ofHours(2))).isZero();
    assertThat(outbox.expire(Duration.ofHours(1))).isOne();
    assertThat(outbox.counts()).containsEntry("expired", 1L);
  }

  @Test
  void nobodyIsToldOfSilencedSensors() {
    new Silences(database, clock).begin("pump-*", clock.millis() + 1_000, "Ada", null, null);
    feed(telling("ops")).store(null, part("a", 1), batch(alert("a", 0)));
    clock.advance(Duration.ofSeconds(2));

    assertThat(new Outbox(database, clock).take("ops", 10, LEASE)).isEmpty();
  }

  @Test
  void judgementsMakeFigures() {
    Batch batch = new Batch();
    IntStream.range(0, 10).forEach(i -> batch.add(alert("a" + i, 0)));
    feed(NoticePolicy.NOBODY).store(null, part("a", 1), batch);
    AlertStore alerts = new AlertStore(database, clock);
    Figures figures = new Figures(database, clock);
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
  }

  @Test
  void whatIsOldGoesButNotWhatIsLabelled() {
    FeedStore feed = feed(NoticePolicy.NOBODY);
    feed.store(null, part("alerts/a", 1), batch(alert("old", 0), alert("kept", 0)));
    AlertStore alerts = new AlertStore(database, clock);
    alerts.acknowledge("old", true, "Ada", null);
    alerts.label("kept", Label.TRUE_ALARM, "Ada", null);
    clock.advance(Duration.ofDays(10));
    feed.store(null, part("alerts/b", 1), batch(alert("new", 0)));
    Retention retention = new Retention(database, clock, Duration.ofDays(5));

    assertThat(retention.apply()).isOne();
    retention.forget(file -> true);

    assertThat(ids(alerts, AlertQuery.ALL)).containsExactlyInAnyOrder("kept", "new");
    assertThat(alerts.history("old")).isEmpty();
    assertThat(alerts.history("kept")).hasSize(1);
    assertThat(feed.positions()).containsOnlyKeys("alerts/b");
  }

  @Test
  void onlyTheNewestScoresAreKept() {
    FeedStore feed = new FeedStore(database, clock, NoticePolicy.NOBODY, 5);
    for (int part = 0; part < 4; part++) {
      Batch batch = new Batch();
      for (int i = 0; i < 3; i++) {
        batch.add(score(part * 3 + i));
      }
      feed.store(null, part("scores/" + part, 1), batch);
    }
    ScoreWindow window = new ScoreWindow(database);

    assertThat(window.last()).isEqualTo(12);
    assertThat(window.after(0, 100))
        .extracting(e -> e.reading().timestamp())
        .containsExactly(7L, 8L, 9L, 10L, 11L);
    assertThat(window.after(0, 2)).extracting(ScoreWindow.Entry::feedId).containsExactly(11L, 12L);
    assertThat(window.countAfter(9)).isEqualTo(3);
    assertThat(window.of("pump-1", 2))
        .extracting(e -> e.reading().timestamp())
        .containsExactly(10L, 11L);
    assertThat(window.of("pump-2", 2)).isEmpty();
    assertThat(new Figures(database, clock).totals()).containsEntry(Batch.SCORES, 12L);
  }

  @Test
  void textWithACharacterThatNotEveryDatabaseHasIsStored() {
    Batch batch = new Batch();
    batch.add(alert("a", 0));
    feed(NoticePolicy.NOBODY).store(null, part("a", 1), batch);
    AlertStore alerts = new AlertStore(database, clock);

    StoredAlert labelled = alerts.label("a", Label.TRUE_ALARM, "Ada", "is\0it").orElseThrow();

    assertThat(requireNonNull(labelled.label()).note()).isEqualTo("is\uFFFDit");
    assertThat(alerts.find("\0")).isEmpty();
  }

  @Test
  void itCanBeWrittenTo() {
    database.checkWritable();
    database.close();

    assertThatThrownBy(database::checkWritable).isInstanceOf(StoreException.class);
  }

  private long count(String table) {
    return database.read(session -> session.number("SELECT COUNT(*) FROM " + table));
  }

  private FeedStore feed(NoticePolicy policy) {
    return new FeedStore(database, clock, policy, 1_000);
  }

  private static FilePosition part(String file, long bytes) {
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
        timestamp, "pump-1", 0.25, null, false, Severity.LOW, "warm-up", "00-" + timestamp);
  }

  static AlertMessage alert(String id, long sequence) {
    return alert(id, sequence, "pump-1", Severity.HIGH, 0.8, T0, true);
  }

  private static AlertMessage message(long sequence, Severity severity, boolean open) {
    return alert("a", sequence, "pump-1", severity, 0.8, T0, open);
  }

  private static AlertMessage alert(
      String id,
      long sequence,
      String sensor,
      Severity severity,
      double peak,
      long start,
      boolean open) {
    String body = "{\"alert_id\":\"%s\",\"sequence\":%d}".formatted(id, sequence);
    return new AlertMessage(
        id, sequence, open, sensor, "all", severity, start, start, start, peak, 3, body);
  }

  /** Tells one target of everything. */
  private static NoticePolicy telling(String target) {
    return new NoticePolicy() {
      @Override
      public List<Notice> about(AlertMessage alert) {
        List<Notice> notices = new ArrayList<>(List.of(notice(alert, false)));
        if (!alert.open()) {
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

  private static Set<Severity> all() {
    return Set.of(Severity.values());
  }

  private static AlertQuery query(
      Set<Severity> severities, String sensor, Boolean open, Long from, int limit, int offset) {
    return new AlertQuery(
        from, null, severities, sensor, null, open, null, null, null, null, false, limit, offset);
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
