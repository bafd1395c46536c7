// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/**
 * Clients of a server on this machine that each send a request when the one before has been
 * answered, on a connection that stays open. They do as little as clients can, because they take
 * their time from the same processors as the server.
 */
final class HttpLoad {
  private HttpLoad() {}

  /**
   * What came of it.
   *
   * @param perSecond requests that were answered
   * @param medianMillis from sending a request to having read its answer
   * @param p99Millis as above, of which one in a hundred took longer
   */
  record Result(double perSecond, double medianMillis, double p99Millis) {}

  /** A request whose body is JSON, as it goes over the wire. */
  static byte[] post(String path, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    byte[] head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(path, body.length)
            .getBytes(StandardCharsets.US_ASCII);
    byte[] request = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    return request;
  }

  /**
   * Sends requests in turn for a while.
   *
   * @param requests whole ones, at least 1
   * @throws IOException when one is not answered with status 200
   */
  static Result run(int port, List<byte[]> requests, int clients, long nanos) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      long begin = System.nanoTime();
      List<Future<long[]>> running = new ArrayList<>();
      for (int client = 0; client < clients; client++) {
        int first = client;
        running.add(threads.submit(() -> send(port, requests, first, begin + nanos)));
      }
      LongStream all = LongStream.empty();
      for (Future<long[]> client : running) {
        all = LongStream.concat(all, Arrays.stream(client.get()));
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      long[] sorted = all.sorted().toArray();
      return new Result(
          sorted.length / seconds,
          sorted[sorted.length / 2] / 1e6,
          sorted[(int) (sorted.length * 0.99)] / 1e6);
    } catch (ExecutionException e) {
      throw new IOException("a request failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }

  /** How long each answer took, nanoseconds. */
  private static long[] send(int port, List<byte[]> requests, int first, long deadline)
      throws IOException {
    LongStream.Builder took = LongStream.builder();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
      for (int next = first; ; next++) {
        long sent = System.nanoTime();
        socket.getOutputStream().write(requests.get(next % requests.size()));
        skipAnswer(in);
        long now = System.nanoTime();
        took.add(now - sent);
        if (now > deadline) {
          return took.build().toArray();
        }
      }
    }
  }

  private static void skipAnswer(InputStream in) throws IOException {
    String status = line(in);
    if (!status.startsWith("HTTP/1.1 200")) {
      throw new IOException("status must be 200, was '" + status + "'");
    }
    long length = -1;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring(lower.indexOf(':') + 1).strip());
      }
    }
    if (length >= 0) {
      in.skipNBytes(length);
      return;
    }
    // Without a length it comes in chunks, the last of which is empty.
    long chunk;
    do {
      chunk = Long.parseLong(line(in), 16);
      in.skipNBytes(chunk);
      line(in);
    } while (chunk > 0);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }
}
