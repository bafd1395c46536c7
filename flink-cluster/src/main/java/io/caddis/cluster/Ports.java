// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** TCP ports of this machine's loopback interface: free ones, and who holds the others. */
final class Ports {
  private static final String LISTENING = "0A";

  private static final int FIRST = 20_000;
  private static final int FIRST_EPHEMERAL = 32_768;
  private static final int TRIES = 1000;

  private Ports() {}

  /**
   * Different ports that were free a moment ago, none of those that systems give to whoever asks
   * for any or connects to another: such a port may be gone before it is used.
   */
  static List<Integer> free(int count) {
    List<Integer> found =
        ThreadLocalRandom.current()
            .ints(TRIES, FIRST, FIRST_EPHEMERAL)
            .distinct()
            .filter(Ports::isFree)
            .limit(count)
            .boxed()
            .toList();
    if (found.size() < count) {
      throw new ClusterException(
          "cannot find %d free ports from %d to %d".formatted(count, FIRST, FIRST_EPHEMERAL - 1));
    }
    return found;
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The process that listens on a port, as {@code <command> (pid <n>)}; empty where the system does
   * not tell: on anything but Linux, or when it belongs to another user.
   */
  static Optional<String> owner(int port) {
    try {
      List<String> sockets = new ArrayList<>();
      String suffix = String.format(Locale.ROOT, ":%04X", port);
      for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
        for (String line : Files.readAllLines(Path.of(table))) {
          // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode
          String[] column = line.trim().split("\\s+");
          if (column.length > 9 && column[1].endsWith(suffix) && column[3].equals(LISTENING)) {
            sockets.add("socket:[" + column[9] + "]");
          }
        }
      }
      return ProcessHandle.allProcesses()
          .filter(process -> holds(process, sockets))
          .findFirst()
          .map(
              process ->
                  process.info().command().orElse("process") + " (pid " + process.pid() + ")");
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean holds(ProcessHandle process, List<String> sockets) {
    Path descriptors = Path.of("/proc", Long.toString(process.pid()), "fd");
    try (Stream<Path> links = Files.list(descriptors)) {
      return links.anyMatch(link -> pointsTo(link, sockets));
    } catch (IOException | UncheckedIOException ended) {
      return false;
    }
  }

  private static boolean pointsTo(Path link, List<String> sockets) {
    try {
      return sockets.contains(Files.readSymbolicLink(link).toString());
    } catch (IOException e) {
      return false;
    }
  }
}
