// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Vectors.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.RejectionReason;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class OrderOperatorTest {

  private static KeyedOneInputStreamOperatorTestHarness<String, Reading, Reading> harness(
      boolean ordered, boolean deduplicate) throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new OrderOperator(ordered, deduplicate), Reading::key, Types.STRING, 128, 1, 0);
  }

  private static void send(
      KeyedOneInputStreamOperatorTestHarness<String, Reading, Reading> harness, Reading reading)
      throws Exception {
    harness.processElement(new StreamRecord<>(reading, reading.timestamp()));
  }

  private static List<Long> timestamps(
      KeyedOneInputStreamOperatorTestHarness<String, Reading, Reading> harness) {
    return harness.extractOutputValues().stream().map(Reading::timestamp).toList();
  }

  @Test
  void readingsLeaveInEventTimeOrderWhenTheWatermarkHasPassedThem() throws Exception {
    try (var harness = harness(true, false)) {
      harness.open();
      send(harness, reading("a", 5, 0, 1));
      send(harness, reading("b", 3, 1, 1));
      send(harness, reading("a", 9, 2, 1));
      send(harness, reading("a", 4, 3, 1));
      harness.processWatermark(5);

      assertThat(timestamps(harness)).containsExactly(3L, 4L, 5L);
      assertThat(harness.numKeyedStateEntries()).isEqualTo(1);

      harness.processWatermark(Watermark.MAX_WATERMARK);
      assertThat(timestamps(harness)).containsExactly(3L, 4L, 5L, 9L);
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void drainingSendsWatermarksThatNoReadingIsBehind() throws Exception {
    try (var harness = harness(true, false)) {
      harness.open();
      for (int i = 3000; i > 0; i--) {
        send(harness, reading("s" + i % 7, i, i, 1));
      }
      harness.processWatermark(Watermark.MAX_WATERMARK);

      long watermark = Long.MIN_VALUE;
      int watermarks = 0;
      for (Object event : harness.getOutput()) {
        if (event instanceof Watermark mark) {
          assertThat(mark.getTimestamp()).isGreaterThan(watermark);
          watermark = mark.getTimestamp();
          watermarks++;
        } else {
          assertThat(((StreamRecord<?>) event).getTimestamp()).isGreaterThan(watermark);
        }
      }
      assertThat(watermarks).isGreaterThan(5);
    }
  }

  @Test
  void drainingAQuietStreamReleasesWhatWaits() throws Exception {
    try (var harness = harness(true, false)) {
      harness.open();
      send(harness, reading("a", 5, 0, 1));
      harness.processWatermark(3);
      harness.processWatermarkStatus(WatermarkStatus.IDLE);
      harness.endInput();
      harness.getOperator().finish();

      assertThat(timestamps(harness)).containsExactly(5L);
      assertThat(harness.getOutput())
          .contains(Watermark.MAX_WATERMARK)
          .doesNotHaveAnyElementsOfTypes(WatermarkStatus.class);
    }
  }

  @Test
  void readingsOfOneTimeKeepTheOrderOfTheirSource() throws Exception {
    try (var harness = harness(true, false)) {
      harness.open();
      send(harness, reading("a", 5, 2, 20));
      send(harness, reading("a", 5, 0, 0));
      send(harness, reading("a", 5, 1, 10));
      harness.processWatermark(6);

      assertThat(harness.extractOutputValues())
          .extracting(Reading::position)
          .containsExactly(0L, 1L, 2L);
    }
  }

  @Test
  void aReadingBehindTheWatermarkPassesAtOnce() throws Exception {
    try (var harness = harness(true, false)) {
      harness.open();
      harness.processWatermark(10);
      send(harness, reading("a", 4, 0, 1));

      assertThat(timestamps(harness)).containsExactly(4L);
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void withoutOrderingReadingsPassAsTheyCome() throws Exception {
    try (var harness = harness(false, false)) {
      harness.open();
      send(harness, reading("a", 5, 0, 1));
      send(harness, reading("a", 3, 1, 1));

      assertThat(timestamps(harness)).containsExactly(5L, 3L);
    }
  }

  @Test
  void ofReadingsOfTheSameSensorAndTimeTheFirstIsKept() throws Exception {
    try (var harness = harness(true, true)) {
      harness.open();
      send(harness, reading("a", 5, 2, 1));
      send(harness, reading("a", 5, 0, 1));
      send(harness, reading("a", 5, 1, 2));
      send(harness, reading("a", 6, 4, 1));
      send(harness, reading("b", 5, 3, 1));
      harness.processWatermark(6);

      assertThat(harness.extractOutputValues())
          .extracting(Reading::position)
          .containsExactlyInAnyOrder(0L, 3L, 4L);
      assertThat(harness.getSideOutput(SideOutputs.DEAD_LETTERS))
          .allSatisfy(
              record -> assertThat(record.getValue().reason()).isEqualTo(RejectionReason.DUPLICATE))
          .extracting(record -> record.getValue().position())
          .containsExactly(1L, 2L);
    }
  }

  @Test
  void deduplicationWithoutOrderIsRefused() {
    assertThatThrownBy(() -> new OrderOperator(false, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ordered by event time");
  }

  @Test
  void waitingReadingsSurviveARestart() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(true, false)) {
      harness.open();
      send(harness, reading("a", 5, 0, 1));
      send(harness, reading("a", 3, 1, 1));
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(true, false)) {
      harness.initializeState(snapshot);
      harness.open();
      harness.processWatermark(10);

      List<Reading> released = new ArrayList<>(harness.extractOutputValues());
      assertThat(released).extracting(Reading::timestamp).containsExactly(3L, 5L);
    }
  }
}
