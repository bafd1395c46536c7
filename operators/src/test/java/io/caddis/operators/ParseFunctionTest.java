// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class ParseFunctionTest {
  private static final long NOW = 1_000_000;

  private static OneInputStreamOperatorTestHarness<Parsed, Reading> harness(long maxFutureMillis)
      throws Exception {
    var harness =
        new OneInputStreamOperatorTestHarness<>(
            new ProcessOperator<>(new ParseFunction(maxFutureMillis)));
    harness.open();
    harness.setProcessingTime(NOW);
    return harness;
  }

  private static Rejection badCell() {
    return new Rejection(
        RejectionReason.NOT_A_NUMBER, "x", "f", 1, 1, 1, new byte[] {1}, "x", true);
  }

  private static long count(OneInputStreamOperatorTestHarness<Parsed, Reading> harness, String name)
      throws Exception {
    return (Long) harness.getOperator().getRuntimeContext().getAccumulator(name).getLocalValue();
  }

  @Test
  void readingsAndDeadLettersPartAndAreCounted() throws Exception {
    try (var harness = harness(ParseFunction.ANY_FUTURE)) {
      Reading reading = Vectors.reading("a", 5, 0, 1);
      harness.processElement(new StreamRecord<>(Parsed.valid(reading)));
      harness.processElement(new StreamRecord<>(Parsed.rejected(badCell())));
      harness.processElement(new StreamRecord<>(new Parsed(reading, badCell(), Long.MAX_VALUE)));

      assertThat(harness.extractOutputValues()).hasSize(2);
      assertThat(harness.getSideOutput(SideOutputs.DEAD_LETTERS)).hasSize(2);
      assertThat(count(harness, OperatorMetrics.READINGS)).isEqualTo(3);
      assertThat(count(harness, OperatorMetrics.DEAD_LETTERS)).isEqualTo(2);
    }
  }

  @Test
  void aReadingTooFarAheadOfTheClockIsADeadLetter() throws Exception {
    try (var harness = harness(300)) {
      harness.processElement(
          new StreamRecord<>(Parsed.valid(Vectors.reading("a", NOW + 300, 0, 1))));
      harness.processElement(
          new StreamRecord<>(Parsed.valid(Vectors.reading("a", NOW + 301, 1, 1))));

      assertThat(harness.extractOutputValues())
          .extracting(Reading::timestamp)
          .containsExactly(NOW + 300);
      assertThat(harness.getSideOutput(SideOutputs.DEAD_LETTERS))
          .singleElement()
          .satisfies(
              record -> {
                assertThat(record.getValue().reason())
                    .isEqualTo(RejectionReason.TIMESTAMP_OUT_OF_RANGE);
                assertThat(record.getValue().position()).isEqualTo(1);
              });
    }
  }

  @Test
  void withoutALimitAnyTimeIsTaken() throws Exception {
    try (var harness = harness(ParseFunction.ANY_FUTURE)) {
      harness.processElement(
          new StreamRecord<>(Parsed.valid(Vectors.reading("a", Long.MAX_VALUE, 0, 1))));

      assertThat(harness.extractOutputValues()).hasSize(1);
    }
  }
}
