// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;

class EventTimeAssignerTest {
  @Test
  void handsOutFilesByEventTimeThenPathUnderTheCeilingOfThoseThatWait() {
    EventTimeAssigner assigner =
        new EventTimeAssigner(
            List.of(split("/d/b", 20), split("/d/c", 10), split("/d/a", 20), split("/d/e", 90)));
    assertThat(assigner.getNext(null).map(FileSourceSplit::splitId)).hasValue("10@20@/d/c");
    assertThat(assigner.getNext(null).map(FileSourceSplit::splitId)).hasValue("20@20@/d/a");
    assertThat(assigner.getNext(null).map(FileSourceSplit::splitId)).hasValue("20@90@/d/b");
    assertThat(assigner.getNext(null).map(FileSourceSplit::splitId))
        .hasValue("90@9223372036854775807@/d/e");
    assertThat(assigner.getNext(null)).isEmpty();
  }

  @Test
  void aSplitThatComesBackHoldsTheOthersAgainAndKeepsItsPosition() {
    EventTimeAssigner assigner =
        new EventTimeAssigner(List.of(split("/d/a", 10), split("/d/b", 20)));
    FileSourceSplit started =
        assigner
            .getNext(null)
            .orElseThrow()
            .updateWithCheckpointedPosition(new CheckpointedPosition(77, 5));
    assigner.addSplits(List.of(started, split("/d/c", 30)));
    FileSourceSplit again = assigner.getNext(null).orElseThrow();
    assertThat(again.splitId()).isEqualTo("10@20@/d/a");
    assertThat(again.getReaderPosition()).hasValue(new CheckpointedPosition(77, 5));
  }

  @Test
  void whatRemainsCanBeHandedOutAfterARestore() {
    EventTimeAssigner assigner =
        new EventTimeAssigner(List.of(split("/d/a@1", 10), split("/d/b", 20), split("/d/c", 30)));
    assigner.getNext(null);
    EventTimeAssigner restored = new EventTimeAssigner(assigner.remainingSplits());
    assertThat(restored.getNext(null).map(FileSourceSplit::splitId)).hasValue("20@30@/d/b");
    assertThat(assigner.remainingSplits()).hasSize(2);
  }

  private static FileSourceSplit split(String path, long first) {
    return SplitTimes.waiting(new FileSourceSplit("x", new Path(path), 0, 1, 0, 1), first);
  }
}
