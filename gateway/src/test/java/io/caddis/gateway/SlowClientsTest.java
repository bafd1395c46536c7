// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that neither send nor read nor leave: each is given up, and others are served. */
@Timeout(60)
class SlowClientsTest {
  private static final int CONNECTIONS = 8;
  private static final Limits LIMITS = TestOptions.impatient(CONNECTIONS);

  @TempDir Path directory;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = new TestGateway(new TestOptions(directory).limits(LIMITS).build());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private Socket connect(String begin) throws IOException {
    Socket socket = new Socket("127.0.0.1", gateway.port());
    socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void aHeadThatDoesNotComeIsGivenUp() throws IOException {
    for (String begin : List.of("", "GET /hea", "GET /health HTTP/1.1\r\nHost: localhost\r\nX: ")) {
      try (Socket silent = connect(begin)) {
        assertThat(new String(silent.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .doesNotContain("HTTP/1.1 200");
      }
    }
  }

  @Test
  void anAnswerThatNobodyReadsIsGivenUp() throws IOException {
    String large = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
    try (Socket deaf = connect(large.repeat(20))) {
      while (sends(deaf)) {
        assertThat(gateway.get("/health").status()).isEqualTo(200);
        TestGateway.pause();
      }
    }
  }

  /** Whether the connection is still there. */
  private static boolean sends(Socket socket) {
    try {
      socket.getOutputStream().write('\r');
      return true;
    } catch (IOException given) {
      return false;
    }
  }

  @Test
  void silentConnectionsTakeThePlacesOfOthersForAWhileOnly() throws IOException {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        silent.add(connect("GET /"));
      }
      assertThat(gateway.get("/health").status()).isEqualTo(200);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }
}
