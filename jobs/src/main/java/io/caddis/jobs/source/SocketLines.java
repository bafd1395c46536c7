// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.RecordReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving side of {@link SocketSource}, on Flink's fetcher thread: connects, waits longer
 * after each failure (0.1 to 10 s), and hands on what has come in batches. Flink's bounded queue of
 * batches holds the sender back when the job is slower.
 */
final class SocketLines implements SplitReader<SocketLines.Line, StreamSplit> {
  private static final Logger LOG = LoggerFactory.getLogger(SocketLines.class);
  private static final int BATCH = 512;
  private static final int CONNECT_MILLIS = 2_000;
  // Bounds how long a fetch blocks, and so how long closing takes.
  private static final int SLICE_MILLIS = 50;
  private static final long FIRST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String host;
  private final int port;
  private final RecordLayout layout;
  private final Limits limits;
  private @Nullable StreamSplit split;
  private long position;
  private long lines;
  private @Nullable Connection connection;
  private long waitNanos = FIRST_WAIT_NANOS;
  private long nextAttempt = System.nanoTime();

  /** An outcome, and where the line after it starts. */
  record Line(Parsed outcome, long nextPosition, long linesRead) {}

  private record Connection(Socket socket, InputStream in, RecordReader records) {}

  SocketLines(String host, int port, RecordLayout layout, Limits limits) {
    this.host = host;
    this.port = port;
    this.layout = layout;
    this.limits = limits;
  }

  @Override
  public void handleSplitsChanges(SplitsChange<StreamSplit> change) {
    for (StreamSplit added : change.splits()) {
      split = added;
      position = added.position();
      lines = added.lines();
      LOG.warn(
          "Readings from {} are delivered at most once: what was received after the last"
              + " checkpoint is lost when the job fails",
          added.splitId());
    }
  }

  @Override
  public RecordsWithSplitIds<Line> fetch() {
    List<Line> batch = new ArrayList<>();
    if (split == null) {
      return new RecordsBySplits<>(Map.of(), Set.of());
    }
    try {
      connection = connection == null ? connect() : connection;
      if (connection != null && !receive(connection, batch)) {
        disconnect("the server closed it");
      }
    } catch (IOException e) {
      disconnect(e.getMessage());
    }
    return new RecordsBySplits<>(
        batch.isEmpty() ? Map.of() : Map.of(split.splitId(), batch), Set.of());
  }

  private @Nullable Connection connect() throws IOException {
    long wait = nextAttempt - System.nanoTime();
    if (wait > 0) {
      LockSupport.parkNanos(Math.min(wait, TimeUnit.MILLISECONDS.toNanos(SLICE_MILLIS)));
      return null;
    }
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
      socket.setSoTimeout(SLICE_MILLIS);
      InputStream in = socket.getInputStream();
      RecordReader records = RecordReader.ofConnection(in, host + ":" + port, layout, limits);
      records.continueAt(position, lines);
      LOG.info("Connected to {}:{}", host, port);
      return new Connection(socket, in, records);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Adds what has come, waiting a slice when nothing has. Returns false at the end. */
  private boolean receive(Connection from, List<Line> batch) throws IOException {
    RecordReader records = from.records();
    try {
      while (batch.size() < BATCH
          && (batch.isEmpty() || records.buffered() > 0 || from.in().available() > 0)) {
        Parsed next = records.next();
        if (next == null) {
          return false;
        }
        position = records.nextPosition();
        lines = records.linesRead();
        batch.add(new Line(next, position, lines));
        waitNanos = FIRST_WAIT_NANOS;
      }
    } catch (SocketTimeoutException e) {
      // Nothing or half a line has come: the reader goes on where it is.
      return true;
    }
    return true;
  }

  private void disconnect(@Nullable String why) {
    close();
    LOG.warn(
        "No connection to {}:{}: {}; next attempt in {} ms",
        host,
        port,
        why,
        TimeUnit.NANOSECONDS.toMillis(waitNanos));
    nextAttempt = System.nanoTime() + waitNanos;
    waitNanos = Math.min(2 * waitNanos, LONGEST_WAIT_NANOS);
  }

  @Override
  public void wakeUp() {
    // A fetch blocks no longer than a slice, or a connection attempt.
  }

  @Override
  public void close() {
    if (connection != null) {
      try {
        connection.socket().close();
      } catch (IOException e) {
        LOG.debug("Closing the connection to {}:{} failed", host, port, e);
      }
      connection = null;
    }
  }
}
