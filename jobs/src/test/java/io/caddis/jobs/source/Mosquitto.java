// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.broker.KafkaBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;

/** Debian's MQTT broker in a process of its own, on a port that outlives it. */
public final class Mosquitto implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/mosquitto");

  private final Path directory;
  private final int port;
  private Process process;

  private Mosquitto(Path directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  /**
   * Starts one that writes down every second what it holds, or skips the test where there is none.
   */
  public static Mosquitto start(Path directory, String... settings) throws IOException {
    requireInstalled();
    Mosquitto broker = new Mosquitto(Files.createDirectories(directory), KafkaBroker.freePort());
    List<String> lines = new ArrayList<>();
    lines.add("listener " + broker.port + " 127.0.0.1");
    lines.add("user " + System.getProperty("user.name"));
    lines.add("persistence true");
    lines.add("persistence_location " + directory + "/");
    lines.add("autosave_on_changes false");
    lines.add("autosave_interval 1");
    lines.add("max_queued_messages 0");
    lines.add("max_inflight_messages 0");
    lines.addAll(List.of(settings));
    Files.write(directory.resolve("mosquitto.conf"), lines);
    broker.restart();
    return broker;
  }

  private static void requireInstalled() {
    Assumptions.assumeTrue(
        Files.isExecutable(PROGRAM), "Mosquitto is not installed (Debian: mosquitto): not tested");
  }

  /** The setting with which a broker knows a user; others only if it allows anonymous ones. */
  public static String login(Path directory, String user, String password)
      throws IOException, InterruptedException {
    requireInstalled();
    Path file = Files.writeString(directory.resolve("passwords"), user + ":" + password + "\n");
    Process hashing = new ProcessBuilder("mosquitto_passwd", "-U", file.toString()).start();
    if (hashing.waitFor() != 0) {
      throw new IOException("mosquitto_passwd ended with " + hashing.exitValue());
    }
    return "password_file " + file;
  }

  public int port() {
    return port;
  }

  /** Starts it again with what it has written down, and waits until it answers. */
  public void restart() throws IOException {
    process =
        new ProcessBuilder(PROGRAM.toString(), "-c", directory.resolve("mosquitto.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("mosquitto.log").toFile())
            .start();
    while (!answers()) {
      if (!process.isAlive()) {
        throw new IOException(Files.readString(directory.resolve("mosquitto.log")));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** What it has written down of its sessions and messages. */
  public String stored() throws IOException {
    Path file = directory.resolve("mosquitto.db");
    return Files.exists(file)
        ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
        : "";
  }

  /** Kills it as a power cut does. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
