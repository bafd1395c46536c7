// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.RejectionReason;
import io.caddis.detectors.parse.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFormatTest {
  @TempDir private java.nio.file.Path directory;

  @Test
  void sourcesAreNamedRelativeToTheirRoot() {
    RecordFormat format = format(new Path("/data/in"), new Path("/data/one.csv"));
    assertThat(format.sourceName(new Path("file:/data/in/plant/a.csv"))).isEqualTo("plant/a.csv");
    assertThat(format.sourceName(new Path("/data/one.csv"))).isEqualTo("one.csv");
    assertThat(format.isRoot(new Path("file:/data/in"))).isTrue();
    assertThat(format.isRoot(new Path("/data/in/plant"))).isFalse();
  }

  @Test
  void continuesAfterEveryRecord() throws IOException {
    SensorFiles.write(directory, "a.csv", "s", 0, 700);
    FileSourceSplit split = splits().iterator().next();
    List<String> whole = new ArrayList<>();
    List<CheckpointedPosition> positions = new ArrayList<>();
    read(split, whole, positions);
    assertThat(whole).hasSize(700);
    for (int done : new int[] {1, 2, 511, 512, 513, 699, 700}) {
      List<String> rest = new ArrayList<>();
      read(split.updateWithCheckpointedPosition(positions.get(done - 1)), rest, new ArrayList<>());
      assertThat(rest).isEqualTo(whole.subList(done, 700));
    }
  }

  @Test
  void aFileThatIsGoneGivesOneRejection() throws IOException {
    SensorFiles.write(directory, "a.csv", "s", 0, 3);
    FileSourceSplit split = splits().iterator().next();
    Files.delete(directory.resolve("a.csv"));
    List<Parsed> outcomes = outcomes(split);
    assertThat(outcomes)
        .singleElement()
        .matches(p -> p.rejection().reason() == RejectionReason.UNREADABLE_SOURCE)
        .matches(p -> p.rejection().source().equals("a.csv"));
    assertThat(outcomes(split.updateWithCheckpointedPosition(new CheckpointedPosition(0, 0))))
        .isEmpty();
  }

  @Test
  void peeksAtTheLowestEventTimeAndSkipsHiddenFiles() throws IOException {
    Files.writeString(directory.resolve("a.csv"), "ts,sensor,v\nERR,s,1\n9,s,1\n7,s,1\n8,s,1\n");
    Files.writeString(directory.resolve("b.csv"), "");
    Files.writeString(directory.resolve("c.csv"), "nothing\nuseful\n");
    Files.writeString(directory.resolve(".d.csv"), "ts,sensor,v\n9,s,1\n");
    Files.writeString(directory.resolve("_e.csv"), "ts,sensor,v\n9,s,1\n");
    SensorFiles.write(directory.resolve("sub"), "f.csv", "s", 0, 5_000);
    Files.writeString(directory.resolve("g.csv"), "ts,sensor,v\n" + "x".repeat(1 << 20));
    assertThat(splits())
        .extracting(s -> s.path().getName() + " " + SplitTimes.first(s))
        .containsExactlyInAnyOrder(
            "a.csv 7000",
            "b.csv " + Long.MIN_VALUE,
            "c.csv " + Long.MIN_VALUE,
            "f.csv " + SensorFiles.START,
            "g.csv " + Long.MIN_VALUE);
  }

  @Test
  void clocksThatAreNotSetDoNotCountForWhenAFileBegins() throws IOException {
    StringBuilder lines = new StringBuilder("ts,sensor,v\n5,s,1\n6,s,1\n");
    for (String time : List.of("03-01T00:00:09Z", "03-01T00:00:08Z", "02-29T00:00:08Z")) {
      lines.append("2020-%s,s,1\n".formatted(time).repeat(2));
    }
    Files.writeString(directory.resolve("a.csv"), lines);
    Files.writeString(directory.resolve("b.csv"), "ts,sensor,v\n5,s,1\n");
    assertThat(splits())
        .extracting(s -> s.path().getName() + " " + SplitTimes.first(s))
        .containsExactlyInAnyOrder(
            "a.csv " + Instant.parse("2020-02-29T00:00:08Z").toEpochMilli(), "b.csv 5000");
  }

  private RecordFormat format(Path... roots) {
    return new RecordFormat(roots, SensorFiles.LAYOUT, Limits.DEFAULT);
  }

  private Collection<FileSourceSplit> splits() throws IOException {
    Path root = new Path(directory.toUri());
    return new EventTimeEnumerator(format(root)).enumerateSplits(new Path[] {root}, 1);
  }

  private List<Parsed> outcomes(FileSourceSplit split) throws IOException {
    List<Parsed> outcomes = new ArrayList<>();
    BulkFormat<Parsed, FileSourceSplit> format = format(new Path(directory.toUri()));
    try (BulkFormat.Reader<Parsed> reader = format.restoreReader(new Configuration(), split)) {
      for (var batch = reader.readBatch(); batch != null; batch = reader.readBatch()) {
        for (var next = batch.next(); next != null; next = batch.next()) {
          outcomes.add(next.getRecord());
        }
      }
    }
    return outcomes;
  }

  private void read(
      FileSourceSplit split, List<String> positions, List<CheckpointedPosition> checkpoints)
      throws IOException {
    BulkFormat<Parsed, FileSourceSplit> format = format(new Path(directory.toUri()));
    try (BulkFormat.Reader<Parsed> reader = format.restoreReader(new Configuration(), split)) {
      for (var batch = reader.readBatch(); batch != null; batch = reader.readBatch()) {
        for (RecordAndPosition<Parsed> next = batch.next(); next != null; next = batch.next()) {
          positions.add(next.getRecord().reading().position() + "");
          checkpoints.add(new CheckpointedPosition(next.getOffset(), next.getRecordSkipCount()));
        }
      }
    }
  }
}
