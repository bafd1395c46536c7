// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.Ruling;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.Severity;
import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.warmup.WarmUp;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class ScoreFunctionTest {
  private static final long TTL = 1_000_000;

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, FeatureVector, ModelUpdate, ScoredVector>
      harness(boolean ordered) throws Exception {
    return harness(
        new ScorePlan(Models.SCHEMA, ordered, TTL, SeverityScale.DEFAULT, 0, false, false, 0));
  }

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, FeatureVector, ModelUpdate, ScoredVector>
      harness(ScorePlan plan) throws Exception {
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new CoBroadcastWithKeyedOperator<>(new ScoreFunction(plan), List.of(ScoreFunction.MODELS)),
        FeatureVector::key,
        null,
        Types.STRING,
        128,
        1,
        0);
  }

  private static void reading(
      KeyedTwoInputStreamOperatorTestHarness<String, FeatureVector, ModelUpdate, ScoredVector>
          harness,
      long timestamp,
      double value)
      throws Exception {
    harness.processElement1(
        new StreamRecord<>(Vectors.vector("s", "g", timestamp, value), timestamp));
  }

  private static void model(
      KeyedTwoInputStreamOperatorTestHarness<String, FeatureVector, ModelUpdate, ScoredVector>
          harness,
      ModelUpdate update)
      throws Exception {
    harness.processElement2(new StreamRecord<>(update, update.trainTo() - 1));
  }

  private static void watermark(
      KeyedTwoInputStreamOperatorTestHarness<String, FeatureVector, ModelUpdate, ScoredVector>
          harness,
      long watermark)
      throws Exception {
    harness.processWatermark1(new Watermark(watermark));
    harness.processWatermark2(new Watermark(watermark));
  }

  @Test
  void readingsBeforeAnyModelAreScoredByTheSensorsOwnHistory() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      for (int t = 0; t < 50; t++) {
        reading(harness, t, t % 5);
      }
      reading(harness, 50, 1000);

      assertThat(harness.extractOutputValues()).hasSize(51);
      assertThat(harness.extractOutputValues())
          .extracting(ScoredVector::modelVersion)
          .containsOnly(WarmUp.VERSION);
      assertThat(harness.extractOutputValues().get(50).anomaly()).isTrue();
      assertThat(harness.extractOutputValues().subList(0, 50)).noneMatch(ScoredVector::anomaly);
    }
  }

  @Test
  void aSensorsOwnThresholdHoldsTheRiskThatTheModelsDoesNot() throws Exception {
    int[] alarms = new int[2];
    for (double risk : new double[] {0, 0.001}) {
      try (var harness =
          harness(
              new ScorePlan(
                  Models.SCHEMA, false, TTL, SeverityScale.DEFAULT, risk, false, false, 0))) {
        harness.open();
        model(harness, Models.update("g", 0, 0));
        Random random = new Random(1);
        // three times as noisy as what the model was trained on
        for (int t = 1; t <= 5_000; t++) {
          reading(harness, t, 3 * random.nextGaussian());
        }
        reading(harness, 5_001, 40);
        List<ScoredVector> scores = harness.extractOutputValues();
        alarms[risk == 0 ? 0 : 1] =
            (int) scores.subList(1_000, 5_000).stream().filter(ScoredVector::anomaly).count();
        assertThat(scores.get(5_000).anomaly()).isTrue();
        assertThat(scores.get(100).threshold()).isEqualTo(0.5);
        assertThat(scores.get(5_000).threshold()).isGreaterThanOrEqualTo(0.5);
      }
    }
    assertThat(alarms[0]).isGreaterThan(1_000);
    assertThat(alarms[1]).isLessThan(12);
  }

  @Test
  void severitiesAreThoseOfThePlan() throws Exception {
    SeverityScale strict = new SeverityScale(0.1, 0.2, 0.3);
    try (var harness =
        harness(new ScorePlan(Models.SCHEMA, false, TTL, strict, 0, false, false, 0))) {
      harness.open();
      model(harness, Models.update("g", 0, 0));
      reading(harness, 1, 4);

      assertThat(harness.extractOutputValues().get(0).score()).isBetween(0.5, 0.9);
      assertThat(harness.extractOutputValues().get(0).severity()).isEqualTo(Severity.CRITICAL);
    }
  }

  @Test
  void theNewestModelThatEndedAtOrBeforeTheReadingScoresIt() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      ModelUpdate low = Models.update("g", 1000, 0);
      ModelUpdate high = Models.update("g", 2000, 100);
      model(harness, high);
      model(harness, low);
      reading(harness, 999, 0);
      reading(harness, 1000, 0);
      reading(harness, 1999, 0);
      reading(harness, 2000, 0);

      assertThat(harness.extractOutputValues())
          .extracting(ScoredVector::modelVersion)
          .containsExactly(
              WarmUp.VERSION, low.modelVersion(), low.modelVersion(), high.modelVersion());
      ScoredVector anomaly = harness.extractOutputValues().get(3);
      assertThat(anomaly.anomaly()).isTrue();
      assertThat(anomaly.lineage()).isEqualTo(high.lineage());
    }
  }

  @Test
  void anomaliesSayWhichFeatureMadeTheScoreByModelAndInWarmUp() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      for (int t = 0; t < 50; t++) {
        reading(harness, t, t % 5);
      }
      reading(harness, 50, 1000);
      model(harness, Models.update("g", 100, 0));
      reading(harness, 100, 50);

      for (int anomaly : new int[] {50, 51}) {
        ScoredVector scored = harness.extractOutputValues().get(anomaly);
        assertThat(scored.attribution().features()).containsExactly("x");
        assertThat(scored.attribution().contributions()).containsExactly(scored.score());
        assertThat(scored.attribution().expected()).isBetween(-1.0, 3.0);
      }
      assertThat(harness.extractOutputValues().get(0).attribution()).isNull();
    }
  }

  @Test
  void aModelThatAdoptedANewFeatureScoresItAndOthersIgnoreIt() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      model(harness, Models.update("g", 1000, 0));
      model(harness, Models.withHumidity("g", 2000));
      for (long time : new long[] {1000, 2000}) {
        FeatureVector vector =
            new FeatureVector(
                "s",
                "g",
                time,
                7,
                time,
                false,
                new double[] {0},
                new String[0],
                Map.of("humidity", 90.0, "other", 1.0),
                null);
        harness.processElement1(new StreamRecord<>(vector, time));
      }
      reading(harness, 2001, 0);

      List<ScoredVector> scored = harness.extractOutputValues();
      assertThat(scored.get(0).anomaly()).isFalse();
      assertThat(scored.get(0).ignored()).containsExactly("humidity", "other");
      assertThat(scored.get(1).anomaly()).isTrue();
      assertThat(scored.get(1).ignored()).containsExactly("other");
      assertThat(scored.get(1).attribution().features()).startsWith("humidity");
      assertThat(scored.get(2).anomaly()).isFalse();
      assertThat(scored.get(2).imputed()).containsExactly("humidity");
    }
  }

  @Test
  void aThresholdByCommandDecidesBeforeAndAfterThereIsAModel() throws Exception {
    Ruling low = new Ruling(0, "c-1", true);
    try (var harness = harness(false)) {
      harness.open();
      FeatureVector early = Vectors.vector("s", "g", 10, 0).under(low);
      harness.processElement1(new StreamRecord<>(early, 10));
      model(harness, Models.update("g", 100, 0));
      FeatureVector late = Vectors.vector("s", "g", 200, 0).under(low);
      harness.processElement1(new StreamRecord<>(late, 200));
      reading(harness, 201, 0);

      List<ScoredVector> scored = harness.extractOutputValues();
      for (ScoredVector byCommand : scored.subList(0, 2)) {
        assertThat(byCommand.threshold()).isZero();
        assertThat(byCommand.anomaly()).isTrue();
        assertThat(byCommand.muted()).isTrue();
        assertThat(byCommand.attribution()).isNotNull();
      }
      assertThat(scored.get(1).lineage().thresholdOrigin()).isEqualTo("command c-1");
      assertThat(scored.get(2).anomaly()).isFalse();
      assertThat(scored.get(2).muted()).isFalse();
    }
  }

  @Test
  void anomaliesThatMayRaiseAnAlertCarryWhatTheirScoreWasMadeOf() throws Exception {
    try (var harness =
        harness(
            new ScorePlan(Models.SCHEMA, false, TTL, SeverityScale.DEFAULT, 0, false, true, 0))) {
      harness.open();
      model(harness, Models.update("g", 100, 0));
      for (long time : new long[] {10, 200}) {
        for (boolean muted : new boolean[] {false, true}) {
          FeatureVector vector =
              Vectors.vector("s", "g", time, 0).under(new Ruling(0, "c-1", muted));
          harness.processElement1(new StreamRecord<>(vector, time));
        }
      }
      reading(harness, 201, 0);

      assertThat(harness.extractOutputValues())
          .extracting(scored -> scored.evidence() == null ? "none" : scored.evidence().scoredBy())
          .containsExactly(
              "warm-up", "none", Models.update("g", 100, 0).modelVersion(), "none", "none");
    }
  }

  @Test
  void aModelOfAnotherGroupDoesNotScore() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      model(harness, Models.update("other", 0, 0));
      reading(harness, 10, 0);

      assertThat(harness.extractOutputValues().get(0).modelVersion()).isEqualTo(WarmUp.VERSION);
    }
  }

  @Test
  void inOrderAReadingWaitsUntilItsModelCanNoLongerCome() throws Exception {
    try (var harness = harness(true)) {
      harness.open();
      reading(harness, 1000, 0);
      watermark(harness, 998);
      assertThat(harness.extractOutputValues()).isEmpty();
      ModelUpdate update = Models.update("g", 1000, 0);
      model(harness, update);
      watermark(harness, 999);

      assertThat(harness.extractOutputValues())
          .singleElement()
          .satisfies(scored -> assertThat(scored.modelVersion()).isEqualTo(update.modelVersion()));
    }
  }

  @Test
  void waitingReadingsAndModelsSurviveARestart() throws Exception {
    ModelUpdate update = Models.update("g", 1000, 0);
    OperatorSubtaskState snapshot;
    try (var harness = harness(true)) {
      harness.open();
      model(harness, update);
      reading(harness, 1500, 0);
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(true)) {
      harness.initializeState(snapshot);
      harness.open();
      watermark(harness, 2000);

      assertThat(harness.extractOutputValues())
          .singleElement()
          .satisfies(scored -> assertThat(scored.modelVersion()).isEqualTo(update.modelVersion()));
    }
  }

  @Test
  void rivalModelsOfOneIntervalEndTheSameInAnyOrder() throws Exception {
    ModelUpdate one = Models.update("g", 1000, 0);
    ModelUpdate two = Models.update("g", 1000, 100);
    assertThat(versionAfter(one, two, one)).isEqualTo(versionAfter(two, one));
  }

  private static String versionAfter(ModelUpdate... updates) throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      for (ModelUpdate update : updates) {
        model(harness, update);
      }
      reading(harness, 1000, 0);
      return harness.extractOutputValues().get(0).modelVersion();
    }
  }

  @Test
  void aCorruptModelIsRefusedAndTheOneBeforeItStaysInForce() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      ModelUpdate good = Models.update("g", 1000, 0);
      ModelUpdate bad = Models.update("g", 2000, 0);
      bad.bytes()[bad.bytes().length / 2] ^= 1;
      model(harness, good);
      model(harness, bad);
      reading(harness, 2500, 0);

      assertThat(harness.extractOutputValues().get(0).modelVersion())
          .isEqualTo(good.modelVersion());
    }
  }

  @Test
  void supersededModelsAreDroppedAndTheLastTwoKeptForLateReadings() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      for (int i = 1; i <= 10; i++) {
        model(harness, Models.update("g", i * 1000, i));
        watermark(harness, i * 1000 + 500);
      }
      var models =
          harness.getOperator().getOperatorStateBackend().getBroadcastState(ScoreFunction.MODELS);
      assertThat(models.entries()).hasSize(3);
      reading(harness, 9500, 9);
      assertThat(harness.extractOutputValues().get(0).modelVersion())
          .isEqualTo(Models.update("g", 9000, 9).modelVersion());
    }
  }

  @Test
  void modelsAreKeptForTheRetentionOfLateReadingsHoweverManyCameSince() throws Exception {
    try (var harness =
        harness(
            new ScorePlan(
                Models.SCHEMA, false, TTL, SeverityScale.DEFAULT, 0, false, false, 5000))) {
      harness.open();
      for (int i = 1; i <= 10; i++) {
        model(harness, Models.update("g", i * 1000, i));
        watermark(harness, i * 1000 + 500);
      }
      reading(harness, 5501, 5);
      assertThat(harness.extractOutputValues().get(0).modelVersion())
          .isEqualTo(Models.update("g", 5000, 5).modelVersion());
    }
  }

  @Test
  void anIdleSensorIsForgotten() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      reading(harness, 0, 1);
      assertThat(harness.numKeyedStateEntries()).isPositive();
      watermark(harness, 2 * TTL);

      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }
}
