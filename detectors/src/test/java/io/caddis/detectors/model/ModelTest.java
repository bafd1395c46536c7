// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.detector.Detector;
import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.IsolationForest;
import io.caddis.detectors.detector.SampleRows;
import io.caddis.detectors.detector.ZScore;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.detectors.threshold.ThresholdRule.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ModelTest {
  private static final ThresholdRule RULE = new ThresholdRule(Method.CONTAMINATION, 0.02);
  private static final List<Row> ROWS = SampleRows.mixed(400, 1);

  private static ModelTrainer trainer(ThresholdRule rule) {
    return new ModelTrainer(SampleRows.mixedSchema(), new IsolationForest(), Scaling.ROBUST, rule);
  }

  @Test
  void modelKnowsWhereItComesFrom() {
    Model model = trainer(RULE).fit(ROWS, 99);
    assertThat(model.detector()).isEqualTo("isolation_forest");
    assertThat(model.schema()).isEqualTo(SampleRows.mixedSchema());
    assertThat(model.seed()).isEqualTo(99);
    assertThat(model.rows()).isEqualTo(400);
    assertThat(model.thresholdRule()).hasToString("contamination 0.02");
    assertThat(model.used())
        .containsExactly(
            "country", "temperature", "state", "agent", "pressure", "endpoint", "door");
  }

  @Test
  void missingValuesAreImputedAndNamed() {
    Model model = trainer(RULE).fit(ROWS, 1);
    double[] numbers = {Double.NaN, 1013};
    String[] texts = {"DE", "open", null, "/a", "yes"};
    assertThat(model.imputed(numbers, texts)).containsExactly("temperature", "agent");
    assertThat(model.score(model.rawScore(numbers, texts))).isLessThan(0.5);
    assertThat(model.imputed(new double[] {20, 1013}, new String[] {"?", "?", "?", "?", "on"}))
        .isNull();
  }

  @Test
  void featuresThatTrainingRarelySawAreIgnoredAndNamed() {
    List<Row> rows =
        ROWS.stream()
            .map(row -> new Row(new double[] {Double.NaN, row.numbers()[1]}, row.texts()))
            .toList();
    Model model = trainer(RULE).fit(rows, 1);
    String[] texts = {"DE", "open", "curl", "/a", "yes"};

    assertThat(model.used()).doesNotContain("temperature");
    assertThat(model.ignored(new double[] {20, 1013}, texts)).containsExactly("temperature");
    assertThat(model.ignored(new double[] {Double.NaN, 1013}, texts)).isNull();
    assertThat(trainer(RULE).fit(ROWS, 1).ignored(new double[] {20, 1013}, texts)).isNull();
  }

  @Test
  void aThresholdChangesWithoutARefitAndScoresKeepTheirOrder() {
    Model model = trainer(RULE).fit(ROWS, 1);
    Model strict = model.withThreshold(0.7);
    double[] before = raws(model);
    assertThat(raws(strict)).containsExactly(before);
    assertThat(strict.threshold()).isEqualTo(0.5);
    assertThat(strict.score(model.scale().raw(0.7))).isEqualTo(0.5);
    assertThat(flagged(strict, before)).isLessThan(flagged(model, before));
    assertThat(flagged(model.withThreshold(0.3), before)).isGreaterThan(flagged(model, before));
    Model copy = ModelCodec.decode(ModelCodec.encode(strict));
    assertThat(copy.scale()).isEqualTo(strict.scale());
    assertThat(copy.thresholdRule()).isEqualTo(strict.thresholdRule());

    ThresholdRule tenth = new ThresholdRule(Method.CONTAMINATION, 0.1);
    Model learned = model.withThreshold(tenth, before);
    assertThat(learned.scale()).isEqualTo(trainer(tenth).fit(ROWS, 1).scale());
    assertThat(flagged(learned, before)).isEqualTo(40);
  }

  @Test
  void aRequestMayBringItsOwnThreshold() {
    Model model = trainer(RULE).fit(ROWS, 1);
    assertThat(model.isAnomaly(0.5)).isTrue();
    assertThat(model.isAnomaly(0.6, 0.7)).isFalse();
    assertThat(model.isAnomaly(0.4, 0.3)).isTrue();
    assertThatThrownBy(() -> model.isAnomaly(0.4, 1.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threshold must be 0 to 1, was 1.1");
  }

  private static double[] raws(Model model) {
    return ROWS.stream().mapToDouble(row -> model.rawScore(row.numbers(), row.texts())).toArray();
  }

  private static long flagged(Model model, double[] raws) {
    return Arrays.stream(raws).filter(raw -> model.isAnomaly(model.score(raw))).count();
  }

  @Test
  void fixedThresholdMovesTheThresholdButNotTheBoundary() {
    Model fixed = trainer(new ThresholdRule(Method.FIXED, 0.7)).fit(ROWS, 1);
    assertThat(fixed.threshold()).isEqualTo(0.7);
    assertThat(fixed.score(fixed.rawThreshold())).isEqualTo(0.5);
    assertThat(trainer(RULE).fit(ROWS, 1).threshold()).isEqualTo(0.5);
  }

  static List<String> detectors() {
    return Detectors.NAMES;
  }

  @ParameterizedTest
  @MethodSource("detectors")
  void flagRateNeverFallsAsContaminationRises(String name) {
    Detector detector = Detectors.byName(name, Map.of());
    double[][] rows = SampleRows.gaussian(500, 3, 1);
    double[][] fresh = SampleRows.gaussian(500, 3, 2);
    long previous = 0;
    for (double contamination : new double[] {0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5}) {
      Model model =
          new ModelTrainer(
                  SampleRows.numericSchema(3),
                  detector,
                  Scaling.ROBUST,
                  new ThresholdRule(Method.CONTAMINATION, contamination))
              .fit(SampleRows.numeric(rows), 1);
      long flagged =
          SampleRows.numeric(fresh).stream()
              .filter(row -> model.score(model.rawScore(row.numbers(), row.texts())) >= 0.5)
              .count();
      assertThat(flagged).isGreaterThanOrEqualTo(previous);
      previous = flagged;
    }
    assertThat(previous).isBetween(150L, 350L);
  }

  @Property(tries = 300)
  void everyRowOfTheSchemaHasAScore(
      @ForAll("anyNumbers") double[] numbers, @ForAll("anyTexts") String[] texts) {
    Model model =
        new ModelTrainer(SampleRows.mixedSchema(), new ZScore(), Scaling.NONE, RULE)
            .fit(ROWS.subList(0, 50), 1);
    double raw = model.rawScore(numbers, texts);
    assertThat(raw).isFinite();
    assertThat(model.score(raw)).isBetween(0.0, 1.0);
  }

  @Provide
  Arbitrary<double[]> anyNumbers() {
    return Arbitraries.oneOf(
            Arbitraries.doubles(),
            Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY, -Double.MAX_VALUE))
        .array(double[].class)
        .ofSize(2);
  }

  @Provide
  Arbitrary<String[]> anyTexts() {
    return Arbitraries.strings().ofMaxLength(9).injectNull(0.2).array(String[].class).ofSize(5);
  }

  @Test
  void tooFewRowsAreRefusedWithARemedy() {
    assertThatThrownBy(() -> trainer(RULE).fit(ROWS.subList(0, 1), 1))
        .isInstanceOf(UnusableSampleException.class)
        .hasMessage(
            "training rows must be at least 2, was 1: wait for more readings or widen the training"
                + " window");
  }

  @Test
  void rowsWithoutAnyValueAreRefusedWithARemedy() {
    List<Row> empty =
        Collections.nCopies(9, new Row(new double[] {Double.NaN, Double.NaN}, new String[5]));
    assertThatThrownBy(() -> trainer(RULE).fit(empty, 1))
        .isInstanceOf(UnusableSampleException.class)
        .hasMessageContaining("was true of none of 7: check the column names and types");
  }

  @Test
  void tooManyEncodedColumnsAreRefusedWithARemedy() {
    FeatureSchema schema =
        new FeatureSchema(
            IntStream.range(0, 65).mapToObj(i -> new Feature("t" + i, Encoding.ONEHOT)).toList());
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      rows.add(new Row(new double[0], Collections.nCopies(65, "c" + i).toArray(String[]::new)));
    }
    ModelTrainer trainer = new ModelTrainer(schema, new ZScore(), Scaling.NONE, RULE);
    assertThatThrownBy(() -> trainer.fit(rows, 1))
        .isInstanceOf(UnusableSampleException.class)
        .hasMessage(
            "encoded columns must be at most 4096, was 4160: use frequency instead of onehot");
  }

  @Test
  void schemasNoModelCanHoldAreRefused() {
    assertThatThrownBy(
            () -> new ModelTrainer(new FeatureSchema(List.of()), new ZScore(), Scaling.NONE, RULE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("features must be 1 to 4096, was 0");
    assertThatThrownBy(
            () ->
                new ModelTrainer(
                    new FeatureSchema(List.of(new Feature("\ud800", Encoding.NUMERIC))),
                    new ZScore(),
                    Scaling.NONE,
                    RULE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("feature name must be valid Unicode");
  }
}
