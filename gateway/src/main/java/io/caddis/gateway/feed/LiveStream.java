// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.gateway.feed.LiveEvent.Kind;
import io.caddis.gateway.store.AlertStore;
import io.caddis.gateway.store.ScoreWindow;
import io.caddis.gateway.store.StoreException;
import io.caddis.gateway.store.StoredAlert;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends those who watch what comes into the store, whoever put it there.
 *
 * <p>Each thing has a number that rises in the order of commits. One thread reads what is behind
 * the last number that was sent, and hands it to all clients; a client that comes back with the
 * last number it saw gets what it missed from the store first. Of an alert that changed several
 * times only the last state is sent. Thread-safe.
 */
public final class LiveStream implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveStream.class);

  /** Each holds a thread of the server. */
  private static final int MAX_CLIENTS = 64;

  /** How often the store is asked when nobody says that there is something new. */
  private static final long PAUSE_MILLIS = 1_000;

  private final AlertStore alerts;
  private final ScoreWindow scores;
  private final List<LiveClient> clients = new CopyOnWriteArrayList<>();
  private final Semaphore news = new Semaphore(0);
  private final Thread thread = new Thread(this::run, "live");
  private volatile boolean closed;
  private long sent;

  public LiveStream(AlertStore alerts, ScoreWindow scores) {
    this.alerts = alerts;
    this.scores = scores;
    thread.setDaemon(true);
  }

  /** Begins to send, in a thread of its own. */
  public void start() {
    thread.start();
  }

  /** Says that there is something new in the store. */
  public void wake() {
    if (news.availablePermits() == 0) {
      news.release();
    }
  }

  private void run() {
    while (!closed) {
      try {
        news.tryAcquire(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        news.drainPermits();
        pump();
      } catch (InterruptedException e) {
        return;
      } catch (StoreException e) {
        LOG.warn("Nothing can be sent live: {}", e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("Nothing can be sent live", e);
      }
    }
  }

  /** Hands what is new to the clients. */
  synchronized void pump() {
    if (clients.isEmpty()) {
      return;
    }
    long last = scores.last();
    if (last > sent) {
      send(clients, sent, last);
      sent = last;
    }
  }

  private void send(List<LiveClient> to, long after, long upTo) {
    List<LiveEvent> events = new ArrayList<>();
    if (to.stream().anyMatch(client -> client.wants(Kind.ALERT))) {
      List<StoredAlert> changed = alerts.changedAfter(after, LiveClient.CAPACITY);
      if (changed.size() == LiveClient.CAPACITY) {
        long skipped = alerts.countChangedAfter(after) - changed.size();
        to.forEach(client -> client.skipped(Kind.ALERT, skipped));
      }
      changed.forEach(alert -> events.add(event(alert)));
    }
    if (to.stream().anyMatch(client -> client.wants(Kind.SCORE))) {
      List<ScoreWindow.Entry> scored = scores.after(after, LiveClient.CAPACITY);
      if (scored.size() == LiveClient.CAPACITY) {
        long skipped = scores.countAfter(after) - scored.size();
        to.forEach(client -> client.skipped(Kind.SCORE, skipped));
      }
      scored.forEach(entry -> events.add(event(entry)));
    }
    // What was committed since is sent the next time.
    events.removeIf(event -> event.id() > upTo);
    events.sort(Comparator.comparingLong(LiveEvent::id));
    events.forEach(event -> to.forEach(client -> client.offer(event)));
  }

  private static LiveEvent event(StoredAlert alert) {
    ObjectNode json = ResultJson.alert(alert);
    return new LiveEvent(
        alert.feedId(), Kind.ALERT, json.path("key").asString(""), json.toString());
  }

  private static LiveEvent event(ScoreWindow.Entry entry) {
    return new LiveEvent(
        entry.feedId(),
        Kind.SCORE,
        entry.reading().sensor(),
        ResultJson.score(entry.reading()).toString());
  }

  /**
   * Begins to send to somebody.
   *
   * @param kinds what they want of {@code alert} and {@code score}
   * @param sensor that they want to watch, null for all
   * @param lastSeen the last number they saw, null to begin now
   * @return nothing when too many watch already, or when the stream is closed
   */
  public Optional<LiveClient> connect(
      Set<String> kinds, @Nullable String sensor, @Nullable Long lastSeen) {
    Set<Kind> wanted = new HashSet<>();
    for (Kind kind : Kind.values()) {
      if (kinds.contains(kind.name().toLowerCase(Locale.ROOT))) {
        wanted.add(kind);
      }
    }
    LiveClient client = new LiveClient(wanted, sensor);
    synchronized (this) {
      if (closed || clients.size() >= MAX_CLIENTS) {
        return Optional.empty();
      }
      pump();
      if (clients.isEmpty()) {
        sent = scores.last();
      }
      if (lastSeen != null && lastSeen < sent) {
        send(List.of(client), lastSeen, sent);
      }
      clients.add(client);
    }
    return Optional.of(client);
  }

  /** Sends nothing more to somebody. */
  public void disconnect(LiveClient client) {
    clients.remove(client);
    client.close();
  }

  /** How many watch. */
  public int clients() {
    return clients.size();
  }

  /** Sends nothing more to anybody. */
  @Override
  public synchronized void close() {
    closed = true;
    clients.forEach(LiveClient::close);
    clients.clear();
    wake();
  }
}
