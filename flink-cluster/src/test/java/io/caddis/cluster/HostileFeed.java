// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import io.caddis.cluster.Ledger.Fate;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.simulate.SensorSimulator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files of hostile lines with good ones in between, one in five: of CSV and JSON, half of them
 * under names that do not say which. Beside mutated lines they have all of {@link HostileCells}.
 * With every twentieth comes one that is wrong as a whole.
 */
final class HostileFeed {
  private static final int SENSORS = 20;
  private static final int HOSTILE_TO_ONE_GOOD = 4;
  private static final int A_FILE = 4_000;
  private static final int FEWEST_FILES = 8;
  private static final int WRONG_FILE_EVERY = 20;
  private static final long START = 1_577_836_800_000L;

  /** Two months for a million lines: what is forgotten after a week is so most of the time. */
  private static final long INTERVAL_MILLIS = 7 * 60_000;

  private static final String HEADER = String.join(",", HostileCells.FIELDS);
  private static final String MARK = "\u00ef\u00bb\u00bf";

  /** Under none of them anything is a reading. */
  private static final List<String> WRONG_HEADERS =
      List.of(
          "timestamp,sensor,mode,mode,temperature",
          "sensor,temperature,vibration,pressure,mode,extra",
          "timestamp,sensor,\u00c0\u00af,vibration,pressure,mode,extra",
          "\"timestamp,sensor,temperature",
          "timestamp" + ",".repeat(4_096));

  /** How what is compressed begins: gzip, zip and Zstandard. */
  private static final List<String> COMPRESSED =
      List.of("\u001f\u008b\b", "PK\u0003\u0004", "\u0028\u00b5\u002f\u00fd");

  private final SensorSimulator simulator;
  private final Random random;
  private final LineMutator mutator;
  private final Path input;
  private final Path hidden;
  private final List<Ledger> ledgers;
  private final Queue<HostileCells.Case> csv = new ArrayDeque<>(HostileCells.cases(false));
  private final Queue<HostileCells.Case> json = new ArrayDeque<>(HostileCells.cases(true));
  private final int files;
  private final int mutatedEach;
  private final int casesEach;
  private int published;
  private long number;
  private long good;
  private long cases;
  private long mutated;
  private long bytes;

  /** A file in the making. */
  private static final class Content {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Set<Long> good = new HashSet<>();

    void add(String line) {
      bytes.writeBytes((line + '\n').getBytes(StandardCharsets.ISO_8859_1));
    }

    void addGood(String line) {
      good.add((long) bytes.size());
      add(line);
    }
  }

  /**
   * @param folder gets the folders {@code input} and {@code waiting}
   * @param lines how many are mutated
   * @param ledgers of the jobs that read them
   */
  HostileFeed(Path folder, long seed, int lines, List<Ledger> ledgers) throws IOException {
    simulator =
        new SensorSimulator(new SensorSimulator.Settings(seed, SENSORS, 5, START, INTERVAL_MILLIS));
    random = new Random(seed);
    mutator = new LineMutator(random);
    input = Files.createDirectories(folder.resolve("input"));
    hidden = Files.createDirectories(folder.resolve("waiting"));
    this.ledgers = List.copyOf(ledgers);
    files = Math.max(FEWEST_FILES, lines / A_FILE);
    mutatedEach = lines / files;
    // Each kind is in half of the files.
    casesEach = Math.max(csv.size(), json.size()) / (files / 2) + 1;
  }

  Path input() {
    return input;
  }

  /** How much of all has been published, from 0 to 1. */
  double progress() {
    return (double) published / files;
  }

  long good() {
    return good;
  }

  long cases() {
    return cases;
  }

  long mutated() {
    return mutated;
  }

  long bytes() {
    return bytes;
  }

  /** Publishes a file of good lines only, from which the layout can be told. */
  void publishGood() throws IOException {
    Content content = new Content();
    content.add(HEADER);
    for (int line = 0; line < 10 * SENSORS; line++) {
      content.addGood(HostileCells.line(cells(), false));
    }
    good += content.good.size();
    publish("good.csv", content.bytes.toByteArray(), content.good);
  }

  /** Publishes the next file, and now and then one that is wrong as a whole. */
  void publish() throws IOException {
    boolean isJson = published % 2 == 1;
    String suffix = published % 4 < 2 ? "" : isJson ? ".jsonl" : ".csv";
    Content content = new Content();
    if (!isJson) {
      content.add((random.nextInt(4) == 0 ? MARK : "") + HEADER);
    }
    List<HostileCells.@Nullable Case> plan = new ArrayList<>();
    Queue<HostileCells.Case> from = isJson ? json : csv;
    for (int i = 0; i < casesEach && !from.isEmpty(); i++) {
      plan.add(from.remove());
    }
    cases += plan.size();
    mutated += mutatedEach;
    plan.addAll(Collections.nCopies(mutatedEach, null));
    Collections.shuffle(plan, random);
    List<String> cells = List.of();
    String line = "";
    String before = "";
    for (int i = 0; i < plan.size(); i++) {
      if (i % HOSTILE_TO_ONE_GOOD == 0) {
        cells = cells();
        before = line;
        line = HostileCells.line(cells, isJson);
        content.addGood(line);
      }
      HostileCells.Case hostile = plan.get(i);
      content.add(
          hostile == null
              ? mutator.mutated(line, before + ' ')
              : HostileCells.line(cells, hostile));
    }
    good += content.good.size();
    publish(
        "hostile-%06d%s".formatted(published, suffix), content.bytes.toByteArray(), content.good);
    if (published % WRONG_FILE_EVERY == 0) {
      publishWrong();
    }
    published++;
  }

  private void publishWrong() throws IOException {
    int compressed = WRONG_HEADERS.size();
    int empty = compressed + COMPRESSED.size();
    int kind = published / WRONG_FILE_EVERY % (empty + 2);
    String name = "wrong-%06d.csv".formatted(published);
    String line = HostileCells.line(cells(), false) + '\n';
    if (kind < compressed) {
      String header = WRONG_HEADERS.get(kind) + '\n';
      publishRejected(name, header + line, 0, header.length());
    } else if (kind < empty) {
      publishRejected(name, COMPRESSED.get(kind - compressed) + '\n' + line, 0);
    } else {
      publishRejected(name, kind == empty ? "" : HEADER);
    }
  }

  private void publishRejected(String name, String content, int... rejected) throws IOException {
    Ledger.Lines lines = new Ledger.Lines();
    for (int offset : rejected) {
      lines.add(offset, Fate.REJECTED);
    }
    publish(name, content.getBytes(StandardCharsets.ISO_8859_1), lines);
  }

  private void publish(String name, byte[] content, Set<Long> goodOnes) throws IOException {
    publish(name, content, lines(content, !name.endsWith(".jsonl") && content[0] != '{', goodOnes));
  }

  private void publish(String name, byte[] content, Ledger.Lines lines) throws IOException {
    Path waiting = Files.write(hidden.resolve(name), content);
    bytes += content.length;
    ledgers.forEach(ledger -> ledger.open(input.resolve(name), lines));
    Files.move(waiting, input.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** All but the header and blank ones, as docs/input.md says what a line is. */
  private static Ledger.Lines lines(byte[] content, boolean header, Set<Long> goodOnes) {
    Ledger.Lines lines = new Ledger.Lines();
    int from = 0;
    for (int next = 0; next < content.length; next++) {
      if (content[next] == '\n') {
        int to = next > from && content[next - 1] == '\r' ? next - 1 : next;
        if ((!header || from > 0) && !isBlank(content, from, to)) {
          lines.add(from, goodOnes.contains((long) from) ? Fate.SCORED : Fate.EITHER);
        }
        from = next + 1;
      }
    }
    return lines;
  }

  private static boolean isBlank(byte[] content, int from, int to) {
    for (int i = from; i < to; i++) {
      if (content[i] != ' ' && content[i] != '\t') {
        return false;
      }
    }
    return true;
  }

  private List<String> cells() {
    Reading reading = simulator.reading(number++);
    while (reading == null) {
      reading = simulator.reading(number++);
    }
    double[] numbers = reading.numbers();
    return List.of(
        Instant.ofEpochMilli(reading.timestamp()).toString(),
        reading.key(),
        Double.toString(numbers[0]),
        Double.toString(numbers[1]),
        Double.toString(numbers[2]),
        String.valueOf(reading.texts()[0]),
        Double.toString(numbers[3]));
  }
}
