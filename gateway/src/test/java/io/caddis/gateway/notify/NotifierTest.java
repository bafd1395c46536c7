// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.notify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.event.Severity;
import io.caddis.gateway.store.AlertMessage;
import io.caddis.gateway.store.Batch;
import io.caddis.gateway.store.Database;
import io.caddis.gateway.store.EpisodeState;
import io.caddis.gateway.store.FeedStore;
import io.caddis.gateway.store.FilePosition;
import io.caddis.gateway.store.IssueMessage;
import io.caddis.gateway.store.MovableClock;
import io.caddis.gateway.store.Outbox;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class NotifierTest {
  @TempDir Path directory;

  private final MovableClock clock = new MovableClock();
  private Database database;
  private Receiver receiver;
  private Webhook webhook;
  private int files;

  @BeforeEach
  void open() throws IOException {
    database = Database.open(directory.resolve("gateway.db"), clock);
    receiver = new Receiver();
    webhook = new Webhook("ops", receiver.url(), "s3cret", Severity.HIGH);
  }

  @AfterEach
  void close() {
    receiver.close();
    database.close();
  }

  @Test
  void alertsAreToldAsAlertmanagerTellsThem() throws Exception {
    Notifier notifier = notifier();
    store(
        notifier,
        alert("a1", 0, "pump-1", Severity.HIGH, true),
        alert("a2", 0, "pump-2", Severity.CRITICAL, true),
        alert("a3", 0, "pump-3", Severity.MEDIUM, true));

    assertThat(notifier.sendNext(webhook)).isTrue();
    assertThat(notifier.sendNext(webhook)).isFalse();

    JsonNode body = receiver.bodies().get(0);
    assertThat(body.path("version").asString()).isEqualTo("4");
    assertThat(body.path("status").asString()).isEqualTo("firing");
    assertThat(body.path("receiver").asString()).isEqualTo("ops");
    assertThat(body.path("groupKey").asString()).isEqualTo("{}:{group=\"all\"}");
    assertThat(body.at("/groupLabels/group").asString()).isEqualTo("all");
    assertThat(body.at("/commonLabels/alertname").asString()).isEqualTo("CaddisAnomaly");
    assertThat(body.at("/commonLabels").has("sensor")).isFalse();
    assertThat(body.path("externalURL").asString()).isEqualTo("http://caddis");
    JsonNode worst = body.path("alerts").get(0);
    assertThat(worst.at("/labels/sensor").asString()).isEqualTo("pump-2");
    assertThat(worst.at("/labels/severity").asString()).isEqualTo("critical");
    assertThat(worst.at("/labels/detector").asString()).isEqualTo("mewma");
    assertThat(worst.path("fingerprint").asString()).isEqualTo("a2");
    assertThat(worst.path("endsAt").asString()).isEqualTo("0001-01-01T00:00:00Z");
    assertThat(worst.path("generatorURL").asString()).isEqualTo("http://caddis/api/alerts/a2");
    assertThat(worst.at("/annotations/description").asString())
        .startsWith("3 anomalous readings since 2026-03-01T11:59:00Z")
        .endsWith("mostly vibration, temperature");
    assertThat(body.path("alerts")).hasSize(2);
    assertThat(receiver.authorizations()).containsExactly("Bearer s3cret");
    assertThat(notifier.delivered()).isEqualTo(2);
  }

  @Test
  void theEndIsToldToThoseWhoWereToldOfTheBeginning() throws Exception {
    Notifier notifier = notifier();
    store(notifier, alert("a", 0, "pump-1", Severity.HIGH, true));
    store(notifier, alert("b", 0, "pump-1", Severity.LOW, true));
    sendAll(notifier);
    store(notifier, alert("a", 1, "pump-1", Severity.HIGH, false));
    store(notifier, alert("b", 1, "pump-1", Severity.LOW, false));
    sendAll(notifier);

    assertThat(receiver.bodies())
        .extracting(body -> body.path("status").asString())
        .containsExactly("firing", "resolved");
    JsonNode resolved = receiver.bodies().get(1).path("alerts");
    assertThat(resolved).hasSize(1);
    assertThat(resolved.get(0).path("endsAt").asString()).isEqualTo("2026-03-01T11:59:30Z");
  }

  @Test
  void theEndIsToldThoughLateDataMadeTheAlertMilder() throws Exception {
    Notifier notifier = notifier();
    store(notifier, alert("a", 0, "pump-1", Severity.CRITICAL, true));
    store(notifier, alert("b", 0, "pump-2", Severity.MEDIUM, true));
    sendAll(notifier);
    store(notifier, alert("a", 1, "pump-1", Severity.MEDIUM, false));
    store(notifier, alert("b", 1, "pump-2", Severity.MEDIUM, false));
    sendAll(notifier);

    assertThat(receiver.bodies())
        .extracting(body -> body.path("status").asString())
        .containsExactly("firing", "resolved");
    JsonNode resolved = receiver.bodies().get(1).path("alerts");
    assertThat(resolved).hasSize(1);
    assertThat(resolved.get(0).path("fingerprint").asString()).isEqualTo("a");
  }

  @Test
  void whatIsNotTakenIsSentAgainEvenByTheNextProcess() throws Exception {
    Notifier first = notifier();
    store(first, alert("a", 0, "pump-1", Severity.HIGH, true));
    receiver.answer(503);
    assertThat(first.sendNext(webhook)).isTrue();
    assertThat(first.sendNext(webhook)).as("not before the pause is over").isFalse();
    database.close();
    database = Database.open(directory.resolve("gateway.db"), clock);
    receiver.answer(200);
    clock.advance(Duration.ofSeconds(1));

    assertThat(notifier().sendNext(webhook)).isTrue();

    assertThat(receiver.bodies()).hasSize(1);
    assertThat(first.failed()).isOne();
  }

  @Test
  void aReceiverThatIsAwayIsAFailureAsAnyOther() throws Exception {
    Notifier notifier = notifier();
    store(notifier, alert("a", 0, "pump-1", Severity.HIGH, true));
    receiver.close();

    assertThat(notifier.sendNext(webhook)).isTrue();

    assertThat(notifier.failed()).isOne();
    assertThat(new Outbox(database, clock).counts()).containsEntry("pending", 1L);
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    Notifier notifier = notifier();
    store(notifier, alert("a", 0, "pump-1", Severity.HIGH, true));
    receiver.answer(307);

    assertThat(notifier.sendNext(webhook)).isTrue();

    assertThat(receiver.bodies()).isEmpty();
    assertThat(notifier.failed()).isOne();
  }

  @Test
  @Timeout(60)
  void anAnswerThatNeverEndsHoldsNothingUp() throws Exception {
    Notifier notifier = notifier();
    store(notifier, alert("a", 0, "pump-1", Severity.HIGH, true));
    try (ServerSocket endless = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Webhook slow =
          new Webhook(
              "ops", URI.create("http://127.0.0.1:" + endless.getLocalPort()), null, Severity.HIGH);
      CompletableFuture<Boolean> sent =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return notifier.sendNext(slow);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      try (Socket connection = endless.accept()) {
        connection
            .getOutputStream()
            .write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".getBytes(UTF_8));

        assertThat(sent.get()).isTrue();
      }
    }
    assertThat(notifier.delivered()).isOne();
  }

  @Test
  void pausesGrowToFiveMinutes() {
    assertThat(Notifier.pause(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(Notifier.pause(4)).isEqualTo(Duration.ofSeconds(8));
    assertThat(Notifier.pause(1_000)).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void afterADayItIsGivenUp() throws Exception {
    Notifier notifier = notifier();
    store(notifier, alert("a", 0, "pump-1", Severity.HIGH, true));
    receiver.answer(500);
    notifier.sendNext(webhook);
    clock.advance(Duration.ofDays(2));

    assertThat(notifier.sendNext(webhook)).isFalse();
    assertThat(new Outbox(database, clock).counts()).containsEntry("expired", 1L);
  }

  @Test
  void aClockThatIsSetBackHoldsUpNothingForLong() throws Exception {
    Notifier notifier = notifier();
    store(notifier, alert("a", 0, "pump-1", Severity.HIGH, true));
    receiver.answer(503);
    assertThat(notifier.sendNext(webhook)).isTrue();
    receiver.answer(200);
    clock.set(Duration.ofHours(-1));
    assertThat(notifier.sendNext(webhook)).isFalse();

    clock.advance(Duration.ofMinutes(1));

    assertThat(notifier.sendNext(webhook)).isTrue();
    assertThat(receiver.bodies()).hasSize(1);
  }

  @Test
  void oldReadingsAreNotNews() throws Exception {
    Notifier notifier = notifier();
    clock.advance(Duration.ofDays(3));
    store(notifier, alert("a", 0, "pump-1", Severity.CRITICAL, true));
    clock.advance(Duration.ofDays(-3));

    assertThat(notifier.sendNext(webhook)).isFalse();
  }

  @Test
  void aModelThatDegradesIsTold() throws Exception {
    Notifier notifier = notifier();
    Batch batch = new Batch();
    batch.add(issue("i1", "drift"));
    batch.add(issue("i2", "flatline"));
    new FeedStore(database, clock, notifier, 10).store(null, new FilePosition("q", 1, 1), batch);
    sendAll(notifier);

    assertThat(receiver.bodies()).hasSize(1);
    JsonNode alert = receiver.bodies().get(0).path("alerts").get(0);
    assertThat(alert.at("/labels/alertname").asString()).isEqualTo("CaddisDrift");
    assertThat(alert.at("/annotations/description").asString()).isEqualTo("mean moved by 25 %");
  }

  @Test
  void aThreadSendsByItself() throws Exception {
    try (Notifier notifier = notifier()) {
      notifier.start();
      store(notifier, alert("a", 0, "pump-1", Severity.HIGH, true));
      assertThat(receiver.awaitBody()).isTrue();
    }
    assertThat(receiver.bodies()).hasSize(1);
  }

  @Test
  void onlyAllowedReceiversAreAccepted() {
    Webhook standard =
        new Webhook("a", URI.create("https://Hooks.example.org/x"), null, Severity.LOW);
    assertThat(standard.address()).isEqualTo("hooks.example.org:443");
    standard.requireAllowed(Set.of("hooks.example.org:443"));
    assertThatThrownBy(() -> standard.requireAllowed(Set.of("hooks.example.org:80")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "address of webhook a must be one of [hooks.example.org:80], was hooks.example.org:443");
    for (String url : List.of("file:///etc/passwd", "ftp://h/", "http:///x", "https://u:p@h/")) {
      assertThatThrownBy(() -> new Webhook("a", URI.create(url), null, Severity.LOW))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageNotContaining("u:p");
    }
  }

  @Test
  void noSecretIsInItsText() {
    Webhook secret = new Webhook("ops", URI.create("https://h/s3cret"), "t0ken", Severity.LOW);

    assertThat(secret).hasToString("webhook ops at h:443");
  }

  private Notifier notifier() {
    return new Notifier(
        List.of(webhook),
        Duration.ofDays(1),
        "http://caddis",
        new Outbox(database, clock),
        clock,
        clock::nanos);
  }

  private void sendAll(Notifier notifier) throws InterruptedException {
    while (notifier.sendNext(webhook)) {
      // Until nothing is due.
    }
  }

  private void store(Notifier notifier, AlertMessage... alerts) {
    Batch batch = new Batch();
    List.of(alerts).forEach(batch::add);
    new FeedStore(database, clock, notifier, 10)
        .store(null, new FilePosition("f" + files++, 1, 1), batch);
  }

  private AlertMessage alert(
      String id, long sequence, String sensor, Severity severity, boolean open) {
    long now = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
    String body =
        """
        {"contributions":{"vibration":0.5,"temperature":0.25},"lineage":{"detector":"mewma"}}""";
    return new AlertMessage(
        id,
        sequence,
        open ? EpisodeState.OPEN : EpisodeState.CLOSED,
        sensor,
        "all",
        severity,
        now,
        now - 60_000,
        now - 30_000,
        0.8,
        3,
        body);
  }

  private IssueMessage issue(String id, String kind) {
    long now = clock.millis();
    return new IssueMessage(id, kind, "all", now - 5, now, "{\"text\":\"mean moved by 25 %\"}");
  }
}
