// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caddis.browser.Chromium;
import io.caddis.browser.Page;
import io.caddis.gateway.feed.Scene;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with a scene, and a page of a real Chromium to look at it. */
@Timeout(180)
@SuppressWarnings("NullAway.Init")
abstract class InBrowser {
  private static final Path SCREENSHOTS = Path.of("target/screenshots");
  static final String SENSOR_PAGE = "#/sensor/pump-03?seconds=900&event=0000000000000005-26d";

  /** A name of somebody else, under which this machine answers. */
  static final String THEIR_NAME = "evil.example";

  @TempDir static Path directory;

  private static final List<AutoCloseable> OPEN = new ArrayList<>();
  static TestGateway gateway;
  static Chromium chromium;

  Page page;

  @BeforeAll
  static void start() throws IOException {
    Optional<Path> program = Chromium.program();
    assumeTrue(program.isPresent(), "Chromium is not installed: apt-get install chromium");
    Path out = directory.resolve("out");
    int lines = Scene.write(out);
    gateway =
        new TestGateway(
            new TestOptions(directory.resolve("models"))
                .control(directory.resolve("commands"))
                .build(),
            TestGateway.alerts(out, null));
    OPEN.add(gateway);
    // What somebody else's name server can do: their name leads to this machine.
    chromium =
        Chromium.start(program.get(), "--host-resolver-rules=MAP " + THEIR_NAME + " 127.0.0.1");
    OPEN.add(chromium);
    for (int seed = 1; seed <= 2; seed++) {
      fit(seed);
    }
    gateway.awaitLines(lines);
  }

  private static void fit(int seed) {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      rows.append(
          "%s{\"temperature\":%s,\"vibration\":%s,\"pressure\":%s}"
              .formatted(i == 0 ? "" : ",", 60 + i % 7, 0.4 + (i + seed) % 5 / 50.0, 5 + i % 3));
    }
    gateway.post(
        "/v1/anomaly/fit",
        "{\"model\":\"pumps\",\"backend\":\"isolation_forest\",\"random_state\":%d,\"data\":[%s]}"
            .formatted(seed, rows));
    gateway.post("/v1/anomaly/save", "{\"model\":\"pumps\",\"backend\":\"isolation_forest\"}");
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable one : OPEN) {
      one.close();
    }
    OPEN.clear();
  }

  @BeforeEach
  void openPage() {
    page = chromium.newPage(1280, 900);
  }

  /** Else it would go on asking the gateway while others are looked at. */
  @AfterEach
  void closePage() {
    page.close();
  }

  void open(String hash) {
    page.open("http://127.0.0.1:%d/dashboard%s".formatted(gateway.port(), hash));
  }

  void settled() {
    page.await(
        "document.querySelector('main h1') && !document.body.innerText.includes('Loading …')");
    assertThat(page.problems()).isEmpty();
  }

  void screenshot(String name) {
    page.screenshot(SCREENSHOTS.resolve(name + ".png"));
  }

  int number(String expression) {
    return page.eval(expression).asInt(-1);
  }
}
