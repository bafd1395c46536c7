// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import static io.caddis.fuzz.Target.require;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.MessageDecoder;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.RecordLayout.Column;
import io.caddis.detectors.parse.RecordReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * CSV and JSON lines. The first byte says whether it is a file or a connection and what its name
 * says of its format, the second where it is interrupted; the rest is the source.
 *
 * <p>Nothing is thrown. The outcomes do not depend on the sizes in which the bytes arrive, nor on
 * an interruption after any of them. Readings are within what the layout allows, and written as
 * JSON they are read as they were.
 */
final class LinesTarget implements Target {
  private static final RecordLayout LAYOUT =
      new RecordLayout(
          "t",
          "k",
          null,
          "g",
          List.of(
              new Column("a", Encoding.NUMERIC),
              new Column("b", Encoding.NUMERIC, 0, 100),
              new Column("g", Encoding.CATEGORY)),
          RecordLayout.MIN_TIMESTAMP,
          RecordLayout.MAX_TIMESTAMP);

  /** Small ones, so that short inputs go beyond them. */
  private static final Limits LIMITS = new Limits(512, 64, 32, 64, 32, 16, 8);

  private static final List<String> NAMES = List.of("in.csv", "in.jsonl", "in");
  private static final byte[] MARK = "\ufeff".getBytes(StandardCharsets.UTF_8);
  private static final JsonMapper JSON = new JsonMapper();

  @Override
  public List<byte[]> seeds() {
    String csv =
        "t,k,a,b,g,x\n2026-01-01T00:00:00Z,p1,1.5,2,on,7\n1767225601,\"p,2\",-1e3,,\"o\"\"ff\",\n";
    String json =
        "{\"t\":\"2026-01-01"
            + " 00:00:00.5+01:00\",\"k\":\"p1\",\"a\":1.5,\"b\":2,\"g\":\"on\",\"x\":7}\n"
            + "{\"t\":1767225600000,\"k\":\"\\u00e4\",\"a\":null,\"b\":1e2,\"g\":\"\"}\n";
    List<byte[]> seeds = new ArrayList<>();
    for (int mode = 0; mode < 2 * NAMES.size(); mode++) {
      for (String text : List.of(csv, json, csv.replace("\n", "\r\n"), "\ufeff" + csv)) {
        seeds.add(("" + (char) mode + (char) 1 + text).getBytes(StandardCharsets.UTF_8));
      }
    }
    return seeds;
  }

  @Override
  public void read(byte[] input) throws IOException {
    if (input.length < 2) {
      return;
    }
    int mode = (input[0] & 0xff) % (2 * NAMES.size());
    Source source =
        new Source(
            mode >= NAMES.size(),
            NAMES.get(mode % NAMES.size()),
            Arrays.copyOfRange(input, 2, input.length));
    RecordReader reader = source.open(Integer.MAX_VALUE);
    List<String> outcomes = new ArrayList<>();
    List<long[]> places = new ArrayList<>();
    long before = -1;
    for (Parsed next = reader.next(); next != null; next = reader.next()) {
      long position = source.check(next);
      require(position > before, "outcomes must come in order, was %d after %d", position, before);
      before = position;
      outcomes.add(described(next));
      places.add(new long[] {reader.nextPosition(), reader.linesRead()});
      messages(next.reading());
    }
    require(
        source.rest(source.open(1)).equals(outcomes),
        "chunks must not matter, did of %s",
        outcomes);
    if (!source.connection() && !places.isEmpty()) {
      int after = (input[1] & 0xff) % places.size();
      require(
          source.resumed(places.get(after)).equals(outcomes.subList(after + 1, outcomes.size())),
          "an interruption after outcome %d must not matter, did of %s",
          after,
          outcomes);
    }
  }

  private record Source(boolean connection, String name, byte[] bytes) {
    RecordReader open(int chunk) {
      InputStream in = new Chunks(bytes, chunk);
      return connection
          ? RecordReader.ofConnection(in, name, LAYOUT, LIMITS)
          : RecordReader.ofFile(in, name, LAYOUT, LIMITS);
    }

    /** As a restored job reads on. */
    List<String> resumed(long[] place) throws IOException {
      Chunks in = new Chunks(bytes, Integer.MAX_VALUE);
      RecordReader reader = RecordReader.ofFile(in, name, LAYOUT, LIMITS);
      reader.readHeader();
      in.seek((int) place[0]);
      reader.continueAt(place[0], place[1]);
      return rest(reader);
    }

    List<String> rest(RecordReader reader) throws IOException {
      List<String> outcomes = new ArrayList<>();
      for (Parsed next = reader.next(); next != null; next = reader.next()) {
        outcomes.add(described(next));
      }
      return outcomes;
    }

    private boolean holds(byte[] part, int at) {
      return Arrays.equals(part, Arrays.copyOfRange(bytes, at, at + part.length));
    }

    /** Returns where the line begins. */
    long check(Parsed outcome) {
      Reading reading = outcome.reading();
      Rejection rejection = outcome.rejection();
      require(reading != null || rejection != null, "an outcome must hold something");
      if (rejection != null) {
        require(rejection.scored() == (reading != null), "a fault of a cell must keep the reading");
        byte[] raw = rejection.raw();
        int at = (int) rejection.position();
        require(
            holds(raw, at) || (at == 0 && holds(MARK, 0) && holds(raw, MARK.length)),
            "a dead letter must hold the bytes at %d, with or without a mark",
            at);
        require(raw.length <= LIMITS.deadLetterBytes(), "a dead letter must be short");
        require(rejection.detail().length() < 2_000, "a reason must be short");
      }
      if (reading == null) {
        return Objects.requireNonNull(rejection).position();
      }
      require(
          reading.timestamp() >= LAYOUT.minTimestamp()
              && reading.timestamp() < LAYOUT.maxTimestamp(),
          "event time must be within the limits, was %d",
          reading.timestamp());
      double b = reading.numbers()[1];
      require(Double.isNaN(b) || (b >= 0 && b <= 100), "b must be in its range, was %s", b);
      require(!Double.isInfinite(reading.numbers()[0]), "a must be finite");
      require(
          reading.key().length() <= LIMITS.keyChars() && !reading.key().isEmpty(),
          "key must be within the limits, was '%s'",
          reading.key());
      return reading.position();
    }
  }

  /** What is read, written and read again, as a message of a queue. */
  private static void messages(@Nullable Reading reading) {
    if (reading == null) {
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("t", Instant.ofEpochMilli(reading.timestamp()).toString());
    line.put("k", reading.key());
    for (int i = 0; i < 2; i++) {
      if (!Double.isNaN(reading.numbers()[i])) {
        line.put(i == 0 ? "a" : "b", reading.numbers()[i]);
      }
    }
    line.put("g", reading.texts()[0]);
    if (reading.extra() != null) {
      line.putAll(reading.extra());
    }
    Limits wide = Limits.DEFAULT;
    Parsed again =
        MessageDecoder.json("again", LAYOUT, wide).decode(JSON.writeValueAsBytes(line), 0);
    require(
        again.reading() != null && values(again.reading()).equals(values(reading)),
        "written and read again must be %s, was %s",
        values(reading),
        described(again));
  }

  private static String values(Reading reading) {
    return reading.key()
        + ' '
        + reading.timestamp()
        + Arrays.toString(reading.numbers())
        + Arrays.toString(reading.texts())
        + (reading.extra() == null ? "" : new TreeMap<>(reading.extra()));
  }

  private static String described(Parsed outcome) {
    Reading reading = outcome.reading();
    Rejection rejection = outcome.rejection();
    return (reading == null ? "" : reading.position() + " " + values(reading))
        + (rejection == null
            ? ""
            : " !%s %s %d:%d+%d %s %s"
                .formatted(
                    rejection.reason(),
                    rejection.detail(),
                    rejection.line(),
                    rejection.position(),
                    rejection.length(),
                    Arrays.toString(rejection.raw()),
                    rejection.field()));
  }

  /** Gives some bytes at a time. */
  private static final class Chunks extends ByteArrayInputStream {
    private final int chunk;

    Chunks(byte[] bytes, int chunk) {
      super(bytes);
      this.chunk = chunk;
    }

    void seek(int position) {
      pos = position;
    }

    @Override
    public int read(byte[] into, int from, int length) {
      return super.read(into, from, Math.min(length, chunk));
    }
  }
}
