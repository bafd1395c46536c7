// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import io.caddis.cluster.Ledger.Fate;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the loggers of a plant have left behind: CSV files of a hundred sensors in four areas, up to
 * a minute out of order. Three loggers begin a file each hour and the fourth one each shift of six,
 * by when readings come in, so that files of areas overlap, and so do those of an area by a minute.
 * Their names do not sort by time. Each file begins with a reading of a clock that is not set yet.
 */
final class PlantBacklog {
  static final Duration OUT_OF_ORDER = Duration.ofMinutes(1);
  static final Duration WINDOW = Duration.ofHours(1);

  private static final int SENSORS = 100;
  private static final int AREAS = 4;
  private static final int FEATURES = 16;
  private static final long START = 1_735_689_600_000L;
  private static final long INTERVAL_MILLIS = 10_000;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long SHIFT = 6 * HOUR;

  /** Digits after the point. */
  private static final int DIGITS = 12;

  private static final long ONE = 1_000_000_000_000L;

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HH").withZone(ZoneOffset.UTC);
  private static final byte[] HEADER =
      ("timestamp,sensor,"
              + IntStream.range(0, FEATURES)
                  .mapToObj("channel_%02d"::formatted)
                  .collect(Collectors.joining(","))
              + "\n")
          .getBytes(StandardCharsets.UTF_8);

  private final Path input;
  private final Ledger ledger;
  private final List<Area> areas = new ArrayList<>();
  private final TreeMap<Long, Long> byWindow = new TreeMap<>();
  private final byte[] line = new byte[1024];
  private int length;
  private long bytes;
  private long readings;
  private int files;

  /** A reading that has been taken and not come in. */
  private record Pending(long arrival, long time, int sensor) {}

  private static final class Area {
    private final PriorityQueue<Pending> pending =
        new PriorityQueue<>(
            Comparator.comparingLong(Pending::arrival).thenComparingInt(Pending::sensor));
    private final SplittableRandom random;
    private long step;

    Area(SplittableRandom random) {
      this.random = random;
    }
  }

  /**
   * @param input folder for the files
   * @param ledger in which books of each are opened
   */
  PlantBacklog(Path input, long seed, Ledger ledger) throws IOException {
    this.input = Files.createDirectories(input);
    this.ledger = ledger;
    SplittableRandom random = new SplittableRandom(seed);
    for (int area = 0; area < AREAS; area++) {
      areas.add(new Area(random.split()));
    }
  }

  /** Writes whole shifts until there are so many bytes. */
  void write(long atLeast) throws IOException {
    for (long from = START; bytes < atLeast; from += SHIFT) {
      for (int area = 0; area < AREAS; area++) {
        long each = area == AREAS - 1 ? SHIFT : HOUR;
        for (long begin = from; begin < from + SHIFT; begin += each) {
          write(area, begin, begin + each);
        }
      }
    }
  }

  private void write(int area, long from, long to) throws IOException {
    String name = "area-%d_%s.csv".formatted(area, NAME.format(Instant.ofEpochMilli(from)));
    Path file = input.resolve(name);
    Ledger.Lines lines = new Ledger.Lines();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      out.write(HEADER);
      long offset = HEADER.length;
      Area own = areas.get(area);
      // What clocks show that start at their epoch.
      offset = put(own, area, 1 + own.random.nextLong(HOUR), offset, lines, out);
      take(own, area, to);
      for (Pending next = own.pending.peek();
          next != null && next.arrival() < to;
          next = own.pending.peek()) {
        own.pending.remove();
        byWindow.merge(next.time() - Math.floorMod(next.time(), HOUR), 1L, Long::sum);
        offset = put(own, next.sensor(), next.time(), offset, lines, out);
      }
      bytes += offset;
    }
    files++;
    ledger.open(file, lines);
  }

  /** All that is read until then; a sensor's readings keep their distance from the others'. */
  private static void take(Area area, int number, long to) {
    for (long time = START + area.step * INTERVAL_MILLIS; time < to; time += INTERVAL_MILLIS) {
      for (int sensor = number; sensor < SENSORS; sensor += AREAS) {
        long read = time + sensor * INTERVAL_MILLIS / SENSORS;
        long delay = area.random.nextLong(OUT_OF_ORDER.toMillis());
        area.pending.add(new Pending(read + delay, read, sensor));
      }
      area.step++;
    }
  }

  private long put(
      Area area, int sensor, long time, long offset, Ledger.Lines lines, OutputStream out)
      throws IOException {
    length = 0;
    append(Instant.ofEpochMilli(time).toString());
    append(",sensor-");
    appendDigits(sensor, 3);
    boolean strange = area.random.nextInt(1000) == 0;
    for (int feature = 0; feature < FEATURES; feature++) {
      long noise = 0;
      for (int i = 0; i < 3; i++) {
        noise += area.random.nextLong(ONE);
      }
      long value = (20 + 5L * feature) * ONE + noise + (strange && feature < 2 ? 9 * ONE : 0);
      line[length++] = ',';
      append(Long.toString(value / ONE));
      line[length++] = '.';
      appendDigits(value % ONE, DIGITS);
    }
    line[length++] = '\n';
    out.write(line, 0, length);
    lines.add(offset, Fate.SCORED);
    readings++;
    return offset + length;
  }

  private void append(String text) {
    for (int i = 0; i < text.length(); i++) {
      line[length++] = (byte) text.charAt(i);
    }
  }

  private void appendDigits(long value, int digits) {
    long left = value;
    for (int i = length + digits - 1; i >= length; i--) {
      line[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    length += digits;
  }

  /** Readings of clocks that are set, by the begin of their window of training. */
  TreeMap<Long, Long> byWindow() {
    return byWindow;
  }

  long bytes() {
    return bytes;
  }

  long readings() {
    return readings;
  }

  int files() {
    return files;
  }
}
