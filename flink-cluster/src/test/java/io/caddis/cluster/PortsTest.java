// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class PortsTest {
  @Test
  void freePortsDiffer() {
    assertThat(Ports.free(5)).hasSize(5).doesNotHaveDuplicates().allMatch(Ports::isFree);
  }

  @Test
  void freePortsAreNotThoseThatAnyConnectionMayTake() {
    assertThat(Ports.free(20)).allMatch(port -> port < 32_768);
  }

  @Test
  void portThatSomeoneListensOnIsNotFree() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Ports.isFree(socket.getLocalPort())).isFalse();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void ownerOfAPortIsNamed() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Ports.owner(socket.getLocalPort()))
          .hasValueSatisfying(
              owner -> assertThat(owner).contains("(pid " + ProcessHandle.current().pid() + ")"));
    }
  }

  @Test
  void freePortHasNoOwner() {
    assertThat(Ports.owner(Ports.free(1).get(0))).isEmpty();
  }
}
