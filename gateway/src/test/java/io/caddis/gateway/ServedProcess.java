// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server in a process of its own, on this machine only. */
final class ServedProcess implements AutoCloseable {
  private static final long START_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Process process;
  private final int port;

  private ServedProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** The process ended, or did not listen in time. */
  static final class NotStarted extends IOException {
    private NotStarted(Path log) {
      super("a server did not start: " + log);
    }
  }

  /**
   * Starts a server and waits until it listens.
   *
   * @param command to which the port is added
   * @param log to which all that it says is appended
   */
  static ServedProcess start(List<String> command, Map<String, String> environment, Path log)
      throws IOException, InterruptedException {
    int port = freePort();
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(command.stream(), Stream.of("--port=" + port)).toList())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    ServedProcess server = new ServedProcess(builder.start(), port);
    try {
      server.endFirst();
      long begin = System.nanoTime();
      while (server.isAlive() && System.nanoTime() - begin < START_NANOS) {
        if (server.listens()) {
          return server;
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    } catch (IOException e) {
      server.close();
      throw e;
    }
    server.close();
    throw new NotStarted(log);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Should the machine run out of memory, it is this process that ends. */
  private void endFirst() throws IOException {
    Files.writeString(file("oom_score_adj"), "1000");
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Memory that it has, MB. */
  long residentMegabytes() throws IOException {
    return megabytes("VmRSS");
  }

  /** The most that it has had, MB. */
  long peakMegabytes() throws IOException {
    return megabytes("VmHWM");
  }

  private long megabytes(String field) throws IOException {
    String status = Files.readString(file("status"));
    Matcher kibibytes = Pattern.compile(field + ":\\s+(\\d+) kB").matcher(status);
    if (!kibibytes.find()) {
      throw new IOException("the process of a server has ended");
    }
    return Long.parseLong(kibibytes.group(1)) * 1024 / 1_000_000;
  }

  private Path file(String name) {
    return Path.of("/proc", Long.toString(process.pid()), name);
  }

  /** Kills it, as {@code kill -9} does. */
  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
