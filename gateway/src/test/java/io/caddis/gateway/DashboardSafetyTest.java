// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.access.TokenFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What must hold on every page of the dashboard, whatever the data, the reader, the way there. */
class DashboardSafetyTest extends InBrowser {
  @Test
  void namesAreTextWhateverTheyHold() {
    for (String hash : List.of("#/overview", "#/lanes?seconds=900", "#/alerts", "#/alert/a4")) {
      open(hash);
      settled();
      page.awaitText("onerror=alert(1)");
      assertThat(number("document.querySelectorAll('img:not(header img)').length")).isZero();
    }
    String note = "{\"note\": \"<img src=x onerror=alert(2)>\"}";
    assertThat(gateway.post("/api/alerts/a4/acknowledge", note).status()).isEqualTo(200);
    open("#/quality");
    settled();
    open("#/alert/a4");
    page.awaitText("onerror=alert(2)");
    assertThat(number("document.querySelectorAll('img:not(header img)').length")).isZero();
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
  void aTokenIsAskedForAndStaysOutOfTheAddress() throws IOException {
    Path tokens = directory.resolve("tokens.json");
    String token =
        new TokenFile(tokens).create("ops", Role.ADMIN, Instant.parse("2026-01-01T00:00:00Z"));
    GatewayOptions guarded = new TestOptions(directory.resolve("none")).tokens(tokens).build();
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
