// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caddis.gateway.access.TokenFile;
import io.caddis.gateway.browser.Chromium;
import io.caddis.gateway.browser.Page;
import io.caddis.gateway.feed.JobOutput;
import io.caddis.gateway.feed.Scene;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The dashboard in a real Chromium. Screenshots are left in target/screenshots. */
@Timeout(180)
@SuppressWarnings("NullAway.Init")
class DashboardTest {
  private static final Path SCREENSHOTS = Path.of("target/screenshots");
  private static final String SENSOR_PAGE =
      "#/sensor/pump-03?seconds=900&event=0000000000000005-26d";

  @TempDir static Path directory;

  private static final List<AutoCloseable> OPEN = new ArrayList<>();
  private static TestGateway gateway;
  private static Chromium chromium;

  private Page page;

  @BeforeAll
  static void start() throws IOException {
    Optional<Path> program = Chromium.program();
    assumeTrue(program.isPresent(), "Chromium is not installed: apt-get install chromium");
    Path out = directory.resolve("out");
    int lines = Scene.write(out);
    gateway =
        new TestGateway(
            TestGateway.options(directory.resolve("models")), TestGateway.alerts(out, null));
    OPEN.add(gateway);
    chromium = Chromium.start(program.get());
    OPEN.add(chromium);
    for (int seed = 1; seed <= 2; seed++) {
      fit(seed);
    }
    while (gateway.get("/api/feed").json().path("lines").asInt() < lines) {
      Thread.onSpinWait();
    }
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
    page = chromium.newPage(1400, 1000);
  }

  private void open(String hash) {
    page.open("http://127.0.0.1:%d/dashboard%s".formatted(gateway.port(), hash));
  }

  private void settled() {
    page.await(
        "document.querySelector('main h1') && !document.body.innerText.includes('Loading …')");
    assertThat(page.problems()).isEmpty();
  }

  private void screenshot(String name) {
    page.screenshot(SCREENSHOTS.resolve(name + ".png"));
  }

  private int number(String expression) {
    return page.eval(expression).asInt(-1);
  }

  @Test
  void theOverviewShowsWhatWaitsAndWhere() {
    open("");
    settled();
    page.awaitText("Waiting for somebody");
    page.await("document.querySelector('.names a')?.innerText === 'pump-03'");
    page.await("document.querySelector('.live.on')");
    screenshot("overview");

    // From the first look to the curve of the worst fault: two clicks.
    page.clickText("pump-03");
    page.awaitText("Anomalies in this range");
    page.click("aside ul button");
    page.awaitText("60.8");
    assertThat(page.eval("document.querySelector('aside table tbody th').innerText").asString())
        .isEqualTo("temperature");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void aCellOfTheLanesLeadsToTheSensorAtThatTime() {
    open("#/lanes?seconds=900");
    settled();
    page.await("document.querySelector('canvas').width > 0");
    // The worst sensor is the first lane; the fault is 620 to 680 of 900 seconds in.
    int width = number("document.querySelector('canvas').getBoundingClientRect().width");
    page.clickAt("canvas", (int) (width * 650L / 900), 5);
    page.awaitText("Follow live");

    assertThat(page.eval("location.hash").asString())
        .startsWith("#/sensor/pump-03?")
        .contains("to=2026-02-01T11");
    page.awaitText("critical");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void theLanesCanBeReadAndUsedByKeyboard() {
    open("#/lanes?seconds=900");
    settled();
    page.await("document.querySelector('canvas').width > 0");
    page.eval("document.querySelector('canvas').focus()");
    page.press("ArrowDown");
    page.awaitText("pump-04, ");
    page.press("ArrowUp");
    page.awaitText("pump-03, ");
    page.press("Enter");
    page.await("location.hash.startsWith('#/sensor/pump-03')");
    page.awaitText("Score");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void lanesAreColouredByTheWorstScore() {
    open("#/lanes?seconds=900");
    settled();
    page.await("document.querySelector('canvas').width > 0");
    screenshot("lanes");
    String pixel =
        "((x, y) => { const c = document.querySelector('canvas'); return [...c.getContext('2d')"
            + ".getImageData(c.width * x, y, 1, 1).data].slice(0, 3).join(); })";
    String critical = "179,18,60";
    assertThat(page.eval(pixel + "(650 / 900, 5)").asString()).isEqualTo(critical);
    assertThat(page.eval(pixel + "(100 / 900, 5)").asString()).isNotEqualTo(critical);
  }

  @Test
  void theSensorPageShowsCurvesAndWhy() {
    open(SENSOR_PAGE);
    settled();
    page.awaitText("Why");
    page.awaitText("0000000000000005-26d");
    page.await("document.querySelectorAll('.uplot').length === 4");
    screenshot("sensor");
    assertThat(page.eval("document.querySelector('aside').innerText").asString())
        .contains("critical", "temperature", "flow");
    assertThat(
            page.eval("[...document.querySelectorAll('figcaption')].map((e) => e.innerText)")
                .toString())
        .contains("temperature", "vibration", "pressure");

    page.clickAt(".curve .u-over", 40, 40);
    page.awaitText("Not anomalous");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void alertsAreSortedGroupedAndJudged() {
    open("#/alerts");
    settled();
    page.awaitText("Incident");
    assertThat(page.eval("document.querySelector('.incident').innerText").asString())
        .contains("2 episodes of 2 sensors");
    assertThat(page.eval("document.querySelector('.triage tbody td a').innerText").asString())
        .isEqualTo("pump-03");
    screenshot("alerts");

    page.click("[aria-label='Acknowledge fan-02']");
    page.await("document.querySelector('[aria-label=\"Acknowledge fan-02\"][aria-pressed=true]')");
    page.click("[aria-label='False alarm of fan-02']");
    page.await(
        "document.querySelector('[aria-label=\"False alarm of fan-02\"][aria-pressed=true]')");
    JsonNode judged = gateway.get("/api/alerts/a3").json();
    assertThat(judged.at("/label/label").asString()).isEqualTo("false_alarm");
    assertThat(judged.has("acknowledged")).isTrue();
    page.click("[aria-label='Silence fan-02 for an hour']");
    page.awaitText("fan-02 until");
    page.click("[aria-label='End the silence of fan-02']");
    page.awaitText("None is in force");

    page.clickText("fan-02");
    page.awaitText("What was done");
    page.awaitText("std 7");
    screenshot("alert");
    assertThat(page.eval("document.querySelector('main').innerText").asString())
        .contains("acknowledge", "false alarm", "Mostly because of temperature");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void aVersionIsPromotedAfterAQuestion() {
    String before =
        gateway.get("/api/registry/pumps_isolation_forest").json().path("champion").asString();
    open("#/models");
    settled();
    page.clickText("pumps_isolation_forest");
    page.awaitText("Where the boundary is");
    page.await("document.querySelector('.surface canvas')?.height > 0");
    screenshot("models");
    page.clickText("Promote");
    page.awaitText("Make ");
    screenshot("promote");
    page.click("dialog .primary");
    page.await("!document.querySelector('dialog')");
    page.awaitText("Roll back to " + before);

    assertThat(
            gateway.get("/api/registry/pumps_isolation_forest").json().path("previous").asString())
        .isEqualTo(before);
    page.clickText("Roll back to");
    page.click("dialog .primary");
    page.await("!document.querySelector('dialog')");
    page.await("!document.body.innerText.includes('Roll back to %s')".formatted(before));
    assertThat(
            gateway.get("/api/registry/pumps_isolation_forest").json().path("champion").asString())
        .isEqualTo(before);
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void dataQualityCountsDeadLettersByReason() {
    open("#/quality");
    settled();
    page.awaitText("not_a_number");
    screenshot("quality");
    page.clickText("duplicate");
    page.awaitText("Newest dead letters: duplicate");
    page.await("document.querySelectorAll('.raw').length === 1");
    assertThat(page.eval("document.querySelector('main').innerText").asString())
        .contains("flow", "imputed", "flatline");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void aReadingIsTriedAndExplained() {
    open("#/try/pumps_isolation_forest");
    settled();
    page.awaitText("Score it");
    for (int field = 1; field <= 3; field++) {
      page.type(".inputs label:nth-child(%d) input".formatted(field), "400");
    }
    page.clickText("Score it");
    page.awaitText("Anomalous");
    page.await("document.querySelectorAll('aside table tbody tr').length === 3");
    screenshot("try");
    assertThat(page.eval("document.querySelector('aside').innerText").asString())
        .contains("temperature", "400");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void namesAreTextWhateverTheyHold() {
    for (String hash : List.of("#/overview", "#/lanes?seconds=900", "#/alerts", "#/alert/a4")) {
      open(hash);
      settled();
      page.awaitText("onerror=alert(1)");
      assertThat(number("document.querySelectorAll('img:not(header img)').length")).isZero();
    }
    page.clickText("Show the curve");
    page.awaitText("Score");
    page.awaitText("onerror=alert(1)");
    assertThat(number("document.querySelectorAll('img:not(header img)').length")).isZero();
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void anEmptyGatewaySaysWhatToDo() {
    try (TestGateway empty = new TestGateway(directory.resolve("none"))) {
      for (String hash : List.of("", "#/lanes", "#/alerts", "#/models", "#/quality", "#/try")) {
        page.open("http://127.0.0.1:%d/dashboard%s".formatted(empty.port(), hash));
        settled();
        page.await("document.querySelector('.empty')");
      }
    }
    page.awaitText("not live: trying again");
  }

  @Test
  void whatCannotBeHadIsSaid() {
    open("#/alert/none");
    page.awaitText("That did not work");
    open("#/models/none");
    page.awaitText("the registry has no such model");
    open("#/sensor/none");
    page.awaitText("No scores of this sensor are kept");
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void everyPageIsAccessible(String scheme) throws IOException {
    String axe = resource("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js");
    page.scheme(scheme);
    for (String hash :
        List.of(
            "#/overview",
            "#/lanes?seconds=900",
            SENSOR_PAGE,
            "#/alerts",
            "#/alert/a1",
            "#/models",
            "#/models/pumps_isolation_forest",
            "#/quality",
            "#/try/pumps_isolation_forest")) {
      open(hash);
      settled();
      page.eval(axe + ";true");
      JsonNode found =
          page.eval(
              "axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations"
                  + ".filter((v) => ['serious', 'critical'].includes(v.impact))"
                  + ".map((v) => v.id + ': ' + v.nodes.map((n) => n.html + ' '"
                  + " + n.any.map((a) => a.message).join()).join(' | ')))");
      assertThat(found).as(hash).isEmpty();
      if (scheme.equals("dark") && hash.equals("#/overview")) {
        screenshot("overview-dark");
      }
    }
  }

  @Test
  void liveAlertsComeWithoutAReload(TestInfo test) throws IOException {
    open("#/alerts?sensor=late-*");
    settled();
    page.awaitText("No alerts of this kind");
    page.await("document.querySelector('.live.on')");
    new JobOutput(directory.resolve("out"))
        .commit(
            "alerts",
            "later.jsonl",
            List.of(JobOutput.alert(test.getDisplayName(), 0, "opened", "late-1")));
    page.awaitText("late-1");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void aTokenIsAskedForAndStaysOutOfTheAddress() throws IOException {
    Path tokens = directory.resolve("tokens.json");
    String token =
        new TokenFile(tokens).create("ops", Role.ADMIN, Instant.parse("2026-01-01T00:00:00Z"));
    GatewayOptions guarded =
        new GatewayOptions(
            "127.0.0.1",
            0,
            directory.resolve("none"),
            "m",
            null,
            tokens,
            false,
            Limits.DEFAULT,
            null,
            null);
    try (TestGateway strict = new TestGateway(guarded)) {
      page.open("http://127.0.0.1:%d/dashboard#/alerts".formatted(strict.port()));
      page.awaitText("Sign in");
      page.type("input[type=password]", "caddis_wrong");
      page.click(".login button");
      page.awaitText("That did not work");
      page.type("input[type=password]", token);
      page.click(".login button");
      page.awaitText("No alerts of this kind");
      page.await("document.querySelector('.live.on')");

      assertThat(page.eval("location.href").asString()).doesNotContain("caddis_");
      assertThat(page.eval("localStorage.length + document.cookie").asString())
          .doesNotContain("caddis_");
      page.clickText("Sign out");
      page.awaitText("This gateway asks for a token");
      assertThat(page.eval("sessionStorage.length").asInt()).isZero();
    }
  }

  @Test
  void whatIsSentIsSmallAndAllowsNothingInline() {
    List<String> files =
        List.of(
            "",
            "/app.js",
            "/api.js",
            "/parts.js",
            "/overview.js",
            "/lanes.js",
            "/preact.js",
            "/uplot.js",
            "/uplot.css",
            "/dashboard.css",
            "/charts.js",
            "/sensor.js",
            "/alerts.js",
            "/models.js",
            "/surface.js",
            "/quality.js",
            "/try.js",
            "/icon.svg");
    int bytes = 0;
    for (String file : files) {
      bytes += gzipped(gateway.get("/dashboard" + file).body());
    }
    assertThat(bytes).isLessThan(100_000);
    assertThat(gateway.get("/dashboard").header("Content-Security-Policy"))
        .contains("default-src 'none'", "script-src 'self'")
        .doesNotContain("unsafe");
    assertThat(gateway.get("/dashboard/nothing.js").status()).isEqualTo(404);
  }

  private static int gzipped(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.size();
  }

  private static String resource(String name) throws IOException {
    try (var in = Objects.requireNonNull(DashboardTest.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
