// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The addresses a process listens on, from Linux's /proc. */
final class ListeningSockets {
  private ListeningSockets() {}

  static List<InetAddress> of(long pid) throws IOException {
    Set<String> sockets = new HashSet<>();
    try (Stream<Path> links = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      for (Path link : links.toList()) {
        try {
          sockets.add(Files.readSymbolicLink(link).toString());
        } catch (NoSuchFileException closed) {
          // By the process, meanwhile.
        }
      }
    }
    List<InetAddress> addresses = new ArrayList<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] column = line.trim().split("\\s+");
        if (column.length > 9
            && column[3].equals("0A")
            && sockets.contains("socket:[" + column[9] + "]")) {
          addresses.add(address(column[1].substring(0, column[1].indexOf(':'))));
        }
      }
    }
    return addresses;
  }

  /**
   * Each group of four bytes is in the machine's byte order; all that run Linux here are
   * little-endian.
   */
  private static InetAddress address(String hex) throws IOException {
    byte[] bytes = new byte[hex.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      int at = (i / 4 * 4 + 3 - i % 4) * 2;
      bytes[i] = (byte) Integer.parseInt(hex.substring(at, at + 2), 16);
    }
    return InetAddress.getByAddress(bytes);
  }
}
