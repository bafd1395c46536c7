// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.gateway.TestGateway.Answer;
import io.caddis.gateway.access.TokenFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTest {
  private static final String ROWS = "{\"transactions\": [[1], [2], [3]]}";

  @TempDir Path directory;

  private TestGateway guarded() {
    return new TestGateway(
        new TestOptions(directory.resolve("models"))
            .tokens(directory.resolve("tokens.json"))
            .build());
  }

  private String token(String name, Role role) throws IOException {
    return new TokenFile(directory.resolve("tokens.json"))
        .create(name, role, Instant.parse("2026-01-01T00:00:00Z"));
  }

  private static String[] bearer(String token) {
    return new String[] {"Authorization", "Bearer " + token};
  }

  @Test
  void eachRoleMayDoItsPartAndNoMore() throws IOException {
    String read = token("grafana", Role.READ);
    String score = token("line-3", Role.SCORE);
    String admin = token("ops", Role.ADMIN);
    try (TestGateway gateway = guarded()) {
      assertThat(gateway.post("/train", ROWS).status()).isEqualTo(401);
      assertThat(gateway.post("/train", ROWS, bearer(read)).status()).isEqualTo(403);
      assertThat(gateway.post("/train", ROWS, bearer(score)).status()).isEqualTo(403);
      assertThat(gateway.post("/train", ROWS, bearer(admin)).status()).isEqualTo(200);

      String one = "{\"values\": [1]}";
      assertThat(gateway.post("/predict", one, bearer(read)).status()).isEqualTo(403);
      assertThat(gateway.post("/predict", one, bearer(score)).status()).isEqualTo(200);
      assertThat(gateway.post("/predict", one, bearer(admin)).status()).isEqualTo(200);

      assertThat(gateway.get("/status").status()).isEqualTo(401);
      assertThat(gateway.get("/metrics").status()).isEqualTo(401);
      assertThat(gateway.get("/health").status()).isEqualTo(200);
      assertThat(gateway.get("/docs").status()).isEqualTo(200);
    }
  }

  @Test
  void wrongTokensAreToldHowToAsk() throws IOException {
    token("ops", Role.ADMIN);
    try (TestGateway gateway = guarded()) {
      Answer none = gateway.get("/status");
      assertThat(none.header("WWW-Authenticate")).startsWith("Bearer");
      assertThat(none.header("Content-Type")).isEqualTo("application/problem+json");
      for (String wrong : new String[] {"", "caddis_", "x".repeat(5000), "null"}) {
        assertThat(gateway.post("/update", ROWS, bearer(wrong)).status()).isEqualTo(401);
      }
    }
  }

  @Test
  void aRevokedTokenIsWorthlessAtOnce() throws IOException {
    String token = token("ops", Role.ADMIN);
    try (TestGateway gateway = guarded()) {
      assertThat(gateway.post("/train", ROWS, bearer(token)).status()).isEqualTo(200);

      new TokenFile(directory.resolve("tokens.json")).revoke("ops");

      assertThat(gateway.post("/train", ROWS, bearer(token)).status()).isEqualTo(401);
    }
  }

  @Test
  void aRevokedTokenIsWorthlessEvenWhenTheClockOfTheFilesStandsStill() throws IOException {
    String token = token("ops", Role.ADMIN);
    Path file = directory.resolve("tokens.json");
    TokenFile tokens = new TokenFile(file);
    FileTime written = Files.getLastModifiedTime(file);
    assertThat(tokens.find(token)).isNotNull();

    new TokenFile(file).revoke("ops");
    Files.setLastModifiedTime(file, written);

    assertThat(tokens.find(token)).isNull();
  }

  @Test
  void tokensAreKeptAsHashesThatOnlyTheOwnerReads() throws IOException {
    String token = token("ops", Role.ADMIN);
    Path file = directory.resolve("tokens.json");

    assertThat(Files.readString(file)).contains("\"ops\"").doesNotContain(token);
    assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    assertThatThrownBy(() -> token("ops", Role.READ)).hasMessageContaining("revoke it");
    assertThatThrownBy(() -> token("../x", Role.READ)).hasMessageContaining("name must have");
  }

  @Test
  void theCommandLineMakesListsAndRevokesTokens() {
    String file = directory.resolve("t/tokens.json").toString();
    StringWriter out = new StringWriter();

    assertThat(run(out, "token", "create", "--tokens", file, "--role", "score", "line-3")).isZero();
    assertThat(run(out, "token", "list", "--tokens", file)).isZero();
    assertThat(run(out, "token", "revoke", "--tokens", file, "line-3")).isZero();
    assertThat(run(out, "token", "revoke", "--tokens", file, "line-3")).isEqualTo(2);

    assertThat(out.toString().lines().toList().get(0)).matches("caddis_[A-Za-z0-9_-]{43}");
    assertThat(out.toString().lines().toList().get(1)).startsWith("line-3 score 20");
  }

  @Test
  void aBodyLargerThanTheHeapHasRoomForIsNotToBeAllowed() {
    StringWriter err = new StringWriter();
    int most = Limits.bodiesRoom(Runtime.getRuntime().maxMemory()) >> 20;
    for (String size : new String[] {String.valueOf(most + 1), "0"}) {
      Gateway.commandLine().setErr(new PrintWriter(err)).execute("--max-body-mib", size);

      assertThat(err.toString())
          .contains("--max-body-mib must be 1 to " + most + " with a heap of", "was " + size)
          .contains("CADDIS_JAVA_OPTS=-Xmx");
    }
  }

  @Test
  void aPortThatIsTakenIsNamedWithItsOption() throws IOException {
    StringWriter err = new StringWriter();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = String.valueOf(taken.getLocalPort());
      int status =
          Gateway.commandLine()
              .setErr(new PrintWriter(err))
              .execute("--port", port, "--registry", directory.resolve("models").toString());

      assertThat(status).isEqualTo(1);
      assertThat(err.toString())
          .contains("--port must be free on --host, was " + port + " on 127.0.0.1: ")
          .contains("Choose another");
    }
  }

  private static int run(StringWriter out, String... arguments) {
    return Gateway.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(new StringWriter()))
        .execute(arguments);
  }

  @Test
  void othersAreNotServedWithoutTokens() {
    GatewayOptions options = new TestOptions(directory).host("0.0.0.0").build();

    assertThatThrownBy(() -> new TestGateway(options))
        .hasMessageContaining("--tokens FILE, or --insecure");
  }

  @Test
  void pagesOfOtherOriginsAreRefused() {
    try (TestGateway gateway = new TestGateway(directory)) {
      String own = "http://127.0.0.1:" + gateway.port();

      assertThat(gateway.post("/train", ROWS, "Origin", "http://evil.example").status())
          .isEqualTo(403);
      assertThat(gateway.post("/train", ROWS, "Origin", "null").status()).isEqualTo(403);
      assertThat(gateway.post("/train", ROWS, "Sec-Fetch-Site", "cross-site").status())
          .isEqualTo(403);
      Answer allowed = gateway.post("/train", ROWS, "Origin", own);
      assertThat(allowed.status()).isEqualTo(200);
      assertThat(allowed.header("Access-Control-Allow-Origin")).isEmpty();
    }
  }

  @Test
  void aNameThatResolvesToThisMachineIsNotEnough() {
    try (TestGateway gateway = new TestGateway(directory)) {
      String request = "GET /status HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n";

      assertThat(gateway.raw(request.formatted("rebound.example"))).startsWith("HTTP/1.1 403");
      assertThat(gateway.raw(request.formatted("localhost:" + gateway.port())))
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void answersTellBrowsersToBeCareful() {
    try (TestGateway gateway = new TestGateway(directory)) {
      Answer answer = gateway.get("/docs");

      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
      assertThat(answer.header("Content-Security-Policy")).startsWith("default-src 'self'");
      assertThat(answer.header("Server")).isEmpty();
    }
  }
}
