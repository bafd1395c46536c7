// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.ScoredVector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.sink.FileSinkCommittable;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.BasePathBucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SinksTest {
  @TempDir Path directory;

  @Test
  void aSinkRestoredWithAnotherDirectoryWritesThereFromTheFirstRow() throws Exception {
    OperatorSubtaskState state = written(sink("before"), "before");

    assertThat(filesAfter(state, sink("after"), "before")).hasSize(1);
    assertThat(files("after")).hasSize(2);
  }

  /** Before the folder was its bucket's id, the id was empty. */
  @Test
  void stateOfTheBasePathIsReadAndNotGoneOnWith() throws Exception {
    FileSink<ScoredVector> basePath =
        FileSink.forRowFormat(folder("before"), JsonLines.scores())
            .withBucketAssigner(new BasePathBucketAssigner<>())
            .withRollingPolicy(OnCheckpointRollingPolicy.build())
            .build();
    OperatorSubtaskState state = written(basePath, "before");

    assertThat(filesAfter(state, sink("after"), "before")).hasSize(1);
    assertThat(files("after")).hasSize(2);
  }

  @Test
  void aSinkRestoredWithItsDirectoryGoesOnThere() throws Exception {
    OperatorSubtaskState state = written(sink("same"), "same");

    assertThat(filesAfter(state, sink("same"), "same")).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "50%", "a:b", "a%20b", "ü"})
  void aDirectoryMayHaveAnyName(String name) throws Exception {
    written(sink(name), name);
    assertThat(files(name)).hasSize(1);
  }

  private org.apache.flink.core.fs.Path folder(String name) {
    return new org.apache.flink.core.fs.Path(
        new org.apache.flink.core.fs.Path(directory.resolve(name).toUri()), Sinks.SCORES);
  }

  private FileSink<ScoredVector> sink(String name) {
    return Sinks.sink(folder(name), JsonLines.scores());
  }

  /** The state of a checkpoint with one row, which waits to be committed. */
  private OperatorSubtaskState written(FileSink<ScoredVector> sink, String name) throws Exception {
    try (var harness = harness(sink)) {
      harness.open();
      harness.processElement(new StreamRecord<>(ScoredRows.row(0)));
      assertThat(files(name)).hasSize(1);
      harness.prepareSnapshotPreBarrier(1);
      return harness.snapshot(1, 1);
    }
  }

  /** What is in a directory after one row before the next checkpoint, and one after it. */
  private List<Path> filesAfter(
      OperatorSubtaskState state, FileSink<ScoredVector> sink, String name) throws Exception {
    try (var harness = harness(sink)) {
      harness.initializeState(state);
      harness.open();
      harness.processElement(new StreamRecord<>(ScoredRows.row(1)));
      harness.prepareSnapshotPreBarrier(2);
      harness.snapshot(2, 2);
      harness.processElement(new StreamRecord<>(ScoredRows.row(2)));
      harness.prepareSnapshotPreBarrier(3);
      return files(name);
    }
  }

  private static OneInputStreamOperatorTestHarness<ScoredVector, ?> harness(
      FileSink<ScoredVector> sink) throws Exception {
    OneInputStreamOperatorTestHarness<ScoredVector, CommittableMessage<FileSinkCommittable>>
        harness = new OneInputStreamOperatorTestHarness<>(new SinkWriterOperatorFactory<>(sink));
    harness.setup(
        CommittableMessageTypeInfo.of(sink::getCommittableSerializer)
            .createSerializer(new SerializerConfigImpl()));
    return harness;
  }

  private List<Path> files(String name) throws Exception {
    try (Stream<Path> files = Files.walk(directory.resolve(name).resolve(Sinks.SCORES))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
