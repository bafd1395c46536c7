// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Vectors.scored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.AlertState;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.triage.TriagePolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class CorrectingTriageFunctionTest {
  private static final TriagePolicy POLICY = new TriagePolicy(2, 100);
  private static final long RETENTION = 1000;

  /** The operator, what has come out of it, also before restarts. */
  private static final class Run implements AutoCloseable {
    private KeyedProcessFunction<String, ScoredVector, Alert> function;
    private final List<Alert> alerts = new ArrayList<>();
    private KeyedOneInputStreamOperatorTestHarness<String, ScoredVector, Alert> harness;
    private long watermark = Long.MIN_VALUE;

    Run(KeyedProcessFunction<String, ScoredVector, Alert> function) throws Exception {
      this.function = function;
      start(null);
    }

    static Run correcting() throws Exception {
      return new Run(new CorrectingTriageFunction(POLICY, RETENTION));
    }

    private void start(OperatorSubtaskState state) throws Exception {
      harness =
          new KeyedOneInputStreamOperatorTestHarness<>(
              new KeyedProcessOperator<>(function), ScoredVector::key, Types.STRING, 128, 1, 0);
      if (state != null) {
        harness.initializeState(state);
      }
      harness.open();
    }

    /** Sends anomalies at times above zero, and normal readings at the others' negatives. */
    Run readings(long... times) throws Exception {
      for (long time : times) {
        send(reading(Math.abs(time), time > 0 ? 0.6 : 0.1));
      }
      return this;
    }

    Run send(ScoredVector... vectors) throws Exception {
      for (ScoredVector v : vectors) {
        harness.processElement(
            new StreamRecord<>(v.timestamp() <= watermark ? late(v) : v, v.timestamp()));
      }
      return this;
    }

    Run until(long time) throws Exception {
      if (time > watermark) {
        watermark = time;
        harness.processWatermark(time);
      }
      return this;
    }

    /** As after a failure: the watermark is known again when the next one comes. */
    Run restart() throws Exception {
      OperatorSubtaskState state = harness.snapshot(1, 1);
      close();
      start(state);
      return this;
    }

    /** With another retention than before. */
    Run restart(long retention) throws Exception {
      function = new CorrectingTriageFunction(POLICY, retention);
      return restart();
    }

    List<Alert> alerts() {
      return harness == null ? alerts : joined();
    }

    private List<Alert> joined() {
      List<Alert> all = new ArrayList<>(alerts);
      all.addAll(harness.extractOutputValues());
      return all;
    }

    List<String> said() {
      return alerts().stream()
          .map(a -> "%s %d-%d %d".formatted(a.state(), a.start(), a.end(), a.anomalies()))
          .toList();
    }

    int entries() {
      return harness.numKeyedStateEntries();
    }

    @Override
    public void close() throws Exception {
      alerts.addAll(harness.extractOutputValues());
      harness.close();
    }
  }

  private static ScoredVector reading(long time, double score) {
    return scored("a", time, score);
  }

  private static ScoredVector late(ScoredVector v) {
    return scored("a", v.timestamp(), v.position(), v.score(), true);
  }

  @Test
  void whatWasKeptBeforeARestartIsForgottenByTheRetentionOfAfterIt() throws Exception {
    try (Run run = Run.correcting().readings(-10, 500, -600, -650)) {
      run.restart(5 * RETENTION).until(2000);
      assertThat(run.entries()).isPositive();
      run.until(100_000);

      assertThat(run.said()).containsExactly("OPENED 500-500 1", "CLOSED 500-500 1");
      assertThat(run.entries()).isZero();
      assertThat(run.harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void whatIsForgottenStaysSoWhenTheRetentionIsLongerAfterARestart() throws Exception {
    try (Run run = Run.correcting().readings(10, -20, -30, -1500).until(1400)) {
      run.restart(5 * RETENTION).until(3000);
      run.send(reading(15, 0.9)).until(100_000);

      assertThat(run.said()).containsExactly("OPENED 10-10 1", "CLOSED 10-10 1");
      assertThat(run.entries()).isZero();
    }
  }

  @Test
  void aLateAnomalyInAnAlertThatIsOverAmendsIt() throws Exception {
    try (Run run = Run.correcting().readings(10, 30, -40, -50).until(60)) {
      run.send(reading(20, 0.95)).until(5000);

      assertThat(run.said()).containsExactly("OPENED 10-10 1", "CLOSED 10-30 2", "AMENDED 10-30 3");
      Alert amended = run.alerts().get(2);
      assertThat(amended.id()).isEqualTo(run.alerts().get(0).id());
      assertThat(amended.sequence()).isEqualTo(2);
      assertThat(amended.peakTimestamp()).isEqualTo(20);
      assertThat(amended.raisedLate()).isFalse();
      assertThat(run.entries()).isZero();
    }
  }

  @Test
  void aLateAnomalyOnItsOwnIsRaisedLateAndOver() throws Exception {
    try (Run run = Run.correcting().readings(-10, -20, -40, -50).until(60).readings(30)) {
      assertThat(run.said()).containsExactly("OPENED 30-30 1", "CLOSED 30-30 1");
      assertThat(run.alerts()).allMatch(Alert::raisedLate);
    }
  }

  @Test
  void aLateAnomalyBetweenTwoAlertsJoinsThemAndTheSecondIsRetracted() throws Exception {
    try (Run run = Run.correcting().readings(10, -20, -40, 50, -60, -70).until(80).readings(30)) {
      assertThat(run.said())
          .containsExactly(
              "OPENED 10-10 1",
              "CLOSED 10-10 1",
              "OPENED 50-50 1",
              "CLOSED 50-50 1",
              "AMENDED 10-50 3",
              "RETRACTED 50-50 1");
      assertThat(run.alerts().get(5).reason()).isNotNull();
    }
  }

  @Test
  void lateNormalReadingsThatEndAnAlertEarlierSplitIt() throws Exception {
    try (Run run = Run.correcting().readings(10, -20, 40).until(50).readings(-30)) {
      run.until(5000);

      assertThat(run.said())
          .containsExactly("OPENED 10-10 1", "CLOSED 10-10 1", "OPENED 40-40 1", "CLOSED 40-40 1");
      assertThat(run.alerts())
          .extracting(Alert::raisedLate)
          .containsExactly(false, false, true, true);
    }
  }

  @Test
  void anAlertThatShouldNotBeOverYetIsOpenAgainAndItsSecondEndIsAnAmendment() throws Exception {
    try (Run run = Run.correcting().readings(10, -20, -40).until(45).readings(30)) {
      run.readings(50).until(5000);

      assertThat(run.said())
          .containsExactly(
              "OPENED 10-10 1", "CLOSED 10-10 1", "UPDATED 10-30 2", "AMENDED 10-50 3");
      assertThat(run.alerts()).extracting(Alert::sequence).containsExactly(0, 1, 2, 3);
    }
  }

  @Test
  void aReadingBehindTheRetentionRaisesNothing() throws Exception {
    try (Run run = Run.correcting().readings(-10).until(1500).readings(500)) {
      assertThat(run.alerts()).isEmpty();
      run.readings(501);
      assertThat(run.said()).startsWith("OPENED 501-501 1");
    }
  }

  @Test
  void aReadingOlderThanWhatIsForgottenRaisesNothingAlsoBeforeTheFirstWatermark() throws Exception {
    try (Run run = Run.correcting().readings(-10, -900).until(1400).restart()) {
      run.readings(20).until(5000);

      assertThat(run.alerts()).isEmpty();
    }
  }

  @Test
  void anAlertThatTimeEndedStaysOverAfterARestart() throws Exception {
    try (Run run = Run.correcting().readings(10).until(120).restart()) {
      run.readings(-5, 50).until(5000);

      assertThat(run.said())
          .containsExactly(
              "OPENED 10-10 1", "CLOSED 10-10 1", "UPDATED 10-50 2", "AMENDED 10-50 2");
    }
  }

  @Test
  void anEpisodeOfAJobWithoutRetentionGoesOn() throws Exception {
    OperatorSubtaskState state;
    String id;
    try (Run before = new Run(new TriageFunction(POLICY)).readings(10, 20)) {
      id = before.alerts().get(0).id();
      state = before.harness.snapshot(1, 1);
    }
    try (Run run = Run.correcting()) {
      run.close();
      run.start(state);
      run.readings(40, 30).until(5000);

      assertThat(run.said()).containsExactly("CLOSED 10-40 4");
      assertThat(run.alerts().get(0).id()).isEqualTo(id);
    }
  }

  @Test
  void readingsInAnyOrderWithinTheRetentionEndInTheAlertsOfThoseInOrder() throws Exception {
    Map<AlertState, Integer> told = new EnumMap<>(AlertState.class);
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<ScoredVector> readings = readings(random);
      List<List<Object>> expected;
      try (Run inOrder = new Run(new TriageFunction(POLICY))) {
        for (ScoredVector reading : readings) {
          inOrder.send(reading).until(reading.timestamp() - 1);
        }
        expected = outcome(inOrder.until(1_000_000).alerts());
      }
      try (Run run = Run.correcting()) {
        shuffled(readings, random, run);
        run.until(1_000_000);

        assertThat(outcome(run.alerts())).as("seed %d", seed).isEqualTo(expected);
        assertThat(run.entries()).as("seed %d", seed).isZero();
        run.alerts().forEach(alert -> told.merge(alert.state(), 1, Integer::sum));
      }
    }
    assertThat(told).containsOnlyKeys(AlertState.values());
  }

  private static List<ScoredVector> readings(Random random) {
    List<ScoredVector> readings = new ArrayList<>();
    long time = 1000;
    for (int i = 0; i < 120; i++) {
      time += random.nextInt(10) == 0 ? random.nextInt(400) : random.nextInt(30);
      double score = random.nextInt(3) == 0 ? 0.5 + random.nextInt(50) / 100.0 : 0.1;
      readings.add(scored("a", time, i, score, false));
    }
    return readings;
  }

  /** Sends every reading at most the retention behind the watermark, and restarts now and then. */
  private static void shuffled(List<ScoredVector> readings, Random random, Run run)
      throws Exception {
    Map<ScoredVector, Long> arrival = new LinkedHashMap<>();
    for (ScoredVector reading : readings) {
      long delay = random.nextInt(4) == 0 ? random.nextLong(RETENTION) : 0;
      arrival.put(reading, reading.timestamp() + delay);
    }
    List<ScoredVector> arriving = new ArrayList<>(readings);
    arriving.sort(Comparator.comparingLong(arrival::get));
    for (ScoredVector reading : arriving) {
      run.until(arrival.get(reading) - random.nextInt(2)).send(reading);
      if (random.nextInt(40) == 0) {
        run.restart();
      }
    }
  }

  /** What the last messages say, after a look at the order of all. */
  private static List<List<Object>> outcome(List<Alert> messages) {
    Map<String, List<Alert>> byId = new LinkedHashMap<>();
    messages.forEach(m -> byId.computeIfAbsent(m.id(), id -> new ArrayList<>()).add(m));
    List<List<Object>> outcome = new ArrayList<>();
    for (List<Alert> alert : byId.values()) {
      assertThat(alert)
          .extracting(Alert::sequence)
          .containsExactlyElementsOf(IntStream.range(0, alert.size()).boxed().toList());
      Alert last = alert.get(alert.size() - 1);
      long ends = alert.stream().filter(m -> m.state() == AlertState.CLOSED).count();
      long retractions = alert.stream().filter(m -> m.state() == AlertState.RETRACTED).count();
      if (last.state() == AlertState.RETRACTED) {
        assertThat(ends).isLessThan(2);
        assertThat(retractions).isOne();
      } else {
        assertThat(last.state()).isIn(AlertState.CLOSED, AlertState.AMENDED);
        assertThat(ends).isOne();
        assertThat(retractions).isZero();
        outcome.add(
            List.of(
                last.start(),
                last.end(),
                last.anomalies(),
                last.peakPosition(),
                last.peakScore(),
                last.severity()));
      }
    }
    outcome.sort(Comparator.comparingLong(row -> (Long) row.get(0)));
    return outcome;
  }

  @Test
  void aRetentionOfNothingIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CorrectingTriageFunction(POLICY, 0))
        .withMessage("retention must be at least 1, was 0");
  }
}
