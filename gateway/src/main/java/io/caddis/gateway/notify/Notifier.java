// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.notify;

import io.caddis.gateway.store.AlertMessage;
import io.caddis.gateway.store.EpisodeState;
import io.caddis.gateway.store.IssueMessage;
import io.caddis.gateway.store.Notice;
import io.caddis.gateway.store.NoticePolicy;
import io.caddis.gateway.store.Outbox;
import io.caddis.gateway.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells receivers of alerts: when they begin, when they become worse, and when they end.
 *
 * <p>What is to be told lies in the store's outbox, put there in the same transaction as the alert.
 * It is taken from there, sent, and tried again with growing pauses until the receiver answers with
 * success or a day has passed. A receiver may get a message twice when the gateway ends between
 * sending and noting it; the fingerprint of each alert says so. Redirects are not followed.
 * Thread-safe.
 */
public final class Notifier implements NoticePolicy, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);
  private static final int MAX_ALERTS = 100;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  private static final Duration GIVE_UP = Duration.ofDays(1);
  private static final Duration HOUSEKEEPING = Duration.ofMinutes(1);
  private static final long PAUSE_MILLIS = 500;

  private final List<Webhook> webhooks;
  private final AlertmanagerFormat format;
  private final Duration maxAge;
  private final Outbox outbox;
  private final Clock clock;
  private final LongSupplier nanoClock;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(TIMEOUT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong housekeepingNanos;
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  /**
   * @param maxAge alerts whose event time is longer ago are not told: who replays last year's data
   *     wants no messages
   * @param externalUrl where people look at alerts; empty when nowhere
   */
  public Notifier(
      List<Webhook> webhooks, Duration maxAge, String externalUrl, Outbox outbox, Clock clock) {
    this(webhooks, maxAge, externalUrl, outbox, clock, System::nanoTime);
  }

  /**
   * @param nanoClock nanoseconds since some moment, of a clock that nobody sets
   */
  Notifier(
      List<Webhook> webhooks,
      Duration maxAge,
      String externalUrl,
      Outbox outbox,
      Clock clock,
      LongSupplier nanoClock) {
    this.webhooks = List.copyOf(webhooks);
    this.format = new AlertmanagerFormat(externalUrl);
    this.maxAge = maxAge;
    this.outbox = outbox;
    this.clock = clock;
    this.nanoClock = nanoClock;
    this.housekeepingNanos = new AtomicLong(nanoClock.getAsLong() - HOUSEKEEPING.toNanos());
  }

  /** Begins to send; a slow receiver does not hold up the others. */
  public void start() {
    for (Webhook webhook : webhooks) {
      Thread thread = new Thread(() -> run(webhook), "notify-" + webhook.name());
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  @Override
  public List<Notice> about(AlertMessage alert) {
    List<Notice> notices = new ArrayList<>();
    for (Webhook webhook : webhooks) {
      if (alert.severity().compareTo(webhook.severity()) >= 0
          && alert.state() != EpisodeState.RETRACTED
          && clock.millis() - alert.timestamp() <= maxAge.toMillis()) {
        notices.add(notice(webhook, alert, false));
      }
      // Late data may have made it milder since it was told; the outbox knows who was.
      if (alert.state() != EpisodeState.OPEN) {
        notices.add(notice(webhook, alert, true));
      }
    }
    return notices;
  }

  private Notice notice(Webhook webhook, AlertMessage alert, boolean resolved) {
    return new Notice(
        webhook.name(),
        alert.alertId(),
        resolved,
        alert.severity().ordinal(),
        alert.group(),
        alert.sensor(),
        format.alert(alert, resolved));
  }

  @Override
  public List<Notice> about(IssueMessage issue) {
    if (!issue.kind().equals("drift") || clock.millis() - issue.to() > maxAge.toMillis()) {
      return List.of();
    }
    return webhooks.stream()
        .map(
            webhook ->
                new Notice(
                    webhook.name(),
                    issue.issueId(),
                    false,
                    0,
                    issue.sensor(),
                    issue.sensor(),
                    format.issue(issue)))
        .toList();
  }

  private void run(Webhook webhook) {
    boolean sent = false;
    try {
      while (!stop.await(sent ? 0 : PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          sent = sendNext(webhook);
        } catch (StoreException e) {
          LOG.warn("Nothing can be sent to {}: {}", webhook, e.getMessage());
          sent = false;
        } catch (RuntimeException e) {
          LOG.error("Nothing can be sent to {}", webhook, e);
          sent = false;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Sends what is due.
   *
   * @return whether anything was
   */
  boolean sendNext(Webhook webhook) throws InterruptedException {
    keepHouse();
    Optional<Outbox.Parcel> due = outbox.take(webhook.name(), MAX_ALERTS, LEASE);
    if (due.isEmpty()) {
      return false;
    }
    Outbox.Parcel parcel = due.get();
    String problem = send(webhook, parcel);
    if (problem.isEmpty()) {
      outbox.delivered(parcel);
      delivered.addAndGet(parcel.ids().size());
    } else {
      Duration pause = pause(parcel.attempts());
      outbox.failed(parcel, pause);
      failed.incrementAndGet();
      LOG.warn(
          "{} did not take {} alerts at attempt {}, next in {}: {}",
          webhook,
          parcel.ids().size(),
          parcel.attempts(),
          pause,
          problem);
    }
    return true;
  }

  private void keepHouse() {
    long now = nanoClock.getAsLong();
    long last = housekeepingNanos.get();
    if (now - last < HOUSEKEEPING.toNanos() || !housekeepingNanos.compareAndSet(last, now)) {
      return;
    }
    int expired = outbox.expire(GIVE_UP);
    if (expired > 0) {
      LOG.error("{} notifications could not be delivered for a day and are given up", expired);
    }
    outbox.cutWaits(LONGEST_PAUSE);
  }

  /** Returns what went wrong; empty when nothing did. */
  private String send(Webhook webhook, Outbox.Parcel parcel) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(webhook.url())
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .header("User-Agent", "caddis")
            .POST(HttpRequest.BodyPublishers.ofString(format.message(webhook.name(), parcel)));
    if (webhook.token() != null) {
      request.header("Authorization", "Bearer " + webhook.token());
    }
    try {
      HttpResponse<InputStream> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      // Not waited for: the timeout does not hold for the body, which may never end.
      answer.body().close();
      int status = answer.statusCode();
      return status / 100 == 2 ? "" : "status " + status;
    } catch (IOException e) {
      // Its message may hold the URL, and the URL a secret.
      return e.getClass().getSimpleName();
    }
  }

  /** One second at first, twice as long each time, five minutes at most. */
  static Duration pause(int attempts) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(attempts - 1, 20));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  /** Alerts delivered since the start. */
  public long delivered() {
    return delivered.get();
  }

  /** Attempts that failed since the start. */
  public long failed() {
    return failed.get();
  }

  @Override
  public void close() {
    stop.countDown();
    threads.forEach(Thread::interrupt);
  }
}
