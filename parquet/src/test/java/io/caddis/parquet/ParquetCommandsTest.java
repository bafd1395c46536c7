// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.Caddis;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code train} and {@code score} on Parquet files, as a user runs them. */
class ParquetCommandsTest {
  private static final MessageType TYPE =
      MessageTypeParser.parseMessageType(
          """
          message readings {
            required int64 timestamp (TIMESTAMP(MICROS,true));
            required binary sensor (STRING);
            optional double a;
            optional float b;
            optional int32 c;
            optional int64 d;
            optional int32 e (INTEGER(16,false));
            optional int64 f (DECIMAL(12,3));
            optional boolean on;
            optional int32 day (DATE);
            optional int96 old;
            optional fixed_len_byte_array(4) raw;
            optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
          }
          """);
  private static final int ROWS = 600;
  private static final int SPIKE = 300;

  @TempDir Path folder;

  private record Run(int status, String out, String err) {}

  private static Run run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Caddis.commandLine((env, spec) -> {})
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
    String[] texts = new String[args.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = args[i].toString();
    }
    return new Run(line.execute(texts), out.toString(), err.toString());
  }

  private static Group row(int i) {
    Group row = new SimpleGroup(TYPE);
    row.add("timestamp", 1_767_225_600_000_123L + i * 60_000_000L);
    row.add("sensor", "s" + i % 3);
    if (i % 7 != 0) {
      row.add("a", i == SPIKE ? 40.1 : Math.sin(i * 0.7) / 3);
    }
    row.add("b", i % 11 == 0 ? Float.NaN : (float) Math.cos(i * 0.3));
    row.add("c", i == SPIKE ? Integer.MIN_VALUE : i % 17);
    row.add("d", i % 5 == 0 ? Long.MAX_VALUE : i % 13);
    row.add("e", i % 19);
    row.add("f", 12_345L + i % 23);
    row.add("on", i % 2 == 0);
    row.add("day", 20_454 + i / 100);
    row.add("old", new NanoTime(2_461_042, i));
    row.add("raw", Binary.fromConstantByteArray(new byte[] {0, (byte) 0xFF, (byte) i, 1}));
    if (i % 3 == 0) {
      Group tags = row.addGroup("tags");
      tags.addGroup("list").add("element", "x" + i);
      tags.addGroup("list");
    }
    return row;
  }

  private Path write(CompressionCodecName codec) throws IOException {
    Path file = folder.resolve("in-" + codec + ".parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(TYPE)
            .withCompressionCodec(codec)
            .withExtraMetaData(Map.of("owner", "plant 7", "ARROW:schema", "of these columns"))
            .withRowGroupSize(4096L)
            .build()) {
      for (int i = 0; i < ROWS; i++) {
        writer.write(row(i));
      }
    }
    return file;
  }

  private static List<Group> read(Path file) throws IOException {
    List<Group> groups = new ArrayList<>();
    try (Rows rows = new Rows(ParquetFileReader.open(new LocalInputFile(file)))) {
      for (Group group = rows.next(); group != null; group = rows.next()) {
        groups.add(group);
      }
    }
    return groups;
  }

  /** The values of the columns of the input, which stand first. */
  private static String own(Group row) {
    StringBuilder text = new StringBuilder();
    GroupType type = row.getType();
    for (int field = 0; field < TYPE.getFieldCount(); field++) {
      for (int i = 0; i < row.getFieldRepetitionCount(field); i++) {
        text.append(type.getFieldName(field)).append('=');
        text.append(
            type.getType(field).isPrimitive()
                ? row.getValueToString(field, i)
                : row.getGroup(field, i).toString());
        text.append(' ');
      }
    }
    return text.toString();
  }

  private Run train(Path input, String... more) {
    List<Object> args =
        new ArrayList<>(
            List.of(
                "train",
                "--input",
                input,
                "--registry",
                folder.resolve("models"),
                "--name",
                "pump",
                "--ignore",
                "old,day"));
    args.addAll(List.of(more));
    return run(args.toArray());
  }

  private Run score(Path input, Path output, String... more) {
    List<Object> args =
        new ArrayList<>(
            List.of(
                "score",
                "--input",
                input,
                "--registry",
                folder.resolve("models"),
                "--name",
                "pump",
                "--output",
                output));
    args.addAll(List.of(more));
    return run(args.toArray());
  }

  @Test
  void aScoredFileHasEveryRowColumnTypeAndValueOfTheInput() throws IOException {
    for (CompressionCodecName codec :
        List.of(
            CompressionCodecName.UNCOMPRESSED,
            CompressionCodecName.SNAPPY,
            CompressionCodecName.GZIP,
            CompressionCodecName.ZSTD)) {
      Path input = write(codec);
      Path output = folder.resolve("out-" + codec + ".parquet");
      Run trained = train(input);
      assertThat(trained.status()).as(trained.err()).isZero();
      Run scored = score(input, output);

      assertThat(scored.status()).as(scored.err()).isZero();
      assertThat(scored.out()).contains("Scored " + ROWS + " rows");
      try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(output))) {
        MessageType type = reader.getFileMetaData().getSchema();
        assertThat(type.getFields().subList(0, TYPE.getFieldCount())).isEqualTo(TYPE.getFields());
        assertThat(type.getFields().stream().skip(TYPE.getFieldCount()).map(Object::toString))
            .containsExactly(
                "optional double score",
                "optional boolean is_anomaly",
                "optional int32 prediction",
                "optional double raw_score");
        assertThat(reader.getFileMetaData().getKeyValueMetaData())
            .containsEntry("owner", "plant 7")
            .doesNotContainKey("ARROW:schema");
        assertThat(reader.getRowGroups().get(0).getColumns().get(0).getCodec()).isEqualTo(codec);
      }
      List<Group> rows = read(output);
      assertThat(rows.stream().map(ParquetCommandsTest::own))
          .containsExactlyElementsOf(IntStream.range(0, ROWS).mapToObj(i -> own(row(i))).toList());
      assertThat(rows.get(SPIKE).getBoolean("is_anomaly", 0)).isTrue();
      assertThat(rows.get(SPIKE).getInteger("prediction", 0)).isEqualTo(-1);
      assertThat(rows.get(SPIKE + 1).getBoolean("is_anomaly", 0)).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"global, 0", "sensor, 3"})
  void scoresAreThoseOfTheSameTableInJsonLines(String scope, int own) throws IOException {
    Path input = write(CompressionCodecName.SNAPPY);
    Path json = folder.resolve("in.jsonl");
    try (var lines =
        new ParquetFormat().lines(org.apache.flink.core.fs.Path.fromLocalFile(input.toFile()))) {
      Files.write(json, lines.readAllBytes());
    }
    Run trained = train(input, "--scope", scope);
    assertThat(trained.status()).isZero();
    assertThat(trained.out().contains(own + " sensors have models of their own"))
        .isEqualTo(own > 0);
    Path parquetOut = folder.resolve("out.parquet");
    Path jsonOut = folder.resolve("out.jsonl");
    String[] key = own > 0 ? new String[] {"--key", "sensor"} : new String[0];
    assertThat(score(input, parquetOut, key).status()).isZero();
    assertThat(score(json, jsonOut, key).status()).isZero();

    List<String> lines = Files.readAllLines(jsonOut);
    List<Group> rows = read(parquetOut);
    assertThat(lines).hasSameSizeAs(rows);
    for (int i = 0; i < ROWS; i++) {
      assertThat(lines.get(i))
          .endsWith(
              "\"score\":%s,\"is_anomaly\":%s,\"prediction\":%d,\"raw_score\":%s}"
                  .formatted(
                      rows.get(i).getDouble("score", 0),
                      rows.get(i).getBoolean("is_anomaly", 0),
                      rows.get(i).getInteger("prediction", 0),
                      rows.get(i).getDouble("raw_score", 0)));
    }
  }

  @Test
  void aJobTrainsOnScoresAndKeepsTheTypesOfADirectory() throws IOException {
    Path input = write(CompressionCodecName.SNAPPY);
    Path table = Files.createDirectories(folder.resolve("table of two"));
    Files.copy(input, table.resolve("a.parquet"));
    Files.copy(input, table.resolve("b.parquet"));
    Run trained = train(table, "--scope", "sensor", "--key", "sensor");
    assertThat(trained.status()).as(trained.err()).isZero();
    assertThat(trained.out())
        .contains("of %d rows".formatted(2 * ROWS), "3 sensors have models of their own");

    Path scored = folder.resolve("scored");
    Path alone = folder.resolve("alone.parquet");
    Run job = score(table, scored, "--key", "sensor");
    assertThat(job.status()).as(job.err()).isZero();
    assertThat(job.out()).contains("Scored %d rows".formatted(2 * ROWS));
    assertThat(score(input, alone, "--key", "sensor").status()).isZero();
    for (String file : List.of("a.parquet", "b.parquet")) {
      assertThat(scored.resolve(file)).hasSameBinaryContentAs(alone);
    }
  }

  @Test
  void evaluateReadsScoredFiles() throws IOException {
    Path input = write(CompressionCodecName.SNAPPY);
    Path output = folder.resolve("out.parquet");
    assertThat(train(input).status()).isZero();
    assertThat(score(input, output).status()).isZero();
    Path labels =
        Files.writeString(
            folder.resolve("labels.csv"),
            "key,start,end\ns0,2026-01-01T05:00:00Z,2026-01-01T05:00:01Z\n");

    Run measured = run("evaluate", "--scores", output, "--labels", labels);
    assertThat(measured.status()).as(measured.err()).isZero();
    assertThat(measured.out()).containsPattern("events_detected +1\\n");
  }

  @Test
  void aTakenColumnAnotherFormatAndADamagedFileAreRefused() throws IOException {
    Path input = write(CompressionCodecName.SNAPPY);
    assertThat(train(input).status()).isZero();
    Path once = folder.resolve("once.parquet");
    assertThat(score(input, once).status()).isZero();

    Run again = score(once, folder.resolve("twice.parquet"));
    assertThat(again.status()).isEqualTo(2);
    assertThat(again.err()).contains("'score' already", "--prefix");
    assertThat(score(once, folder.resolve("twice.parquet"), "--prefix", "our_").status()).isZero();
    assertThat(score(input, folder.resolve("out.csv")).err()).contains("format Parquet");
    assertThat(score(input, folder.resolve("out")).status()).isEqualTo(2);

    Path damaged = Files.writeString(folder.resolve("damaged.parquet"), "PAR1 and no more");
    Run refused = score(damaged, folder.resolve("none.parquet"));
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err()).contains("damaged.parquet is not a Parquet file");
    assertThat(folder.resolve("none.parquet")).doesNotExist();
  }
}
