// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.AlertState;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.triage.TriagePolicy;
import io.caddis.operators.ModelVerdict.Decision;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetractingTriageFunctionTest {
  private static final ModelUpdate BAD = Models.update("all", 2000, 50);

  /** The operator and what has come out of it. */
  private static final class Run implements AutoCloseable {
    private final KeyedTwoInputStreamOperatorTestHarness<String, ScoredVector, ModelUpdate, Alert>
        harness;

    Run(@Nullable OperatorSubtaskState state) throws Exception {
      this(state, 1000);
    }

    Run(@Nullable OperatorSubtaskState state, long watchMillis) throws Exception {
      PromotionPlan watched =
          new PromotionPlan(1, 0.3, 1, watchMillis, 1, PromotionPlan.Challengers.NONE, 1, 0);
      harness =
          new KeyedTwoInputStreamOperatorTestHarness<>(
              new CoBroadcastWithKeyedOperator<>(
                  new RetractingTriageFunction(new TriagePolicy(2, 1000), watched),
                  List.of(RetractingTriageFunction.ROLLED_BACK)),
              ScoredVector::key,
              null,
              Types.STRING,
              128,
              1,
              0);
      harness.initializeState(state);
      harness.open();
    }

    Run scored(ScoredVector... vectors) throws Exception {
      for (ScoredVector vector : vectors) {
        harness.processElement1(new StreamRecord<>(vector, vector.timestamp()));
      }
      return this;
    }

    Run verdict(Decision decision, long from, long at) throws Exception {
      harness.processElement2(
          new StreamRecord<>(
              BAD.inForce("all", from, null).judged(new ModelVerdict(decision, "because", at))));
      return this;
    }

    Run until(long time) throws Exception {
      harness.processBothWatermarks(new Watermark(time - 1));
      return this;
    }

    List<Alert> alerts() {
      return harness.extractOutputValues();
    }

    List<String> said() {
      return alerts().stream().map(alert -> alert.state() + " " + alert.start()).toList();
    }

    @Override
    public void close() throws Exception {
      harness.close();
    }
  }

  private static ScoredVector byBad(String key, long time, double score) {
    return by(BAD.modelVersion(), key, time, score, null);
  }

  private static ScoredVector after(String key, long time, double score) {
    return by("good", key, time, score, BAD.modelVersion());
  }

  private static ScoredVector by(
      String version, String key, long time, double score, String rolledBack) {
    return new ScoredVector(
        key,
        "all",
        time,
        7,
        time,
        score,
        score,
        0.5,
        score >= 0.5,
        SeverityScale.DEFAULT.of(score),
        version,
        false,
        null,
        null,
        null,
        null,
        false,
        rolledBack,
        null);
  }

  @Test
  void eachAlertOfAModelThatIsRolledBackIsRetractedOnceClosedOrOpen() throws Exception {
    try (Run run = new Run(null)) {
      run.scored(by("good", "a", 1990, 0.6, null), by("good", "b", 1995, 0.6, null));
      run.scored(byBad("a", 2010, 0.1), byBad("a", 2020, 0.1), byBad("a", 2030, 0.9));
      run.scored(byBad("a", 2040, 0.1), byBad("a", 2050, 0.1), byBad("a", 2060, 0.9));
      run.scored(byBad("b", 2010, 0.95), byBad("c", 2070, 0.8), byBad("c", 2080, 0.95));
      run.verdict(Decision.ROLLED_BACK, 2000, 2250).until(2250);
      run.until(8000);

      List<Alert> retracted =
          run.alerts().stream().filter(a -> a.state() == AlertState.RETRACTED).toList();
      assertThat(retracted)
          .extracting(alert -> alert.key() + " " + alert.start() + " " + alert.sequence())
          .containsExactlyInAnyOrder("a 2030 2", "a 2060 1", "c 2070 2");
      assertThat(retracted).extracting(Alert::timestamp).containsOnly(2249L);
      assertThat(retracted)
          .extracting(Alert::reason)
          .containsOnly("model %s was rolled back: because".formatted(BAD.modelVersion()));
      Map<String, List<Integer>> sequences =
          run.alerts().stream()
              .collect(
                  Collectors.groupingBy(
                      Alert::id, Collectors.mapping(Alert::sequence, Collectors.toList())));
      assertThat(sequences.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
      assertThat(sequences.values())
          .allSatisfy(numbers -> assertThat(numbers).doesNotHaveDuplicates());
      // what the model before raised stays, and ends as ever
      assertThat(run.said()).contains("CLOSED 1990", "CLOSED 1995");
      assertThat(run.harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void aReadingOfTheModelThatIsBackOpensAnEpisodeOfItsOwnHoweverFarTheWatermarkIs()
      throws Exception {
    List<String> fine;
    try (Run run = new Run(null)) {
      run.scored(byBad("a", 2100, 0.9)).until(2101);
      run.verdict(Decision.ROLLED_BACK, 2000, 2250).until(2250);
      run.scored(after("a", 2260, 0.9)).until(5000);
      fine = run.said();
    }
    try (Run run = new Run(null)) {
      run.scored(byBad("a", 2100, 0.9), after("a", 2260, 0.9));
      run.verdict(Decision.ROLLED_BACK, 2000, 2250).until(5000);

      assertThat(run.said()).containsExactlyInAnyOrderElementsOf(fine);
      assertThat(fine)
          .containsExactly("OPENED 2100", "RETRACTED 2100", "OPENED 2260", "CLOSED 2260");
    }
  }

  @Test
  void aVerdictAndTheAlertsItIsAboutSurviveARestart() throws Exception {
    OperatorSubtaskState raised;
    OperatorSubtaskState judged;
    try (Run run = new Run(null)) {
      run.scored(byBad("a", 2100, 0.9)).until(2101);
      raised = run.harness.snapshot(1, 1);
    }
    try (Run run = new Run(raised)) {
      run.verdict(Decision.ROLLED_BACK, 2000, 2250);
      judged = run.harness.snapshot(2, 2);
    }
    try (Run run = new Run(judged)) {
      run.until(2250);
      assertThat(run.said()).containsExactly("RETRACTED 2100");
      raised = run.harness.snapshot(3, 3);
    }
    try (Run run = new Run(raised)) {
      run.verdict(Decision.ROLLED_BACK, 2000, 2250).until(9000);
      assertThat(run.said()).isEmpty();
    }
  }

  @Test
  void alertsOfBeforeARestartAreRetractedByTheWatchOfAfterItClosedOrOpen() throws Exception {
    OperatorSubtaskState raised;
    try (Run run = new Run(null, 1000)) {
      run.scored(byBad("a", 2030, 0.9), byBad("a", 2040, 0.1), byBad("a", 2050, 0.1));
      run.scored(byBad("b", 2030, 0.9));
      raised = run.harness.snapshot(1, 1);
    }
    try (Run run = new Run(raised, 1200)) {
      run.until(2260).verdict(Decision.ROLLED_BACK, 2000, 2400).until(2399);
      assertThat(run.said()).isEmpty();
      run.until(2400);
      assertThat(run.said()).containsExactly("RETRACTED 2030", "RETRACTED 2030");
      run.until(9000);
      assertThat(run.said()).hasSize(2);
      assertThat(run.harness.numKeyedStateEntries()).isZero();
      assertThat(run.harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void alertsOfAfterACommandThatWantsTheModelStay() throws Exception {
    try (Run run = new Run(null)) {
      run.scored(byBad("a", 2100, 0.9)).verdict(Decision.ROLLED_BACK, 2000, 2250).until(2250);
      run.verdict(Decision.REINSTATED, 2400, 2400).scored(byBad("a", 2410, 0.9)).until(9000);

      assertThat(run.said())
          .containsExactly("OPENED 2100", "RETRACTED 2100", "OPENED 2410", "CLOSED 2410");
    }
  }

  @Test
  void alertsOfWarmUpAndOfOtherModelsStayAndAllAreForgottenInTime() throws Exception {
    try (Run run = new Run(null)) {
      run.scored(by("warm-up", "a", 2100, 0.9, null), by("other", "b", 2100, 0.9, null));
      run.verdict(Decision.ROLLED_BACK, 2000, 2250).until(3101);
      assertThat(run.said())
          .containsExactlyInAnyOrder("OPENED 2100", "OPENED 2100", "CLOSED 2100", "CLOSED 2100");
      run.until(4000);
      assertThat(run.harness.numKeyedStateEntries()).isZero();
    }
  }
}
