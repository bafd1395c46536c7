// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A connection that sends bytes as they are and reads one answer for each, over the same socket as
 * long as the server leaves it open. Not thread-safe.
 */
final class RawConnection implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  /** Of the body of an answer no more is kept. */
  private static final int MOST_BYTES = 16 << 20;

  private final int port;
  private @Nullable Socket socket;
  private @Nullable InputStream in;

  RawConnection(int port) {
    this.port = port;
  }

  /** An answer, status 0 when the server closed the connection without one. */
  record Answer(int status, String body) {
    static final Answer NONE = new Answer(0, "");
  }

  /** Neither an answer nor the end of the connection has come in time. */
  static final class Unanswered extends AssertionError {
    private Unanswered(SocketTimeoutException cause) {
      super(
          "a request must be answered or given up within %d ms, was neither"
              .formatted(PATIENCE_MILLIS),
          cause);
    }
  }

  /**
   * Sends bytes.
   *
   * @param whole whether they are a whole request; otherwise the end of all bytes is told
   */
  Answer send(byte[] bytes, boolean whole) throws IOException {
    Socket open = socket == null ? open() : socket;
    try {
      open.getOutputStream().write(bytes);
      if (!whole) {
        open.shutdownOutput();
      }
    } catch (IOException refusedWhileSending) {
      // The answer may be there all the same.
    }
    try {
      return read(whole, bytes[0] == 'H' && bytes.length > 3 && bytes[3] == 'D');
    } catch (SocketTimeoutException e) {
      close();
      throw new Unanswered(e);
    } catch (IOException e) {
      close();
      return Answer.NONE;
    }
  }

  private Socket open() throws IOException {
    Socket opened = new Socket(InetAddress.getLoopbackAddress(), port);
    // Closed by a reset: so many connections would else keep their ports for a minute.
    opened.setSoLinger(true, 0);
    opened.setSoTimeout(PATIENCE_MILLIS);
    opened.setTcpNoDelay(true);
    socket = opened;
    in = new BufferedInputStream(opened.getInputStream(), 1 << 14);
    return opened;
  }

  private Answer read(boolean whole, boolean headOnly) throws IOException {
    String first = line();
    if (!first.matches("HTTP/1\\.1 \\d{3}.*")) {
      throw new AssertionError("an answer must begin with its status, was " + first);
    }
    int status = Integer.parseInt(first.substring(9, 12));
    long length = -1;
    boolean closes = !whole;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring(lower.indexOf(':') + 1).strip());
      }
      closes |= lower.startsWith("connection:") && lower.contains("close");
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
    }
    if (status == 100) {
      // The answer is still to come.
      return read(whole, headOnly);
    }
    String body = headOnly ? "" : body(length, chunked);
    if (closes) {
      close();
    }
    return new Answer(status, body);
  }

  private String body(long length, boolean chunked) throws IOException {
    InputStream from = stream();
    if (length >= 0) {
      byte[] kept = from.readNBytes((int) Math.min(length, MOST_BYTES));
      from.skipNBytes(length - kept.length);
      return new String(kept, StandardCharsets.UTF_8);
    }
    if (!chunked) {
      return new String(from.readAllBytes(), StandardCharsets.UTF_8);
    }
    StringBuilder body = new StringBuilder();
    int chunk;
    do {
      chunk = Integer.parseInt(line(), 16);
      body.append(new String(from.readNBytes(chunk), StandardCharsets.UTF_8));
      line();
    } while (chunk > 0);
    return body.toString();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = stream().read(); next != '\n'; next = stream().read()) {
      if (next < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  private InputStream stream() throws IOException {
    if (in == null) {
      throw new EOFException("closed");
    }
    return in;
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
      socket = null;
      in = null;
    }
  }
}
