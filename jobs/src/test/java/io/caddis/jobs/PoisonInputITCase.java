// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Input that must not stop a run: each bad line or cell is a dead letter, all else is scored. */
class PoisonInputITCase {
  private static final long LONG_LINE = 50L << 20;
  private static final int TRAINED_ON = 64;
  private static final byte[] INVALID_UTF8 = {'a', (byte) 0xc3, (byte) 0x28, ',', (byte) 0xff};

  @TempDir Path directory;

  private Path input;

  @BeforeEach
  void makeInput() throws IOException {
    input = Files.createDirectory(directory.resolve("in"));
  }

  @Test
  void poisonInCsvIsRejectedAndEveryGoodLineScoredOnce() throws IOException {
    Files.createFile(input.resolve("empty.csv"));
    Files.writeString(input.resolve("only-header.csv"), "timestamp,key,x,y,mode\n");
    PoisonFile file = new PoisonFile(input.resolve("poison.csv"));
    PoisonFile twice = new PoisonFile(input.resolve("twice.csv"));
    PoisonFile binary = new PoisonFile(input.resolve("binary.dat"));
    try (file;
        twice;
        binary) {
      file.skipped("timestamp,key,x,y,mode");
      goodCsv(file, 0, 100);
      file.bad("wrong_column_count", "2026-01-01T00:00");
      file.bad("wrong_column_count", "2026-01-01T00:02:00Z,s1,1,2");
      file.bad("wrong_column_count", "2026-01-01T00:02:00Z,s1,1,2,run,7,7,7");
      file.bad("repeated_header", "timestamp,key,x,y,mode");
      file.bad("malformed_csv", "2026-01-01T00:02:00Z,\"s1,1,2,run");
      file.skipped("");
      file.bad("invalid_utf8", INVALID_UTF8);
      file.tooLong("2026-01-01T00:02:00Z,s1,".getBytes(StandardCharsets.UTF_8), LONG_LINE);
      goodCsv(file, 100, 110);
      file.bad("timestamp_out_of_range", "9999-12-31T23:59:59Z,s1,1,2,run");
      file.bad("timestamp_out_of_range", "1969-12-31T23:59:59Z,s1,1,2,run");
      file.bad("invalid_timestamp", "0000-00-00T00:00:00Z,s1,1,2,run");
      file.bad("invalid_timestamp", "yesterday,s1,1,2,run");
      file.bad("missing_timestamp", ",s1,1,2,run");
      file.bad("missing_key", "2026-01-01T00:02:00Z,,1,2,run");
      file.bad("invalid_key", "2026-01-01T00:02:00Z,s\u00011,1,2,run");
      file.bad("no_usable_value", "2026-01-01T00:02:00Z,s1,NaN,,");
      file.bad("no_usable_value", "2026-01-01T00:02:00Z,s1,ERR,1e400,");
      file.badCell("number_not_finite", "x", "2026-01-01T00:02:00Z,s1,1e400,2,run");
      file.badCell("not_a_number", "x", "2026-01-01T00:02:01Z,s1,-Infinity,2,run");
      file.badCell("not_a_number", "x", "2026-01-01T00:02:02Z,s1,ERR,2,run");
      file.badCell("limit_exceeded", "x", "2026-01-01T00:02:03Z,s1," + "1".repeat(65) + ",2,run");
      file.good("2026-01-01T00:02:04Z,s1,NaN,2,run");
      goodCsv(file, 130, 150);
      twice.bad("invalid_header", "timestamp,key,x,x");
      twice.bad("invalid_header", "2026-01-01T00:00:00Z,s1,1,2");
      // Bytes over all values, cut into lines: no header, so nothing in it can be read.
      writeBinary(binary);
    }
    check(run(), file, twice, binary);
  }

  @Test
  void poisonInJsonLinesIsRejectedAndEveryGoodLineScoredOnce() throws IOException {
    Files.createFile(input.resolve("empty.jsonl"));
    PoisonFile file = new PoisonFile(input.resolve("poison.jsonl"));
    try (file) {
      goodJson(file, 0, 100);
      file.bad("malformed_json", "{\"timestamp\":\"2026-01-01T00:02:00Z\",\"key\":\"s1\",\"x\":1");
      file.bad("malformed_json", json("\"2026-01-01T00:02:00Z\"", "\"s1\"", "NaN", "2"));
      file.bad("malformed_json", "[1,2,3]");
      file.bad("malformed_json", json("1", "\"s1\"", "1", "2") + " trailing");
      file.bad("malformed_json", "{\"x\":1,\"x\":2}");
      file.bad("malformed_json", "\u0000\u0000\u0000{");
      file.bad("invalid_utf8", INVALID_UTF8);
      file.bad("limit_exceeded", "{\"deep\":" + "[".repeat(40) + "]".repeat(40) + "}");
      file.tooLong("{\"key\":\"".getBytes(StandardCharsets.UTF_8), LONG_LINE);
      file.skipped("");
      goodJson(file, 100, 110);
      file.bad("timestamp_out_of_range", json("\"9999-12-31T23:59:59Z\"", "\"s1\"", "1", "2"));
      file.bad("timestamp_out_of_range", json("-86400", "\"s1\"", "1", "2"));
      file.bad("invalid_timestamp", json("true", "\"s1\"", "1", "2"));
      file.bad("missing_timestamp", "{\"key\":\"s1\",\"x\":1,\"y\":2}");
      file.bad("missing_timestamp", json("null", "\"s1\"", "1", "2"));
      file.bad("missing_key", "{\"timestamp\":\"2026-01-01T00:02:00Z\",\"x\":1,\"y\":2}");
      file.bad("invalid_key", json("\"2026-01-01T00:02:00Z\"", "{\"a\":1}", "1", "2"));
      file.bad("no_usable_value", json("\"2026-01-01T00:02:00Z\"", "\"s1\"", "\"1\"", "null"));
      file.badCell("number_not_finite", "x", at("00:02:00", "1e400"));
      file.badCell("wrong_type", "x", at("00:02:01", "\"12\""));
      file.badCell("wrong_type", "x", at("00:02:02", "[1]"));
      file.badCell("wrong_type", "x", at("00:02:03", "true"));
      file.good(at("00:02:04", "null"));
      file.good(
          "{\"y\":2,\"key\":\"s1\",\"timestamp\":\"2026-01-01T00:02:05Z\",\"new\":{\"a\":[1]}}");
      goodJson(file, 130, 150);
    }
    check(run(), file);
  }

  @Test
  void cellMissingBeforeThereIsAModelIsNamedToo() throws IOException {
    PoisonFile file = new PoisonFile(input.resolve("poison.csv"));
    try (file) {
      file.skipped("timestamp,key,x,y,mode");
      goodCsv(file, 0, 30);
      file.badCell("not_a_number", "x", "2026-01-01T00:01:00Z,s1,ERR,2,run");
    }
    DetectRun run = run();
    assertThat(run.models()).isEmpty();
    check(run, file);
  }

  private DetectRun run() {
    return DetectRun.of(
        input, directory.resolve("out"), "--train-rows=" + TRAINED_ON, "--parallelism=2");
  }

  private static void check(DetectRun run, PoisonFile... files) throws IOException {
    Set<String> scored = new TreeSet<>();
    Set<String> deadLetters = new TreeSet<>();
    long records = 0;
    for (PoisonFile file : files) {
      scored.addAll(file.scored());
      deadLetters.addAll(file.deadLetters());
      records += file.records();
    }
    List<JsonNode> rows = run.scores();
    assertThat(rows)
        .extracting(row -> row.get("event_id").asString())
        .containsExactlyInAnyOrderElementsOf(scored);
    List<JsonNode> letters = run.deadLetters();
    assertThat(letters)
        .extracting(PoisonFile::describe)
        .containsExactlyInAnyOrderElementsOf(deadLetters);
    assertThat(letters).allSatisfy(row -> assertThat(row.get("detail").asString()).isNotBlank());

    long rejected = letters.stream().filter(row -> !row.get("scored").asBoolean()).count();
    assertThat(scored.size() + rejected).isEqualTo(records);
    assertThat(run.count("rows_read")).isEqualTo(records);
    assertThat(run.count("scored")).isEqualTo(scored.size());
    assertThat(run.count("dead_letters")).isEqualTo(deadLetters.size());

    Set<Long> cells =
        letters.stream()
            .filter(row -> row.get("scored").asBoolean())
            .map(row -> row.get("offset").asLong())
            .collect(Collectors.toSet());
    assertThat(rows)
        .filteredOn(row -> cells.contains(offset(row)))
        .hasSize(cells.size())
        .allSatisfy(row -> assertThat(row.get("features_imputed").toString()).isEqualTo("[\"x\"]"));
    assertThat(letters)
        .filteredOn(row -> row.get("reason").asString().equals("line_too_long"))
        .allSatisfy(
            row -> {
              assertThat(row.get("length").asLong()).isEqualTo(LONG_LINE);
              assertThat(row.get("raw").asString()).hasSize(4096);
            });
  }

  private static long offset(JsonNode row) {
    String id = row.get("event_id").asString();
    return Long.parseLong(id.substring(id.indexOf('-') + 1), 16);
  }

  private static void goodCsv(PoisonFile file, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      file.good("%s,s1,%d,%d,run".formatted(time(i), i % 7, i % 5));
    }
  }

  private static void goodJson(PoisonFile file, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      file.good(json('"' + time(i) + '"', "\"s1\"", "" + i % 7, "" + i % 5));
    }
  }

  private static String time(int second) {
    return "2026-01-01T00:%02d:%02dZ".formatted(second / 60, second % 60);
  }

  private static String at(String time, String x) {
    return json("\"2026-01-01T" + time + "Z\"", "\"s1\"", x, "2");
  }

  private static String json(String timestamp, String key, String x, String y) {
    return "{\"timestamp\":%s,\"key\":%s,\"x\":%s,\"y\":%s}".formatted(timestamp, key, x, y);
  }

  private static void writeBinary(PoisonFile file) throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[100];
      random.nextBytes(bytes);
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = bytes[j] == '\n' ? 0 : bytes[j];
      }
      file.bad("invalid_header", bytes);
    }
  }
}
