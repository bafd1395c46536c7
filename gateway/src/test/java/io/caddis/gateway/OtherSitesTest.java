// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a page of somebody else can do in the browser of somebody who reaches a gateway without
 * tokens: nothing. It is served on this machine, too, as another origin of the gateway's own site,
 * as another site and under a name of its own; what it sends is what works from the gateway's own
 * pages.
 */
class OtherSitesTest extends InBrowser {
  private static final String SILENCE = "{\"sensor\":\"pump-*\",\"minutes\":5}";

  private static HttpServer site;

  @BeforeAll
  static void serve() throws IOException {
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] html =
        "<!doctype html><title>evil</title><form method=post></form><iframe name=f></iframe>"
            .getBytes(StandardCharsets.UTF_8);
    site.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().add("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, html.length);
          exchange.getResponseBody().write(html);
          exchange.close();
        });
    site.start();
  }

  @AfterAll
  static void end() {
    // Not served without a browser.
    if (site != null) {
      site.stop(0);
    }
  }

  private static String gatewayUrl(String path) {
    return gatewayUrl("127.0.0.1", path);
  }

  private static String gatewayUrl(String host, String path) {
    return "http://%s:%d%s".formatted(host, gateway.port(), path);
  }

  private static int silences() {
    return gateway.get("/api/silences").json().path("silences").size();
  }

  /** How many silences were answered with 403. */
  private static int refused() {
    return gateway
        .get("/metrics")
        .body()
        .lines()
        .filter(
            line -> line.contains("_count{method=\"POST\",route=\"/api/silences\",status=\"403\""))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  /** What became of a request: its status, or that it could not be read or sent. */
  private String fetched(String path, String options) {
    return page.eval(
            "fetch('%s', %s).then((r) => r.type + ' ' + r.status, () => 'refused')"
                .formatted(gatewayUrl(path), options))
        .asString();
  }

  /** The same of the origin of the page itself, with what the answer says. */
  private String fetchedHere(String path, String options) {
    return page.eval(
            "fetch('%s', %s).then((r) => r.text().then((t) => r.type + ' ' + r.status + ' ' + t))"
                .formatted(path, options))
        .asString();
  }

  private static String post(String mode, String type) {
    return "{method: 'POST', mode: '%s', headers: {'Content-Type': '%s'}, body: '%s'}"
        .formatted(mode, type, SILENCE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", THEIR_NAME})
  void doNothingAndLearnNothing(String host) {
    page.open("http://%s:%d/".formatted(host, site.getAddress().getPort()));
    int before = silences();
    int refused = refused();

    assertThat(fetched("/api/silences", post("cors", "application/json"))).isEqualTo("refused");
    assertThat(fetched("/api/silences", post("cors", "text/plain"))).isEqualTo("refused");
    assertThat(fetched("/api/silences", post("no-cors", "text/plain"))).isEqualTo("refused");
    assertThat(fetched("/api/alerts", "{}")).isEqualTo("refused");
    assertThat(fetched("/v1/anomaly/models/pumps", "{method: 'DELETE'}")).isEqualTo("refused");
    assertThat(
            page.eval(
                    """
                    new Promise((done) => {
                      const events = new EventSource('%s');
                      events.onopen = () => done('open');
                      events.onerror = () => done('refused');
                    })\
                    """
                        .formatted(gatewayUrl("/api/live")))
                .asString())
        .isEqualTo("refused");
    for (String type : new String[] {"text/plain", "application/x-www-form-urlencoded"}) {
      submit(type);
    }

    // What needs no leave is sent, and counted once it is answered: two by fetch, two by a form.
    while (refused() < refused + 4) {
      TestGateway.pause();
    }
    assertThat(silences()).isEqualTo(before);
    assertThat(gateway.get("/api/registry/pumps_isolation_forest").status()).isEqualTo(200);
  }

  /** A form whose one field makes JSON of the body, sent into a frame. */
  private void submit(String type) {
    page.eval(
        """
        new Promise((done) => {
          const form = document.querySelector('form');
          form.action = '%s';
          form.enctype = '%s';
          form.target = 'f';
          const field = document.createElement('input');
          field.name = '{"sensor":"pump-*","minutes":5,"note":"';
          field.value = '"}';
          form.replaceChildren(field);
          document.querySelector('iframe').onload = () => done(true);
          form.submit();
        })\
        """
            .formatted(gatewayUrl("/api/silences"), type));
  }

  /**
   * Their name leads to the gateway after their page has come from elsewhere (DNS rebinding): for
   * the browser the gateway is of the page's own origin then. What a script of such a page may do
   * is what a script may do here.
   */
  @Test
  void aNameOfTheirsThatLeadsToTheGatewayOpensNothing() {
    int before = silences();
    for (String path : List.of("/", "/dashboard", "/docs", "/api/alerts", "/openapi.json")) {
      page.open(gatewayUrl(THEIR_NAME, path));
      assertThat(page.eval("document.body.innerText").asString())
          .contains("Host must be localhost")
          .doesNotContain("pump-");
    }

    for (String path : List.of("/api/alerts", "/api/registry", "/metrics", "/model/info")) {
      assertThat(fetchedHere(path, "{}"))
          .startsWith("basic 403")
          .contains("Host must be localhost")
          .doesNotContain("pump");
    }
    assertThat(fetchedHere("/api/silences", post("same-origin", "application/json")))
        .startsWith("basic 403");
    assertThat(fetchedHere("/v1/anomaly/models/pumps", "{method: 'DELETE'}"))
        .startsWith("basic 403");
    assertThat(
            page.eval(
                    """
                    new Promise((done) => {
                      const events = new EventSource('/api/live');
                      events.onopen = () => done('open');
                      events.onerror = () => done('refused');
                    })\
                    """)
                .asString())
        .isEqualTo("refused");
    assertThat(silences()).isEqualTo(before);
    assertThat(gateway.get("/api/registry/pumps_isolation_forest").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/plain"})
  void whatTheyCannotTheGatewaysOwnPageCan(String type) {
    open("#/overview");
    int before = silences();

    assertThat(fetched("/api/silences", post("cors", type))).isEqualTo("basic 200");

    assertThat(silences()).isEqualTo(before + 1);
  }
}
