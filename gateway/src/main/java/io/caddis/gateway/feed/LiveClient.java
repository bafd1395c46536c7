// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.gateway.feed.LiveEvent.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One who watches: what waits for them, never more than fits.
 *
 * <p>When they are slower than the stream, the oldest scores and the oldest alerts that wait give
 * way, each kind to its own, and they are told how many with an event {@code dropped}. Thread-safe.
 */
public final class LiveClient implements AutoCloseable {
  /** Events of one kind that wait at most. */
  static final int CAPACITY = 500;

  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private final Set<Kind> kinds;
  private final @Nullable String sensor;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Kind, Deque<LiveEvent>> waiting = new EnumMap<>(Kind.class);
  private final Map<Kind, Long> dropped = new EnumMap<>(Kind.class);
  private boolean closed;

  LiveClient(Set<Kind> kinds, @Nullable String sensor) {
    this.kinds = kinds;
    this.sensor = sensor;
    for (Kind kind : Kind.values()) {
      dropped.put(kind, 0L);
    }
  }

  boolean wants(Kind kind) {
    return kinds.contains(kind);
  }

  void offer(LiveEvent event) {
    if (!wants(event.kind()) || (sensor != null && !sensor.equals(event.sensor()))) {
      return;
    }
    lock.lock();
    try {
      Deque<LiveEvent> queue = queue(event.kind());
      if (queue.size() == CAPACITY) {
        queue.remove();
        dropped.merge(event.kind(), 1L, Long::sum);
      }
      queue.add(event);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Tells that events were passed over before they could wait here. */
  void skipped(Kind kind, long count) {
    if (count <= 0 || !wants(kind)) {
      return;
    }
    lock.lock();
    try {
      dropped.merge(kind, count, Long::sum);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes events as they come, and something every ten seconds at least, until the client goes
   * away or the stream is closed.
   */
  public void writeTo(OutputStream out) throws IOException, InterruptedException {
    out.write(bytes("retry: 2000\n\n"));
    out.flush();
    while (!isClosed()) {
      String text = next();
      out.write(bytes(text.isEmpty() ? ": heartbeat\n\n" : text));
      out.flush();
    }
  }

  /** What waits, as server-sent events; empty when nothing came for a while. */
  String next() throws InterruptedException {
    lock.lock();
    try {
      long nanos = HEARTBEAT.toNanos();
      while (isIdle() && nanos > 0 && !closed) {
        nanos = changed.awaitNanos(nanos);
      }
      StringBuilder text = new StringBuilder();
      if (dropped.values().stream().anyMatch(count -> count > 0)) {
        text.append(
            "event: dropped\ndata: {\"alerts\":%d,\"scores\":%d}\n\n"
                .formatted(dropped.get(Kind.ALERT), dropped.get(Kind.SCORE)));
        dropped.replaceAll((kind, count) -> 0L);
      }
      for (LiveEvent event = poll(); event != null; event = poll()) {
        text.append("id: ").append(event.id());
        text.append("\nevent: ").append(event.kind().name().toLowerCase(Locale.ROOT));
        text.append("\ndata: ").append(event.data()).append("\n\n");
      }
      return text.toString();
    } finally {
      lock.unlock();
    }
  }

  private boolean isIdle() {
    return waiting.values().stream().allMatch(Deque::isEmpty)
        && dropped.values().stream().allMatch(count -> count == 0);
  }

  /** The first of what waits, of either kind. */
  private @Nullable LiveEvent poll() {
    Deque<LiveEvent> alerts = queue(Kind.ALERT);
    Deque<LiveEvent> scores = queue(Kind.SCORE);
    LiveEvent alert = alerts.peek();
    LiveEvent score = scores.peek();
    if (alert == null || (score != null && score.id() < alert.id())) {
      return scores.poll();
    }
    return alerts.poll();
  }

  private Deque<LiveEvent> queue(Kind kind) {
    return waiting.computeIfAbsent(kind, any -> new ArrayDeque<>());
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends {@link #writeTo} soon. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
