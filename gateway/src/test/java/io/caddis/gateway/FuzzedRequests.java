// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Requests as nobody should send them, the same ones for the same seed. Not thread-safe. */
final class FuzzedRequests {
  /** Valid ones, to begin with. The first field of each is its path. */
  private static final String[][] VALID = {
    {"/predict", "{\"data\": {\"a\": 1.5, \"b\": \"x\"}, \"threshold\": 0.5}"},
    {"/predict", "{\"values\": [1, \"x\"]}"},
    {"/predict?explain=true", "{\"rows\": [{\"a\": 1, \"c\": 2}, {\"a\": 2, \"b\": \"y\"}]}"},
    {"/predict", "{\"features\": [[1, \"x\"], [2, \"y\"]]}"},
    {"/predict/batch?model=m", "{\"transactions\": [{\"a\": 1}, {\"a\": 2}]}"},
    {"/prediction", "{\"feature_vector\": [1, \"x\"], \"score\": true}"},
    {"/v1/anomaly/score", "{\"model\": \"m\", \"data\": [[1, \"x\"], [2, \"y\"]]}"},
    {"/v1/anomaly/detect", "{\"model\": \"m\", \"data\": [{\"a\": 1}], \"threshold\": 0.1}"},
    {"/v1/anomaly/load", "{\"model\": \"m\", \"backend\": \"zscore\", \"job\": false}"},
    {"/api/silences", "{\"sensor\": \"pump-*\", \"minutes\": 5, \"note\": \"n\"}"},
    {
      "/api/missed-alarms",
      "{\"sensor\": \"p\", \"from\": \"2026-01-31T12:00:00Z\", \"to\": \"2026-01-31T12:30:00Z\"}"
    },
    {"/api/alerts/0123456789abcdef/acknowledge", "{\"acknowledged\": true, \"note\": \"n\"}"},
    {"/api/alerts/0123456789abcdef/label", "{\"label\": \"true_alarm\", \"note\": \"n\"}"},
    {"/api/alerts/0123456789abcdef/silence", "{\"minutes\": 5, \"note\": \"n\"}"},
    {"/api/control", "{\"type\": \"set_threshold\", \"sensors\": \"*\", \"threshold\": 0.8}"},
    {"/api/registry/n/promote", "{\"version\": \"latest\"}"},
    {"/api/registry/n/rollback", "{\"a\": 1}"},
    {"/api/registry/m/promote", "{\"version\": \"champion\"}"},
    {
      "/v1/anomaly/fit",
      "{\"model\": \"f\", \"backend\": \"zscore\", \"data\": [[1, 2], [3, 4], [5, 7]],"
          + " \"contamination\": 0.1, \"schema\": {\"f0\": \"numeric\"}}"
    },
    {"/train?backend=zscore&contamination=0.1", "{\"transactions\": [{\"a\": 1}, {\"a\": 2}]}"},
  };

  /** Of these there are few: each writes to the registry, and waits for the disk. */
  private static final int SLOW_ROUTES = 3;

  private static final List<String> VALUES =
      """
      null
      true
      -1
      0
      1e400
      -1e400
      1e-400
      -0.0
      9007199254740993
      ""
      ".."
      "../../etc/passwd"
      "/tmp/x"
      "\\u0000"
      "\\ud800"
      "ä"
      []
      {}
      [[]]
      [1]
      {"a": 1}
      {"a": {"a": {"a": 1}}}
      "NaN"
      NaN
      Infinity
      [1, [2, [3, [4]]]]
      "2026-13-45T99:99:99"
      {"": 1}
      1.7976931348623157e308
      0x10
      01
      'a'
      "a\\
      //
      -
      1.
      \u2028
      """
          .lines()
          .map(String::strip)
          .toList();

  private static final List<String> PATHS =
      """
      /
      /health
      /status
      /metrics
      /docs
      /openapi.json
      /model/info
      /v1/anomaly/models
      /api/alerts?limit=%s
      /api/alerts?from=%s
      /api/alerts/%s
      /api/control?limit=%s
      /api/control/%s
      /api/overview
      /api/accuracy?from=%s
      /api/lanes?seconds=%s
      /api/lanes?sensor=%s
      /api/series?sensor=%s
      /api/readings/%s?sensor=m
      /api/data-quality?reason=%s
      /api/registry
      /api/registry/%s
      /api/registry/m/surface?first=%s&second=b
      /api/registry/%s/surface?first=a&second=c
      /api/feed
      /api/feed/models?limit=%s
      /api/feed/scores?sensor=%s
      /api/live?events=%s
      /dashboard
      /dashboard/app.js
      /dashboard/%s
      /anomalies/%s
      /api/feed/quality?limit=%s
      /api/silences/%s
      /v1/anomaly/models/%s
      /docs/%s
      /%s
      /model/info?model=%s
      """
          .lines()
          .map(String::strip)
          .toList();

  private static final List<String> NAMES =
      """
      ..
      .
      %2e%2e%2f%2e%2e%2fetc%2fpasswd
      ..%2f..%2ftmp
      ..%5c..%5ctmp
      %00
      m%00.cadm
      .lock
      ;/m
      %c0%ae%c0%ae
      ../../../../etc/passwd
      %zz
      %
      +
      a%20b
      2026-02-30
      99999999999999999999
      -1
      %F0%9F%92%A9
      a&a=b
      m.joblib
      <script>
      '; DROP TABLE alerts; --
      {{7*7}}
      ${jndi:ldap://127.0.0.1/x}

      """
          .lines()
          .map(String::strip)
          .toList();

  private static final List<String> HEADERS =
      List.of(
          "Content-Encoding: gzip",
          "Content-Type: text/xml",
          "Transfer-Encoding: chunked",
          "Expect: 100-continue",
          "Origin: http://evil.example",
          "Sec-Fetch-Site: cross-site",
          "Accept: */*;q=9",
          "X-Forwarded-For: 1.2.3.4",
          "Range: bytes=0-1",
          "Cookie: a=b",
          "Authorization: Bearer x",
          "If-None-Match: *",
          "Upgrade: h2c",
          "Content-Length: 0",
          "Connection: close",
          "X: " + "y".repeat(9_000),
          "Last-Event-ID: x");

  private static final Pattern TOKEN = Pattern.compile("\"[^\"]*\"|[0-9.]+|true|\\[.*]");

  private final Random random;
  private final int bodyBytes;
  private final List<String[]> valid;
  private final int fast;

  /** To all routes of a gateway. */
  FuzzedRequests(long seed, int bodyBytes) {
    this(seed, bodyBytes, path -> true);
  }

  /**
   * @param bodyBytes largest body that the gateway takes
   * @param served whether requests to a path are to begin with
   */
  FuzzedRequests(long seed, int bodyBytes, Predicate<String> served) {
    this.random = new Random(seed);
    this.bodyBytes = bodyBytes;
    this.valid = Stream.of(VALID).filter(request -> served.test(request[0])).toList();
    this.fast =
        (int)
            Stream.of(VALID)
                .limit(VALID.length - SLOW_ROUTES)
                .filter(request -> served.test(request[0]))
                .count();
  }

  /**
   * A request.
   *
   * @param whole whether the bytes are all that was announced
   */
  record Fuzzed(String kind, byte[] bytes, boolean whole) {
    @Override
    public String toString() {
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      return kind + " " + text.substring(0, Math.min(2_000, text.length()));
    }
  }

  Fuzzed next() {
    String[] request = valid();
    String path = request[0];
    String body = request[1];
    return switch (random.nextInt(20)) {
      case 0 -> post("nesting", path, nested(body));
      case 1 -> post("number", path, body.replaceFirst("[0-9.]+", number()));
      case 2 -> get();
      case 3 -> post("name", path, named(body));
      case 4 -> headers(path, body);
      case 5 -> incomplete(path, body);
      case 6 -> random.nextInt(10) == 0 ? oversized(path) : noise();
      case 7, 8 -> post("bytes", path, flipped(body));
      case 9 -> post("spliced", path, spliced(body));
      case 10, 11 -> query(path, body);
      default -> post("value", path, replaced(body));
    };
  }

  private String[] valid() {
    return valid.get(
        random.nextInt(50) == 0
            ? fast + random.nextInt(valid.size() - fast)
            : random.nextInt(fast));
  }

  private <T> T of(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private String number() {
    return switch (random.nextInt(4)) {
      case 0 -> "9".repeat(1 + random.nextInt(400));
      case 1 -> "0." + "0".repeat(random.nextInt(400)) + "1";
      case 2 -> random.nextInt(10) + "e" + random.nextInt();
      default -> "-" + Double.longBitsToDouble(random.nextLong());
    };
  }

  private String named(String body) {
    String name = Matcher.quoteReplacement('"' + of(NAMES) + '"');
    return body.replaceFirst("\"[mf]\"", name);
  }

  private String nested(String body) {
    int depth = 1 + random.nextInt(random.nextBoolean() ? 40 : 2_000);
    String open = random.nextBoolean() ? "[" : "{\"a\":";
    String inner = open.repeat(depth) + "1" + (open.equals("[") ? "]" : "}").repeat(depth);
    return body.replaceFirst("(?<=: )(\\[|\\{|\"|[0-9]).*", inner) + "}";
  }

  /** Values or names in place of which there are others. */
  private String replaced(String body) {
    String changed = body;
    for (int i = 0; i <= random.nextInt(2); i++) {
      List<MatchResult> tokens = TOKEN.matcher(changed).results().toList();
      MatchResult token = of(tokens);
      changed = changed.substring(0, token.start()) + of(VALUES) + changed.substring(token.end());
    }
    return changed;
  }

  private String spliced(String one) {
    String other = of(valid)[1];
    return one.substring(0, random.nextInt(one.length()))
        + other.substring(random.nextInt(other.length()));
  }

  private byte[] flipped(String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i <= random.nextInt(4); i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return Arrays.copyOf(
        bytes, random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length);
  }

  private Fuzzed get() {
    String method = of(List.of("GET", "GET", "GET", "DELETE", "PUT", "HEAD", "OPTIONS", "BREW"));
    String path = of(PATHS).replace("%s", of(NAMES)).replace(" ", "%20");
    return whole("path", method, path, "", new byte[0]);
  }

  private Fuzzed query(String route, String body) {
    String name = of(List.of("model", "explain", "contamination", "n_estimators", "backend", "x"));
    String path =
        route.replaceFirst("\\?.*", "") + '?' + name + '=' + of(NAMES).replace(" ", "%20");
    return whole("query", "POST", path, "", body.getBytes(StandardCharsets.UTF_8));
  }

  private Fuzzed headers(String path, String body) {
    String header = of(HEADERS) + "\r\n";
    Fuzzed fuzzed = whole("header", "POST", path, header, body.getBytes(StandardCharsets.UTF_8));
    // What the header says of the body may not be so.
    return new Fuzzed("header", fuzzed.bytes(), false);
  }

  private Fuzzed incomplete(String path, String body) {
    byte[] whole = post("", path, body).bytes();
    return new Fuzzed(
        "incomplete", Arrays.copyOf(whole, 1 + random.nextInt(whole.length - 1)), false);
  }

  private Fuzzed oversized(String path) {
    String body = "{\"values\": [" + "1,".repeat(bodyBytes / 2) + "1]}";
    return whole("oversized", "POST", path, "", body.getBytes(StandardCharsets.UTF_8));
  }

  private Fuzzed noise() {
    byte[] noise = new byte[1 + random.nextInt(300)];
    random.nextBytes(noise);
    return new Fuzzed("noise", noise, false);
  }

  private Fuzzed post(String kind, String path, String body) {
    return post(kind, path, body.getBytes(StandardCharsets.UTF_8));
  }

  private Fuzzed post(String kind, String path, byte[] body) {
    return whole(kind, "POST", path, "Content-Type: application/json\r\n", body);
  }

  private static Fuzzed whole(
      String kind, String method, String path, String headers, byte[] body) {
    byte[] head =
        "%s %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(method, path, headers, body.length)
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return new Fuzzed(kind, all, true);
  }
}
