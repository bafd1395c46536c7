// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients may send never takes more than the heap has; a gateway without heap would end. */
class SmallHeapSystemTest {
  private static final int CLIENTS = 12;

  @TempDir Path directory;
  private ServedProcess gateway;

  @BeforeEach
  void start() throws Exception {
    gateway =
        ServedProcess.start(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "io.caddis.gateway.Gateway",
                "--registry=" + directory.resolve("models")),
            Map.of(),
            directory.resolve("log"));
  }

  @AfterEach
  void stop() throws InterruptedException {
    gateway.close();
  }

  @Test
  void bodiesWaitForRoomInTheHeap() throws Exception {
    byte[] longNumbers = request("/train", "{\"transactions\": " + rows(45_000, 20, 9) + "}");
    byte[] shortNumbers = request("/train", "{\"transactions\": " + rows(35_000, 100, 1) + "}");
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      byte[] request = i % 2 == 0 ? longNumbers : shortNumbers;
      answers.add(CompletableFuture.supplyAsync(() -> status(request)));
    }

    for (CompletableFuture<Integer> answer : answers) {
      assertThat(answer.get()).isIn(200, 503);
    }
    assertThat(gateway.isAlive()).isTrue();
    assertThat(status(longNumbers)).isEqualTo(200);
  }

  @Test
  void largerBodiesThanTheHeapHasRoomForAreRefused() throws IOException {
    int tooLarge = Limits.bodiesRoom(256 << 20) + 1;

    assertThat(status(request("/train", " ".repeat(tooLarge)))).isEqualTo(413);
  }

  @Test
  void modelsThatAreNotSavedLeaveRoomForOthers() throws Exception {
    String rows = rows(10_000, 40, 9);
    List<Integer> answers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String fit = "{\"model\": \"m%d\", \"backend\": \"knn\", \"data\": %s}".formatted(i, rows);
      answers.add(status(request("/v1/anomaly/fit", fit)));
    }

    assertThat(answers).startsWith(200).endsWith(409).isSubsetOf(200, 409);
    assertThat(status(request("/v1/anomaly/save", "{\"model\": \"m0\"}"))).isEqualTo(200);
    assertThat(status(request("/train", "{\"transactions\": " + rows + "}"))).isEqualTo(200);
  }

  private static String rows(int count, int columns, int digits) {
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder rows = new StringBuilder();
    int most = (int) Math.pow(10, digits);
    for (int row = 0; row < count; row++) {
      rows.append(row == 0 ? "[" : ",");
      for (int column = 0; column < columns; column++) {
        rows.append(column == 0 ? '[' : ',').append(random.nextInt(most));
      }
      rows.append(']');
    }
    return rows.append(']').toString();
  }

  private static byte[] request(String path, String body) {
    return "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(path, body.length(), body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private int status(byte[] request) {
    try (RawConnection connection = new RawConnection(gateway.port())) {
      return connection.send(request, true).status();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
