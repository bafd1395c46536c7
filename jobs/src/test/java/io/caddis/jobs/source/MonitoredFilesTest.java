// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.mocks.MockSplitEnumeratorContext;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.PendingSplitsCheckpoint;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonitoredFilesTest {
  private final MockSplitEnumeratorContext<FileSourceSplit> context =
      new MockSplitEnumeratorContext<>(2);
  private final List<String> there = new ArrayList<>();
  private long now;

  @AfterEach
  void close() throws Exception {
    context.close();
  }

  @Test
  void eachFileIsHandedOutOnceToReadersInTheOrderInWhichTheyAsk() throws Throwable {
    MonitoredFiles files = start(List.of(), List.of());
    request(files, 1);
    request(files, 0);
    there.addAll(List.of("a", "b", "c"));
    list();
    list();

    assertThat(handedOut()).containsExactly("1:a", "0:b");
    request(files, 1);
    request(files, 1);
    assertThat(handedOut()).containsExactly("1:a", "0:b", "1:c");
  }

  @Test
  void aListingThatMissesAFileDoesNotMakeItNew() throws Throwable {
    MonitoredFiles files = start(List.of(), List.of());
    there.add("a");
    list();
    there.clear();
    now = MonitoredFiles.FORGET_AFTER.toNanos();
    list();
    there.add("a");
    list();

    assertThat(files.snapshotState(1).getSplits()).hasSize(1);
  }

  @Test
  void aDirectoryThatIsAwayForLongAndComesBackIsNotReadAgain() throws Throwable {
    MonitoredFiles files = start(List.of(), List.of());
    there.add("a");
    list();
    there.clear();
    now = 2 * MonitoredFiles.FORGET_AFTER.toNanos();
    list();
    there.add("a");
    list();

    assertThat(files.snapshotState(1).getSplits()).hasSize(1);
  }

  @Test
  void namesOfFilesThatAreGoneAreForgotten() throws Throwable {
    MonitoredFiles files = start(List.of(), List.of());
    there.addAll(List.of("a", "b"));
    list();
    there.remove("a");
    now = MonitoredFiles.FORGET_AFTER.toNanos() + 1;
    list();

    assertThat(files.snapshotState(1).getAlreadyProcessedPaths()).containsExactly(path("b"));
  }

  @Test
  void whatACheckpointHoldsIsNotReadAgain() throws Throwable {
    MonitoredFiles before = start(List.of(), List.of());
    there.addAll(List.of("a", "b"));
    list();
    request(before, 0);
    PendingSplitsCheckpoint<FileSourceSplit> checkpoint = before.snapshotState(1);
    there.add("c");
    MonitoredFiles files = start(checkpoint.getSplits(), checkpoint.getAlreadyProcessedPaths());
    context.runPeriodicCallable(1);
    for (int i = 0; i < 4; i++) {
      request(files, 0);
    }

    assertThat(handedOut()).containsExactly("0:a", "0:b", "0:c");
  }

  private MonitoredFiles start(Collection<FileSourceSplit> waiting, Collection<Path> known) {
    MonitoredFiles files =
        new MonitoredFiles(
            context,
            new Path[] {path("")},
            Duration.ofSeconds(1),
            (roots, splits) -> there.stream().map(MonitoredFilesTest::split).toList(),
            new EventTimeAssigner(waiting),
            known,
            () -> now);
    files.start();
    return files;
  }

  private void list() throws Throwable {
    context.runPeriodicCallable(0);
  }

  private void request(MonitoredFiles files, int subtask) {
    context.registerReader(new ReaderInfo(subtask, "here"));
    files.handleSplitRequest(subtask, "here");
  }

  private List<String> handedOut() {
    List<String> all = new ArrayList<>();
    context
        .getSplitsAssignmentSequence()
        .forEach(
            step ->
                step.assignment()
                    .forEach(
                        (reader, splits) ->
                            splits.forEach(
                                split -> all.add(reader + ":" + split.path().getName()))));
    return all;
  }

  private static FileSourceSplit split(String name) {
    return SplitTimes.waiting(new FileSourceSplit("x", path(name), 0, 1, 0, 1), 0);
  }

  private static Path path(String name) {
    return new Path("file:/input/" + name);
  }
}
