// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every name that leads elsewhere, at every place of a request that takes a name, in the order of a
 * seed: ways to write the folder above, to separate, to go so deep, to what should not be reached.
 * Thread-safe.
 */
final class Traversals {
  private static final List<String> UP =
      List.of(
          "..",
          "%2e%2e",
          "%2E.",
          ".%2e",
          "%252e%252e",
          "%c0%ae%c0%ae",
          "%e0%80%ae%e0%80%ae",
          "%uff0e%uff0e",
          "..%00",
          "..;",
          "..%20",
          "....");

  private static final List<String> SEPARATORS =
      List.of(
          "/",
          "%2f",
          "%252f",
          "\\",
          "%5c",
          "%255c",
          "%c0%af",
          "%e0%80%af",
          "%u2215",
          "//",
          "/./",
          "%2f%2e%2f");

  private static final int[] DEPTHS = {1, 2, 3, 9};

  private static final List<String> WHOLE =
      List.of(
          "/etc/passwd",
          "%2fetc%2fpasswd",
          "//etc/passwd",
          "file:///etc/passwd",
          "file:%2f%2f%2fetc%2fpasswd",
          "C:%5cWindows%5cwin.ini",
          "%5c%5c127.0.0.1%5cshare",
          "~root",
          ".",
          "%2e",
          ".locks",
          "m%00",
          "m%00.cadm",
          "m%0a",
          "m/.",
          "-rf");

  /** Of each the names in its query or body that name a model, beside the paths with a name. */
  private static final String[][] BODIES = {
    {"/v1/anomaly/fit", "{\"model\": %s, \"backend\": \"zscore\", \"data\": [[1], [2], [3]]}"},
    {"/v1/anomaly/score", "{\"model\": %s, \"data\": [[1]]}"},
    {"/v1/anomaly/detect", "{\"model\": %s, \"data\": [[1]]}"},
    {"/v1/anomaly/save", "{\"model\": %s, \"backend\": \"zscore\"}"},
    {"/v1/anomaly/load", "{\"model\": %s}"},
    {"/v1/anomaly/load", "{\"model\": \"m\", \"backend\": %s}"},
    {"/api/registry/m/promote", "{\"version\": %s}"},
  };

  private static final String ROWS = "{\"transactions\": [{\"a\": 1}, {\"a\": 2}, {\"a\": 3}]}";

  /** Where a name goes: into the path or query as it is, or into the body as text. */
  private record Place(String method, String path, String body) {}

  /** A request, and how to name it. */
  record Request(String name, byte[] bytes) {}

  private final List<String> vectors = new ArrayList<>(WHOLE);
  private final List<Place> places = new ArrayList<>();
  private final List<Integer> order;
  private final AtomicInteger sent = new AtomicInteger();

  /**
   * @param routes that there are, as in {@code GET /docs/{asset}}
   * @param targets that should not be reached, relative to some folder above
   */
  Traversals(List<String> routes, List<String> targets, long seed) {
    for (String up : UP) {
      for (String separator : SEPARATORS) {
        for (int depth : DEPTHS) {
          for (String target : targets) {
            vectors.add((up + separator).repeat(depth) + target.replace("/", separator));
          }
        }
      }
    }
    for (String route : routes) {
      String[] parts = route.split(" ", 2);
      if (route.contains("{")) {
        String body = parts[0].equals("GET") ? "" : "{}";
        places.add(new Place(parts[0], parts[1].replaceAll("\\{[a-z]+}", "%s"), body));
      } else if (takesModel(parts[0], parts[1])) {
        places.add(new Place(parts[0], parts[1] + "?model=%s", parts[0].equals("GET") ? "" : ROWS));
      }
    }
    for (String[] body : BODIES) {
      places.add(new Place("POST", body[0], body[1]));
    }
    order = new ArrayList<>(IntStream.range(0, vectors.size() * places.size()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
  }

  private static boolean takesModel(String method, String path) {
    JsonNode operation = ContractCheck.document().at("/paths").path(path);
    return operation
        .path(method.toLowerCase(java.util.Locale.ROOT))
        .path("parameters")
        .toString()
        .contains("#/components/parameters/model\"");
  }

  int vectors() {
    return vectors.size();
  }

  int places() {
    return places.size();
  }

  /** How many different ones have been sent. */
  int sent() {
    return Math.min(sent.get(), order.size());
  }

  /** The next one; after the last comes the first again. */
  Request next() {
    int pair = order.get(sent.getAndIncrement() % order.size());
    String vector = vectors.get(pair / places.size());
    Place place = places.get(pair % places.size());
    String path = place.path.replace("%s", vector);
    String body = place.body.replace("%s", JsonMapper.shared().writeValueAsString(vector));
    String request =
        "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            .formatted(place.method, path);
    return new Request(
        place.method + ' ' + path + ' ' + body,
        (request + "Content-Length: " + body.length() + "\r\n\r\n" + body)
            .getBytes(StandardCharsets.ISO_8859_1));
  }
}
