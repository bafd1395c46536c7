// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.simulate.SensorSimulator;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * A server on this machine that sends simulated readings to whoever connects first, in lines as the
 * socket source of {@code detect} reads them: CSV without a header.
 */
final class SimulatedFeed implements AutoCloseable {
  private final ServerSocket server;

  /**
   * @param port to listen on, 0 for any that is free
   */
  SimulatedFeed(int port) throws IOException {
    server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }

  int port() {
    return server.getLocalPort();
  }

  /**
   * Waits for a client, sends it all readings and ends the connection.
   *
   * @param rate readings a second, 0 for as fast as the client reads
   */
  void send(SensorSimulator simulator, long count, double rate) throws IOException {
    try (Socket client = server.accept();
        BufferedWriter out =
            new BufferedWriter(
                new OutputStreamWriter(client.getOutputStream(), StandardCharsets.UTF_8))) {
      long start = System.nanoTime();
      for (long number = 0; number < count; number++) {
        if (rate > 0) {
          await(start + (long) (number * 1e9 / rate), out);
        }
        Reading reading = simulator.reading(number);
        if (reading != null) {
          SimulateCommand.write(reading, out);
        }
      }
    }
  }

  /** What is due is sent before the next one is waited for. */
  private static void await(long due, BufferedWriter out) throws IOException {
    if (due - System.nanoTime() > 0) {
      out.flush();
    }
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new IOException("interrupted");
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
