// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.QualityKind;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class TrainFunctionTest {
  private static final long TTL = 10_000;

  private static KeyedOneInputStreamOperatorTestHarness<String, TrainingSample, ModelUpdate>
      harness(boolean once, int minRows) throws Exception {
    return harness(once, minRows, false);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, TrainingSample, ModelUpdate>
      harness(boolean once, int minRows, boolean skipFlagged) throws Exception {
    return harness(once, minRows, skipFlagged, Models.PROMOTION);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, TrainingSample, ModelUpdate>
      harness(boolean once, int minRows, boolean skipFlagged, PromotionPlan promotion)
          throws Exception {
    return harness(plan(once, minRows, false, false, skipFlagged), Models.PLAN, promotion);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, TrainingSample, ModelUpdate>
      harness(boolean incremental, boolean adopt, DetectorPlan detector) throws Exception {
    return harness(plan(false, 10, incremental, adopt, false), detector, Models.PROMOTION);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, TrainingSample, ModelUpdate>
      harness(TrainingPlan plan, DetectorPlan detector, PromotionPlan promotion) throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(new TrainFunction(plan, detector, promotion, TTL)),
        TrainingSample::group,
        Types.STRING,
        128,
        1,
        0);
  }

  private static TrainingPlan plan(
      boolean once, int minRows, boolean incremental, boolean adopt, boolean skipFlagged) {
    return new TrainingPlan(
        TrainingPlan.Window.TIME,
        1000,
        1000,
        0,
        once,
        500,
        minRows,
        0.9,
        42,
        incremental,
        adopt,
        skipFlagged);
  }

  @Test
  void anIncrementalWindowUpdatesTheModelBeforeItAlsoAfterARestart() throws Exception {
    DetectorPlan trees =
        new DetectorPlan(
            Models.SCHEMA,
            "half_space_trees",
            Map.of("window_size", 50),
            Scaling.NONE,
            Models.PLAN.threshold());
    TrainingSample first = Models.sample("g", 0, 1000, 100);
    TrainingSample second = Models.sample("g", 1000, 2000, 120);
    OperatorSubtaskState snapshot;
    Model before;
    try (var harness = harness(true, false, trees)) {
      harness.open();
      send(harness, first);
      harness.processWatermark(999);
      before = ModelCodec.decode(harness.extractOutputValues().get(0).bytes());
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(true, false, trees)) {
      harness.initializeState(snapshot);
      harness.open();
      send(harness, second);
      harness.processWatermark(1999);

      List<Row> inTime =
          second.rows().stream()
              .sorted(Comparator.comparingLong(SampledRow::timestamp))
              .map(row -> new Row(row.numbers(), row.texts()))
              .toList();
      ModelUpdate update = harness.extractOutputValues().get(0);
      assertThat(update.bytes())
          .isEqualTo(ModelCodec.encode(trees.trainer().update(before, inTime, List.of())));
      assertThat(ModelCodec.decode(update.bytes()).rows()).isEqualTo(220);
    }
  }

  @Test
  void aNewFieldThatIsCommonBecomesAFeatureOfTheNextModel() throws Exception {
    List<SampledRow> rows = new ArrayList<>();
    for (SampledRow row : Models.sample("g", 0, 1000, 100).rows()) {
      Map<String, Double> extra =
          rows.size() < 20 ? Map.of("humidity", 40.0 + rows.size(), "rare", 1.0) : null;
      rows.add(
          new SampledRow(
              row.priority(),
              row.timestamp(),
              row.numbers(),
              row.texts(),
              rows.size() == 19 ? extra : extra == null ? null : Map.of("humidity", 41.0),
              null,
              null));
    }
    TrainingSample sample = new TrainingSample("g", 0, 1000, 100, rows);
    assertThat(features(sample, true)).containsExactly("x", "humidity");
    assertThat(features(sample, false)).containsExactly("x");
  }

  private static List<String> features(TrainingSample sample, boolean adopt) throws Exception {
    try (var harness = harness(false, adopt, Models.PLAN)) {
      harness.open();
      send(harness, sample);
      harness.processWatermark(999);
      return ModelCodec.decode(harness.extractOutputValues().get(0).bytes()).used();
    }
  }

  private static void send(
      KeyedOneInputStreamOperatorTestHarness<String, TrainingSample, ModelUpdate> harness,
      TrainingSample sample)
      throws Exception {
    harness.processElement(new StreamRecord<>(sample, sample.to() - 1));
  }

  @Test
  void theModelComesWhenTheWatermarkSaysThatTheWindowIsComplete() throws Exception {
    try (var harness = harness(false, 10)) {
      harness.open();
      send(harness, Models.sample("g", 0, 1000, 100));
      harness.processWatermark(998);
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.processWatermark(999);

      ModelUpdate update = harness.extractOutputValues().get(0);
      assertThat(update.trainTo()).isEqualTo(1000);
      assertThat(update.rowsSeen()).isEqualTo(100);
      assertThat(update.sha256()).isEqualTo(ModelCodec.sha256(update.bytes()));
      assertThat(update.modelVersion())
          .isEqualTo("19700101T000001.000Z-" + update.sha256().substring(0, 8));
      Model model = ModelCodec.decode(update.bytes());
      assertThat(model.detector()).isEqualTo("zscore");
      // only the sample's profile, its end and its deadline, and those not for ever
      assertThat(harness.numKeyedStateEntries()).isEqualTo(3);
      harness.processWatermark(1000 + 2 * TTL);
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void partsMergeToTheSameModelInAnyOrder() throws Exception {
    TrainingSample whole = Models.sample("g", 0, 1000, 300);
    List<TrainingSample> parts = new ArrayList<>();
    for (int p = 0; p < 3; p++) {
      parts.add(
          new TrainingSample("g", 0, 1000, 100, whole.rows().subList(p * 100, p * 100 + 100)));
    }
    String expected = checksum(List.of(whole));
    assertThat(checksum(parts)).isEqualTo(expected);
    Collections.reverse(parts);
    assertThat(checksum(parts)).isEqualTo(expected);
  }

  private static String checksum(List<TrainingSample> parts) throws Exception {
    try (var harness = harness(false, 10)) {
      harness.open();
      for (TrainingSample part : parts) {
        send(harness, part);
      }
      harness.processWatermark(999);
      return harness.extractOutputValues().get(0).sha256();
    }
  }

  @Test
  void aSampleThatIsTooSmallGivesNoModelAndLeavesNothingBehind() throws Exception {
    try (var harness = harness(false, 50)) {
      harness.open();
      send(harness, Models.sample("g", 0, 1000, 49));
      harness.processWatermark(999);

      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void aModelSaysHowItsSampleHasDriftedFromTheOneBefore() throws Exception {
    try (var harness = harness(false, 10)) {
      harness.open();
      send(harness, Models.sample("g", 0, 1000, 100));
      harness.processWatermark(999);
      send(harness, Models.sample("g", 1000, 2000, 100));
      harness.processWatermark(1999);
      TrainingSample moved = shifted(Models.sample("g", 2000, 3000, 100), 3);
      send(harness, moved);
      harness.processWatermark(2999);

      List<ModelUpdate> updates = harness.extractOutputValues();
      assertThat(updates).extracting(ModelUpdate::issues).containsOnlyNulls();
      assertThat(updates.get(0).drift()).isNull();
      assertThat(updates.get(1).drift()).isNull();
      assertThat(updates.get(2).drift()[0]).matches("x: mean rose by \\d+ % .*");
      assertThat(harness.getSideOutput(SideOutputs.QUALITY))
          .singleElement()
          .extracting(StreamRecord::getValue)
          .satisfies(
              issue -> {
                assertThat(issue.kind()).isEqualTo(QualityKind.DRIFT);
                assertThat(issue.key()).isEqualTo("g");
                assertThat(issue.from()).isEqualTo(2000);
                assertThat(issue.to()).isEqualTo(3000);
              });
    }
  }

  private static TrainingSample shifted(TrainingSample sample, double by) {
    List<SampledRow> rows = new ArrayList<>();
    for (SampledRow row : sample.rows()) {
      rows.add(SampledRow.of(Vectors.vector("s", "g", row.timestamp(), row.numbers()[0] + by), 42));
    }
    return new TrainingSample("g", sample.from(), sample.to(), sample.seen(), rows);
  }

  @Test
  void aSampleInWhichNothingVariesGivesNoModel() throws Exception {
    try (var harness = harness(false, 10)) {
      harness.open();
      List<SampledRow> rows = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        rows.add(SampledRow.of(Vectors.vector("s", "g", i, 5), 42));
      }
      send(harness, new TrainingSample("g", 0, 1000, 100, rows));
      harness.processWatermark(999);

      assertThat(harness.extractOutputValues()).isEmpty();
    }
  }

  @Test
  void onceMeansOneModelAGroup() throws Exception {
    try (var harness = harness(true, 10)) {
      harness.open();
      send(harness, Models.sample("g", 0, 1000, 100));
      send(harness, Models.sample("h", 0, 1000, 100));
      harness.processWatermark(999);
      send(harness, Models.sample("g", 1000, 2000, 100));
      harness.processWatermark(1999);

      assertThat(harness.extractOutputValues())
          .extracting(ModelUpdate::group)
          .containsExactlyInAnyOrder("g", "h");
    }
  }

  @Test
  void aRestartBetweenSampleAndModelGivesTheSameModel() throws Exception {
    TrainingSample sample = Models.sample("g", 0, 1000, 100);
    OperatorSubtaskState snapshot;
    try (var harness = harness(false, 10)) {
      harness.open();
      send(harness, sample);
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(false, 10)) {
      harness.initializeState(snapshot);
      harness.open();
      harness.processWatermark(999);

      assertThat(harness.extractOutputValues().get(0).sha256())
          .isEqualTo(checksum(List.of(sample)));
    }
  }

  @Test
  void whatTheModelBeforeFlagsDoesNotTrainTheNextOneButCountsForItsBoundary() throws Exception {
    List<SampledRow> usual = Models.sample("g", 1000, 2000, 100).rows();
    List<SampledRow> rows = new ArrayList<>(usual);
    for (int i = 0; i < 10; i++) {
      rows.add(SampledRow.of(Vectors.vector("s", "g", 1900 + i, 50), 42));
    }
    try (var harness = harness(false, 10, true)) {
      harness.open();
      send(harness, Models.sample("g", 0, 1000, 100));
      send(harness, new TrainingSample("g", 1000, 2000, 110, rows));
      harness.processWatermark(1999);

      Model first = ModelCodec.decode(harness.extractOutputValues().get(0).bytes());
      ModelUpdate second = harness.extractOutputValues().get(1);
      FlaggedRows split = FlaggedRows.by(PromotionPlan.flags(first, rows), rows);
      assertThat(split.flagged()).hasSizeBetween(10, 13);
      assertThat(split.kept()).isSubsetOf(usual);
      assertThat(second.rowsSampled()).isEqualTo(split.kept().size());
      assertThat(second.issues()).isNull();
      Model learned = ModelCodec.decode(second.bytes());
      assertThat(learned.rawScore(new double[] {50}, new String[0]))
          .isGreaterThan(first.rawScore(new double[] {50}, new String[0]) / 2);
      // one in a hundred may be flagged, and ten of 110 are as far off as this
      assertThat(learned.rawThreshold()).isGreaterThan(5 * first.rawThreshold());
    }
  }

  @Test
  void whenTooMuchIsFlaggedTheProcessHasChangedAndAllOfItTrains() throws Exception {
    List<SampledRow> changed = new ArrayList<>();
    for (SampledRow row : Models.sample("g", 1000, 2000, 100).rows()) {
      changed.add(
          SampledRow.of(Vectors.vector("s", "g", row.timestamp(), row.numbers()[0] + 50), 42));
    }
    try (var harness = harness(false, 10, true)) {
      harness.open();
      send(harness, Models.sample("g", 0, 1000, 100));
      send(harness, new TrainingSample("g", 1000, 2000, 100, changed));
      harness.processWatermark(1999);

      ModelUpdate second = harness.extractOutputValues().get(1);
      assertThat(second.rowsSampled()).isEqualTo(100);
      assertThat(second.issues())
          .contains("100 of 100 rows are flagged by the model before, so all of them train");
    }
  }

  @Test
  void aModelThatIsRefusedIsRecordedAndThereIsNothingElseOfIt() throws Exception {
    List<SampledRow> faulty = new ArrayList<>();
    for (SampledRow row : Models.sample("g", 1000, 2000, 100).rows()) {
      double value = row.timestamp() < 1040 ? 50 : row.numbers()[0];
      faulty.add(SampledRow.of(Vectors.vector("s", "g", row.timestamp(), value), 42));
    }
    TrainingSample last = Models.sample("g", 2000, 3000, 100);
    List<ModelUpdate> models;
    try (var harness =
        harness(
            false,
            10,
            true,
            new PromotionPlan(1, 1, 0.3, 0, 1, PromotionPlan.Challengers.NONE, 1, 0))) {
      harness.open();
      send(harness, Models.sample("g", 0, 1000, 100));
      send(harness, new TrainingSample("g", 1000, 2000, 100, faulty));
      send(harness, last);
      harness.processWatermark(2999);

      models = harness.extractOutputValues();
      assertThat(models).extracting(ModelUpdate::trainTo).containsExactly(1000L, 3000L);
      assertThat(models).extracting(ModelUpdate::verdict).containsOnlyNulls();
      assertThat(harness.getSideOutput(SideOutputs.MODEL_VERDICTS))
          .singleElement()
          .extracting(StreamRecord::getValue)
          .satisfies(
              refused -> {
                assertThat(refused.trainTo()).isEqualTo(2000);
                assertThat(refused.verdict().decision()).isEqualTo(ModelVerdict.Decision.REFUSED);
                assertThat(refused.verdict().at()).isEqualTo(2000);
                assertThat(refused.verdict().reason())
                    .contains(
                        "it flags 0.00 of its training readings, the model before 0.41 of them");
              });
    }
    try (var harness = harness(false, 10, true)) {
      harness.open();
      send(harness, Models.sample("g", 0, 1000, 100));
      send(harness, last);
      harness.processWatermark(2999);

      assertThat(harness.extractOutputValues())
          .extracting(ModelUpdate::sha256)
          .containsExactly(models.get(0).sha256(), models.get(1).sha256());
    }
  }
}
