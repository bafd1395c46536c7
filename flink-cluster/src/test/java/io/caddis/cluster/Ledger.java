// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import io.caddis.detectors.parse.EventIds;
import io.caddis.detectors.parse.SourceId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The books: each line that was handed in is to come out once, scored or rejected. What is settled
 * is forgotten, so that a run may take as long as it likes. Thread-safe.
 */
final class Ledger {
  /** Files with lines that have not come out, by the printed id of their source. */
  private final Map<String, Open> open = new HashMap<>();

  private final List<Path> settled = new ArrayList<>();
  private final List<Double> delays = new ArrayList<>();
  private long handedIn;
  private long scored;
  private long rejected;
  private long unexpected;

  private record Open(Path file, long since, Set<String> lines) {}

  /**
   * Opens the books of a file that is about to be published.
   *
   * @param content the file as it is now
   * @param published as it will be called, below the input root
   * @param faulty how many lines at its end hold no reading
   */
  synchronized void open(Path content, Path published, int faulty) throws IOException {
    String name = published.getFileName().toString();
    long source = SourceId.of(name);
    List<String> all = Files.readAllLines(content);
    Set<String> lines = new HashSet<>();
    long offset = 0;
    for (int number = 0; number < all.size(); number++) {
      if (number >= all.size() - faulty) {
        lines.add(rejection(name, offset));
      } else if (number > 0) {
        lines.add(EventIds.format(source, offset));
      }
      offset += all.get(number).getBytes(StandardCharsets.UTF_8).length + 1;
    }
    handedIn += lines.size();
    Open books = new Open(published, System.nanoTime(), lines);
    open.put(EventIds.format(source, 0).split("-")[0], books);
    open.put(name, books);
  }

  /** A committed row of the scores. */
  synchronized void scored(JsonNode row) {
    scored++;
    String id = row.path("event_id").asString("");
    settle(id.split("-")[0], id);
  }

  /** A committed row of the dead letters. */
  synchronized void rejected(JsonNode row) {
    rejected++;
    String name = row.path("source").asString("");
    settle(name, rejection(name, row.path("offset").asLong()));
  }

  private static String rejection(String name, long offset) {
    return name + "@" + offset;
  }

  private void settle(String source, String line) {
    Open books = open.get(source);
    if (books == null || !books.lines().remove(line)) {
      unexpected++;
    } else if (books.lines().isEmpty()) {
      open.values().removeIf(books::equals);
      settled.add(books.file());
      delays.add((System.nanoTime() - books.since()) / 1e9);
    }
  }

  /** The files all of whose lines have come out since the last call. */
  synchronized List<Path> settled() {
    List<Path> files = List.copyOf(settled);
    settled.clear();
    return files;
  }

  /** Seconds from the publication of each file to its last line, of those settled since. */
  synchronized double[] delays() {
    double[] all = delays.stream().mapToDouble(Double::doubleValue).toArray();
    delays.clear();
    return all;
  }

  /** Lines that were handed in and have not come out. */
  synchronized long missing() {
    return open.values().stream().distinct().mapToLong(books -> books.lines().size()).sum();
  }

  synchronized long handedIn() {
    return handedIn;
  }

  synchronized long scored() {
    return scored;
  }

  synchronized long rejected() {
    return rejected;
  }

  /** Rows of lines that had come out before, or were never handed in. */
  synchronized long unexpected() {
    return unexpected;
  }
}
