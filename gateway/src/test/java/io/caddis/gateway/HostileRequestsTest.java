// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.TestGateway.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes, the answer is the client's mistake, named, and never a fault of ours. */
class HostileRequestsTest {
  @TempDir static Path directory;
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        new TestGateway(
            new TestOptions(directory.resolve("models"))
                .limits(Limits.DEFAULT.with(1 << 20, 1000))
                .build());
    gateway.post(
        "/train", "{\"transactions\": [{\"a\": 1, \"b\": \"x\"}, {\"a\": 2, \"b\": \"y\"}]}");
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "nonsense",
        "{\"data\": {\"a\": 1}",
        "{\"data\": {\"a\": NaN}}",
        "{\"data\": {\"a\": Infinity}}",
        "{\"data\": {\"a\": 01}}",
        "{\"data\": {\"a\": 1, \"a\": 2}}",
        "{\"data\": {\"a\": 1}} {}",
        "{'data': {'a': 1}}",
        "{\"data\": {\"b\": \"\\ud800\"}}",
        "{\"data\": {\"\\uDC00\": 1}}",
        "\u0000\u0000"
      })
  void whatIsNoJsonIsRefusedAsSuch(String body) {
    Answer answer = gateway.post("/predict", body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("title").asString()).isEqualTo("No valid JSON");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " -> ''",
        "[] -> ''",
        "null -> ''",
        "{} -> ''",
        "{\"data\": 1} -> /data",
        "{\"data\": null} -> /data",
        "{\"data\": {}} -> /data",
        "{\"data\": {\"a\": \"text\"}} -> /data/a",
        "{\"data\": {\"a\": {\"b\": 1}}} -> /data/a",
        "{\"data\": {\"a\": 1e400}} -> /data/a",
        "{\"data\": {\"a\": true}} -> /data/a",
        "{\"data\": {\"b\": [1]}} -> /data/b",
        "{\"data\": {\"other\": 1}} -> /data",
        "{\"data\": {\"a\": null, \"b\": null}} -> /data",
        "{\"data\": {\"\": 1}} -> /data",
        "{\"data\": [1]} -> /data",
        "{\"data\": [1, \"x\", 3]} -> /data",
        "{\"data\": {\"a\": 1}, \"values\": [1]} -> ''",
        "{\"data\": {\"a\": 1}, \"dta\": 1} -> /dta",
        "{\"data\": {\"a\": 1}, \"threshold\": 2} -> /threshold",
        "{\"data\": {\"a\": 1}, \"threshold\": \"0.5\"} -> /threshold",
        "{\"rows\": []} -> /rows",
        "{\"rows\": {}} -> /rows",
        "{\"rows\": [{\"a\": 1}, 7]} -> /rows/1",
        "{\"rows\": [{\"a\": 1}, []]} -> /rows/1",
        "{\"rows\": [{\"a\": 1}, {}]} -> /rows/1",
        "{\"rows\": [{\"a\": 1}, {\"a\": \"\"}]} -> /rows/1/a",
        "{\"rows\": [{\"a\": 1}, {\"a\": 1, \"c\": {\"d\": 1}}]} -> /rows/1/c",
        "{\"features\": 1} -> /features",
        "{\"features\": []} -> /features",
        "{\"features\": [[1, \"x\"], 1]} -> /features",
      })
  void wrongFieldsAreNamed(String bodyAndPointer) {
    String[] parts = bodyAndPointer.split(" -> ");
    String pointer = parts[1].equals("''") ? "" : parts[1];

    Answer answer = gateway.post("/predict", parts[0]);

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().at("/errors/0/pointer").asString()).startsWith(pointer);
    assertThat(answer.json().get("detail").asString()).isNotBlank();
  }

  @Test
  void whatWouldTakeTooMuchIsRefused() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(gateway.post("/predict", "{\"values\": " + deep + "}").status()).isEqualTo(400);
    String digits = "9".repeat(100_000);
    assertThat(gateway.post("/predict", "{\"values\": [" + digits + "]}").status()).isEqualTo(400);
    String text = "{\"data\": {\"b\": \"" + "x".repeat(70_000) + "\"}}";
    assertThat(gateway.post("/predict", text).status()).isEqualTo(400);
    String wide = "{\"values\": [" + "1,".repeat(600) + "1]}";
    assertThat(gateway.post("/predict", wide).status()).isEqualTo(422);
    String rows = "{\"rows\": [" + "{\"a\":1},".repeat(1000) + "{\"a\":1}]}";
    assertThat(gateway.post("/predict", rows).status()).isEqualTo(413);
    String labels = "{\"features\": [" + "[1,2],".repeat(1000) + "[1,2]]}";
    assertThat(gateway.post("/predict", labels).status()).isEqualTo(413);
    String scalars = "{\"rows\": [" + "[],".repeat(1000) + "[]]}";
    assertThat(gateway.post("/predict", scalars).status()).isEqualTo(413);
    StringBuilder fields = new StringBuilder("{\"data\": {\"a\": 1}");
    IntStream.range(0, 20_000).forEach(i -> fields.append(",\"x").append(i).append("\":0"));
    Answer unknown = gateway.post("/predict", fields.append('}').toString());
    assertThat(unknown.status()).isEqualTo(413);
    assertThat(unknown.body()).hasSizeLessThan(1_000);
    assertThat(gateway.post("/predict", " ".repeat((1 << 20) + 1)).status()).isEqualTo(413);
    String trees = "{\"model\": \"x\", \"data\": [[1],[2]], \"n_estimators\": 100000000}";
    assertThat(gateway.post("/v1/anomaly/fit", trees).status()).isEqualTo(422);
  }

  @Test
  void compressedBodiesAreRefusedUnread() throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(new byte[1 << 20]);
    }
    Answer answer =
        gateway.send(
            "POST",
            "/predict",
            java.net.http.HttpRequest.BodyPublishers.ofByteArray(zipped.toByteArray()),
            "Content-Encoding",
            "gzip");

    assertThat(answer.status()).isEqualTo(415);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.7976931348623157e308", "-1e19", "1e400", "99999999999999999999"})
  void anIntegerThatNoLongHoldsIsRefused(String minutes) {
    Answer answer =
        gateway.post("/api/silences", "{\"sensor\": \"p\", \"minutes\": " + minutes + "}");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.errors()).contains("/minutes");
  }

  @Test
  void wrongParametersAreNamed() {
    String rows = "{\"transactions\": [[1], [2]]}";
    for (String query :
        List.of(
            "contamination=0.6",
            "contamination=abc",
            "contamination=NaN",
            "n_estimators=0",
            "n_estimators=1.5",
            "n_estimators=99999999999999999999",
            "backend=none",
            "max_samples=1",
            "calendar=year",
            "calendar=hour",
            "random_state=x",
            "model=..%2Fx",
            "unknown=1")) {
      Answer answer = gateway.post("/train?" + query, rows);
      assertThat(answer.status()).as(query).isEqualTo(422);
      assertThat(answer.body()).as(query).contains(query.replaceFirst("=.*", ""));
    }
    assertThat(gateway.post("/train?n_estimators=5&n_estimators=6", rows).status()).isEqualTo(422);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../etc/passwd",
        "..",
        ".",
        ".lock",
        "/etc/passwd",
        "a/b",
        "a\\\\b",
        "a\\u0000b",
        "",
        "-rf",
        "CON:",
        "x y",
        "ä"
      })
  void namesCannotLeaveTheRegistry(String name) throws IOException {
    List<Path> before = files();

    assertThat(gateway.post("/v1/anomaly/load", "{\"model\": \"%s\"}".formatted(name)).status())
        .isEqualTo(422);
    assertThat(
            gateway
                .post("/v1/anomaly/fit", "{\"model\": \"%s\", \"data\": [[1],[2]]}".formatted(name))
                .status())
        .isEqualTo(422);

    assertThat(files()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/anomaly/models/..",
        "/v1/anomaly/models/../../../tmp",
        "/v1/anomaly/models/%2e%2e%2f%2e%2e%2ftmp",
        "/v1/anomaly/models/..%2f..%2ftmp",
        "/v1/anomaly/models/..%5c..%5ctmp",
        "/v1/anomaly/models/%00",
        "/v1/anomaly/models/m%00.cadm",
        "/v1/anomaly/models/.lock",
        "/v1/anomaly/models/;/m",
        "/v1/anomaly/models/%c0%ae%c0%ae",
        "//v1/anomaly/models/..//m",
        "/docs/..%2fopenapi.yaml",
        "/docs/../../../../etc/passwd",
        "/docs/%2e%2e/%2e%2e/Contract.class",
        "/dashboard/../../../../etc/passwd",
        "/dashboard/..%2fcontract%2fopenapi.yaml",
        "/dashboard/%2e%2e%2fGateway.class",
        "/dashboard/%uff0e%uff0e%u2215Gateway.class",
        "/api/registry/..%2f..%2ftmp",
        "/api/registry/%2e%2e%2fm/surface",
        "/api/control/..%2f..%2ftokens.json"
      })
  void pathsCannotLeaveTheRegistryOrTheAssets(String path) throws IOException {
    List<Path> before = files();
    for (String method : List.of("DELETE", "GET")) {
      String answer =
          gateway.raw(
              "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .formatted(method, path));

      assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("root:", "jetty", "\tat ");
    }
    assertThat(files()).isEqualTo(before);
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /predict HTTP/1.1\r\n"
            + "Host: localhost\r\n"
            + "Content-Length: 5\r\n"
            + "Content-Length: 6\r\n\r\n",
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{\"data\"",
        "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "BREW /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
      })
  void whatIsNoHttpIsRefusedWithoutTellingWhoServes(String request) {
    String answer = gateway.raw(request);

    assertThat(answer).doesNotContainIgnoringCase("jetty").doesNotContain("\tat ", "<html");
    assertThat(answer).doesNotContain("HTTP/1.1 5").doesNotContain("HTTP/1.1 200");
  }

  @Test
  void anUnknownVersionOfHttpIsRefused() {
    assertThat(gateway.raw("GET / HTTP/9.9\r\n\r\n")).startsWith("HTTP/1.1 505");
  }

  @Test
  void aHeaderThatIsTooLargeIsRefused() {
    assertThat(
            gateway.raw(
                "GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + "y".repeat(40_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431");
  }

  @Test
  void bodiesThatDoNotComeTakeNothingFromOthers() throws IOException {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 400; i++) {
        Socket socket = new Socket("127.0.0.1", gateway.port());
        slow.add(socket);
        socket
            .getOutputStream()
            .write(
                "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"
                    .getBytes(StandardCharsets.US_ASCII));
      }

      assertThat(gateway.post("/predict", "{\"data\": {\"a\": 1}}").status()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void aMistakeOfOursShowsNoTrace() {
    try (GatewayServer server =
        GatewayServer.start(
            TestGateway.options(directory),
            new io.caddis.gateway.access.Access(null, true),
            new Metrics(),
            java.time.Clock.systemUTC(),
            List.of(
                routes ->
                    routes.get(
                        "/broken",
                        context -> {
                          throw new IllegalStateException("secret");
                        },
                        Role.OPEN)))) {
      try (Socket socket = new Socket("127.0.0.1", server.port());
          InputStream in = socket.getInputStream()) {
        socket
            .getOutputStream()
            .write(
                "GET /broken HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);

        assertThat(answer).startsWith("HTTP/1.1 500").contains("problem+json");
        assertThat(answer).doesNotContain("secret", "IllegalState");
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }
}
