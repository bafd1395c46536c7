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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The books: each line that was handed in is to come out once, scored or rejected. Files that are
 * settled are forgotten once they have been asked for, so that a run may take as long as it likes;
 * a line takes five bytes. Thread-safe.
 */
final class Ledger {
  /** What is to become of a line. */
  enum Fate {
    /** A score and no dead letter. */
    SCORED,
    /** A dead letter and no score. */
    REJECTED,
    /** A dead letter, or a score, maybe beside a dead letter that says that there is one. */
    EITHER
  }

  /** How many of the rows that nobody expected are told of. */
  private static final int EXAMPLES = 20;

  /** Files with lines that have not come out, by name and by the printed id of their source. */
  private final Map<String, Open> open = new HashMap<>();

  private final List<Open> settled = new ArrayList<>();
  private final List<Double> delays = new ArrayList<>();
  private final List<String> examples = new ArrayList<>();
  private final long[] missing = new long[Fate.values().length];
  private long handedIn;
  private long scored;
  private long rejected;
  private long noted;
  private long unexpected;

  /** The lines of a file, in its order. */
  static final class Lines {
    private static final int SCORED = 4;
    private static final int REJECTED = 8;
    private static final int NOTED = 16;

    /** Of a state, the fate. */
    private static final int FATE = 3;

    private int[] offsets = new int[1024];
    private byte[] states = new byte[1024];
    private int count;

    void add(long offset, Fate fate) {
      if (count == offsets.length) {
        offsets = Arrays.copyOf(offsets, 2 * count);
        states = Arrays.copyOf(states, 2 * count);
      }
      offsets[count] = Math.toIntExact(offset);
      states[count++] = (byte) fate.ordinal();
    }

    private Lines copy() {
      Lines copy = new Lines();
      copy.offsets = Arrays.copyOf(offsets, count);
      copy.states = Arrays.copyOf(states, count);
      copy.count = count;
      return copy;
    }

    /** Notes an outcome; null when the line may have none such, else the line's fate. */
    private @Nullable Fate enter(long offset, int outcome) {
      int line = Arrays.binarySearch(offsets, 0, count, Math.toIntExact(offset));
      if (line < 0) {
        return null;
      }
      int state = states[line];
      Fate fate = Fate.values()[state & FATE];
      int others = state & ~FATE;
      boolean may =
          switch (outcome) {
            case SCORED -> fate != Fate.REJECTED && (others & (SCORED | REJECTED)) == 0;
            case REJECTED -> fate != Fate.SCORED && others == 0;
            default -> fate == Fate.EITHER && (others & (REJECTED | NOTED)) == 0;
          };
      states[line] |= (byte) outcome;
      return may ? fate : null;
    }
  }

  private static final class Open {
    private final Path file;
    private final long since = System.nanoTime();
    private final Lines lines;
    private int missing;

    Open(Path file, Lines lines) {
      this.file = file;
      this.lines = lines.copy();
      this.missing = lines.count;
    }
  }

  /**
   * Opens the books of a file that is about to be published.
   *
   * @param content the file as it is now
   * @param published as it will be called, below the input root
   * @param faulty how many lines at its end hold no reading
   */
  void open(Path content, Path published, int faulty) throws IOException {
    List<String> all = Files.readAllLines(content);
    Lines lines = new Lines();
    long offset = 0;
    for (int number = 0; number < all.size(); number++) {
      if (number > 0) {
        lines.add(offset, number < all.size() - faulty ? Fate.SCORED : Fate.REJECTED);
      }
      offset += all.get(number).getBytes(StandardCharsets.UTF_8).length + 1;
    }
    open(published, lines);
  }

  /**
   * The same for lines that are known.
   *
   * @param lines all but blank ones and the header
   */
  synchronized void open(Path published, Lines lines) {
    String name = published.getFileName().toString();
    Open books = new Open(published, lines);
    handedIn += lines.count;
    for (int line = 0; line < lines.count; line++) {
      missing[lines.states[line]]++;
    }
    open.put(id(name), books);
    open.put(name, books);
  }

  private static String id(String name) {
    return EventIds.format(SourceId.of(name), 0).split("-")[0];
  }

  /** A committed row of the scores. */
  void scored(JsonNode row) {
    scored(row.path("event_id").asString(""));
  }

  /** The same by the event's id. */
  synchronized void scored(String eventId) {
    scored++;
    int dash = eventId.indexOf('-');
    enter(
        eventId.substring(0, Math.max(0, dash)),
        dash < 0 ? -1 : Long.parseLong(eventId, dash + 1, eventId.length(), 16),
        Lines.SCORED);
  }

  /** A committed row of the dead letters. */
  synchronized void rejected(JsonNode row) {
    boolean note = row.path("scored").asBoolean(false);
    if (note) {
      noted++;
    } else {
      rejected++;
    }
    enter(
        row.path("source").asString(""),
        row.path("offset").asLong(-1),
        note ? Lines.NOTED : Lines.REJECTED);
  }

  private void enter(String source, long offset, int outcome) {
    Open books = open.get(source);
    Fate fate = books == null ? null : books.lines.enter(offset, outcome);
    if (fate == null) {
      unexpected++;
      if (examples.size() < EXAMPLES) {
        String what = outcome == Lines.SCORED ? "score" : "dead letter";
        examples.add("%s of %s at %d".formatted(what, source, offset));
      }
    } else if (outcome != Lines.NOTED) {
      missing[fate.ordinal()]--;
      if (--books.missing == 0) {
        settled.add(books);
        delays.add((System.nanoTime() - books.since) / 1e9);
      }
    }
  }

  /** The files all of whose lines have come out since the last call. */
  synchronized List<Path> settled() {
    List<Path> files = settled.stream().map(books -> books.file).toList();
    open.values().removeAll(settled);
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
    return Arrays.stream(missing).sum();
  }

  /** Of these, the ones of a fate. */
  synchronized long missing(Fate fate) {
    return missing[fate.ordinal()];
  }

  synchronized long handedIn() {
    return handedIn;
  }

  synchronized long scored() {
    return scored;
  }

  /** Dead letters of lines that are not scored. */
  synchronized long rejected() {
    return rejected;
  }

  /** Dead letters of lines that are scored all the same. */
  synchronized long noted() {
    return noted;
  }

  /** Rows of lines that had come out before, were to come out otherwise or never handed in. */
  synchronized long unexpected() {
    return unexpected;
  }

  /** The first of them. */
  synchronized List<String> examples() {
    return List.copyOf(examples);
  }
}
