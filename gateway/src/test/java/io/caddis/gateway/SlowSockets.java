// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Connections that are kept as long as the server lets them, at next to no cost to whoever keeps
 * them, and made anew as soon as it does not. Of each kind there are as many.
 */
final class SlowSockets implements AutoCloseable {
  /** Each connection is looked at once in so many steps. */
  private static final int STEPS = 50;

  private static final int STEP_MILLIS = 10;

  /** Larger than what is waited for without a thread, so that a thread reads the rest. */
  private static final int LONG = 65 << 10;

  /** So often that no buffers hold all answers of megabytes. */
  private static final String LARGE = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(20);

  private enum Kind {
    HEAD("GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: "),
    BODY("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{"),
    LONG_BODY(
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(4 * LONG, " ".repeat(LONG))),
    NOT_READ(LARGE),
    SLOWLY_READ(LARGE);

    private final String begin;

    Kind(String begin) {
      this.begin = begin;
    }

    private byte[] begin(String page) {
      return begin.replace("%s", page).getBytes(StandardCharsets.US_ASCII);
    }

    private boolean sends() {
      return this == HEAD || this == BODY || this == LONG_BODY;
    }
  }

  private final InetSocketAddress address;
  private final String page;
  private final List<Slow> all = new ArrayList<>();
  private final Map<String, Integer> ends = new TreeMap<>();
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private int step;
  private int opened;

  /** Of a gateway. */
  SlowSockets(int port, int connections) {
    this(port, connections, "/docs/swagger-ui-bundle.js");
  }

  /**
   * @param page whose answers are not read: the largest that there is
   */
  SlowSockets(int port, int connections, String page) {
    this.page = page;
    address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    for (int i = 0; i < connections; i++) {
      all.add(new Slow(Kind.values()[i % Kind.values().length]));
    }
    thread.scheduleAtFixedRate(this::step, 0, STEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void step() {
    try {
      for (int i = step % STEPS; i < all.size(); i += STEPS) {
        all.get(i).step();
      }
      step++;
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      throw new IllegalStateException("slow connections end", e);
    }
  }

  /** A connection of a kind, and the next of it. */
  private final class Slow {
    private final Kind kind;
    private final ByteBuffer answer = ByteBuffer.allocate(256);
    private @Nullable SocketChannel channel;
    private ByteBuffer unsent = ByteBuffer.allocate(0);

    private Slow(Kind kind) {
      this.kind = kind;
    }

    private void step() throws IOException {
      if (channel == null) {
        open();
        return;
      }
      boolean over;
      try {
        over = goOn(channel);
      } catch (IOException closed) {
        over = true;
      }
      if (over) {
        ends.merge(kind + " " + status(), 1, Integer::sum);
        channel.close();
        open();
      }
    }

    private void open() throws IOException {
      SocketChannel opening = SocketChannel.open();
      opening.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 12);
      // Closed by a reset: so many connections would else keep their ports for a minute.
      opening.setOption(StandardSocketOptions.SO_LINGER, 0);
      opening.connect(address);
      opening.configureBlocking(false);
      channel = opening;
      answer.clear();
      unsent = ByteBuffer.wrap(kind.begin(page));
      opened++;
    }

    /** Whether the server has ended it. */
    private boolean goOn(SocketChannel open) throws IOException {
      if (!unsent.hasRemaining() && kind.sends()) {
        unsent = ByteBuffer.wrap(new byte[] {' '});
      }
      open.write(unsent);
      if (kind == Kind.NOT_READ) {
        // Tells whether anybody is there; more requests than are answered follow each other.
        return open.write(ByteBuffer.wrap(new byte[] {'\r'})) < 0;
      }
      if (kind == Kind.SLOWLY_READ) {
        answer.clear();
      }
      return open.read(answer) < 0;
    }

    private String status() {
      String head = new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
      return head.startsWith("HTTP/1.1 ") ? head.substring(9, 12) : "closed";
    }
  }

  /** How often a connection was opened. */
  int opened() {
    return opened;
  }

  /** How connections ended that the server did not keep: kind and status, how often. */
  Map<String, Integer> ends() {
    return ends;
  }

  @Override
  public void close() throws IOException {
    thread.shutdown();
    try {
      thread.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Slow slow : all) {
      if (slow.channel != null) {
        slow.channel.close();
      }
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError("slow connections could not be kept", failed);
    }
  }
}
