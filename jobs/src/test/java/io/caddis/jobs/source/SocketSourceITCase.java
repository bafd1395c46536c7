// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.RejectionReason;
import io.caddis.detectors.parse.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SocketSourceITCase {
  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @Test
  void readsLinesConnectsAgainAndRejectsWhatWasCut() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      StreamExecutionEnvironment env = SensorFiles.environment(2);
      SocketSource source =
          new SocketSource(
              server.getInetAddress().getHostAddress(),
              server.getLocalPort(),
              SensorFiles.LAYOUT,
              Limits.DEFAULT);
      try (CloseableIterator<Parsed> outcomes =
          env.fromSource(source, Watermarks.streaming(Watermarks.Options.DEFAULT), "socket")
              .uid("socket")
              .executeAndCollect()) {
        serve(server, "5,a,1\n6,a,ERR\n\n7,a,2\r\n8,a,3");
        assertThat(timestamps(outcomes, 4)).containsExactly(5000L, -1L, 7000L, -2L);
        serve(server, "{\"ts\":9,\"sensor\":\"a\",\"v\":4}\n");
        Parsed next = outcomes.next();
        assertThat(next.reading().timestamp()).isEqualTo(9000);
        assertThat(next.reading().position()).isEqualTo(27);
      }
    }
  }

  @Test
  void theDestinationMustBePossible() {
    assertThatThrownBy(() -> new SocketSource("x", 0, SensorFiles.LAYOUT, Limits.DEFAULT))
        .hasMessage("port must be in [1, 65535], was 0");
  }

  private static void serve(ServerSocket server, String text) throws IOException {
    try (Socket client = server.accept()) {
      client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      client.getOutputStream().flush();
    }
  }

  /** Event times; -1 where no field was usable, -2 where the connection ended. */
  private static List<Long> timestamps(CloseableIterator<Parsed> outcomes, int count) {
    List<Long> timestamps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Parsed next = outcomes.next();
      if (next.reading() != null) {
        timestamps.add(next.reading().timestamp());
      } else {
        RejectionReason reason = next.rejection().reason();
        timestamps.add(reason == RejectionReason.NO_USABLE_VALUE ? -1L : -2L);
      }
    }
    return timestamps;
  }
}
