// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.detectors.threshold.ThresholdRule.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every detector promises, alone and inside a model. */
abstract class DetectorContractTest {
  private static final ThresholdRule RULE = new ThresholdRule(Method.CONTAMINATION, 0.05);
  private static final int FEATURES = 5;

  private final double[][] sample = SampleRows.gaussian(1_000, FEATURES, 1);

  abstract Detector detector();

  /** Checksum of the model of {@link #sample} with seed 42, as first computed. */
  abstract String knownChecksum();

  private Model model(double[][] rows) {
    return model(rows, 42);
  }

  private Model model(double[][] rows, long seed) {
    return new ModelTrainer(
            SampleRows.numericSchema(rows[0].length), detector(), Scaling.ROBUST, RULE)
        .fit(SampleRows.numeric(rows), seed);
  }

  static byte[] bytes(FittedDetector fitted) {
    PayloadWriter out = new PayloadWriter();
    fitted.write(out);
    return out.toByteArray();
  }

  /** A learner goes on from its bytes as it would without; what it gave before stays as it was. */
  static void assertLearningGoesOnAcrossWritingAndReading(Updatable fitted) {
    byte[] before = bytes(fitted);
    double[][] rows = SampleRows.gaussian(37, fitted.dimension(), 2);
    Updatable.Learner whole = fitted.learner();
    for (double[] row : Arrays.copyOf(rows, 15)) {
      whole.update(row);
    }
    Updatable between = whole.fitted();
    byte[] known = bytes(between);
    FittedDetector read =
        Detectors.read(
            fitted.name(), fitted.dimension(), new PayloadReader(known, 0, known.length));
    Updatable.Learner part = ((Updatable) read).learner();
    for (double[] row : Arrays.copyOfRange(rows, 15, rows.length)) {
      whole.update(row);
      part.update(row);
    }
    assertThat(bytes(part.fitted())).isEqualTo(bytes(whole.fitted())).isNotEqualTo(known);
    assertThat(bytes(between)).isEqualTo(known).isNotEqualTo(before);
    assertThat(bytes(fitted)).isEqualTo(before);
  }

  private static double raw(Model model, double... row) {
    return model.rawScore(row, new String[0]);
  }

  private static double score(Model model, double... row) {
    return model.score(raw(model, row));
  }

  private static double[] filled(int length, double value) {
    double[] row = new double[length];
    Arrays.fill(row, value);
    return row;
  }

  @Test
  void itIsFoundByItsName() {
    assertThat(Detectors.byName(detector().name(), Map.of()).name()).isEqualTo(detector().name());
    assertThat(Detectors.NAMES).contains(detector().name());
  }

  @Test
  void sameRowsAndSeedGiveTheSameBytes() {
    assertThat(ModelCodec.encode(model(sample))).isEqualTo(ModelCodec.encode(model(sample)));
  }

  @Test
  void theBytesAreTheSameOnEveryMachine() {
    assertThat(ModelCodec.sha256(ModelCodec.encode(model(sample)))).isEqualTo(knownChecksum());
  }

  @Test
  void fittingLeavesTheRowsAlone() {
    double[][] rows = SampleRows.gaussian(300, 3, 2);
    detector().fit(rows, 1);
    assertThat(rows).isDeepEqualTo(SampleRows.gaussian(300, 3, 2));
  }

  @Test
  void scoringLeavesTheRowAlone() {
    double[] row = {1, 2, Double.NaN, 4, 5};
    raw(model(sample), row);
    assertThat(row).containsExactly(1, 2, Double.NaN, 4, 5);
  }

  @Test
  void scoresLieBetweenZeroAndOneAndRiseWithTheRawScore() {
    Model model = model(sample);
    List<double[]> probes = new ArrayList<>(List.of(SampleRows.gaussian(2_000, FEATURES, 3)));
    probes.add(filled(FEATURES, 1e300));
    probes.add(filled(FEATURES, -1e300));
    probes.add(filled(FEATURES, Double.NaN));
    probes.add(filled(FEATURES, Double.POSITIVE_INFINITY));
    probes.sort(Comparator.comparingDouble(row -> raw(model, row)));
    double previousRaw = Double.NEGATIVE_INFINITY;
    double previous = 0;
    for (double[] probe : probes) {
      double raw = raw(model, probe);
      double score = model.score(raw);
      assertThat(raw).isFinite();
      assertThat(score).isBetween(0.0, 1.0).isGreaterThanOrEqualTo(previous);
      if (raw > previousRaw && raw < 1e6) {
        assertThat(score).isGreaterThan(previous);
      }
      previousRaw = raw;
      previous = score;
    }
  }

  @Test
  void oneHalfIsTheLearnedBoundary() {
    Model model = model(sample);
    assertThat(model.score(model.rawThreshold())).isEqualTo(0.5);
    assertThat(model.threshold()).isEqualTo(0.5);
    long flagged = Arrays.stream(sample).filter(row -> score(model, row) >= 0.5).count();
    // 5 % of 1,000 rows, fewer where several share the score at the boundary
    assertThat(flagged).isBetween(30L, 50L);
  }

  @Test
  void farOutlierBeatsInlier() {
    Model model = model(sample);
    double inlier = score(model, filled(FEATURES, 0));
    assertThat(inlier).isLessThan(0.5);
    assertThat(score(model, filled(FEATURES, 8))).isGreaterThan(0.7);
    assertThat(score(model, filled(FEATURES, -8))).isGreaterThan(0.7);
    assertThat(raw(model, filled(FEATURES, 8))).isGreaterThan(raw(model, filled(FEATURES, 0)));
  }

  @Test
  void constantFeatureDoesNotDisturbTheOthers() {
    double[][] rows = SampleRows.gaussian(1_000, 2, 4);
    for (double[] row : rows) {
      row[1] = 1013.25;
    }
    Model model = model(rows);
    assertThat(score(model, 0, 1013.25)).isLessThan(0.5);
    assertThat(score(model, 9, 1013.25)).isGreaterThan(0.6);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 10, 500})
  void rowsThatAreAllTheSameGiveAModelThatNoticesOthers(int count) {
    double[][] rows = new double[count][];
    Arrays.setAll(rows, i -> new double[] {0.1, -7, 1e9});
    Model model = model(rows);
    assertThat(score(model, 0.1, -7, 1e9)).isLessThan(0.5);
    assertThat(score(model, 0.2, -7, 1e9)).isGreaterThan(0.9);
    assertThat(score(model, 0.1, -8, 1e9)).isGreaterThan(0.9);
    assertThat(score(model, 0.1, -7, 2e9)).isGreaterThan(0.9);
    assertThat(score(model, 0.1, -7, -1e9)).isGreaterThan(0.9);
  }

  @Test
  void twoRowsAreEnough() {
    Model model = model(new double[][] {{1, 2}, {3, 4}});
    assertThat(score(model, 2, 3)).isBetween(0.0, 1.0);
  }

  @ParameterizedTest
  @EnumSource(Scaling.class)
  void hugeTrainingValuesKeepEverythingFinite(Scaling scaling) {
    double[][] rows = SampleRows.gaussian(200, 2, 5);
    rows[7][0] = 1e308;
    rows[8][0] = -1e308;
    rows[9][1] = Double.MIN_VALUE;
    Model model =
        new ModelTrainer(SampleRows.numericSchema(2), detector(), scaling, RULE)
            .fit(SampleRows.numeric(rows), 1);
    for (double[] probe : new double[][] {{0, 0}, {1e308, -1e308}, {5e-324, 1e-300}}) {
      assertThat(raw(model, probe)).isFinite();
      assertThat(score(model, probe)).isBetween(0.0, 1.0);
    }
  }

  @Test
  void aModelOfTheSmallestNumbersCanBeRead() {
    double[][] rows = new double[200][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {i % 2 == 0 ? 3e-262 : -3e-262};
    }
    Model model =
        new ModelTrainer(SampleRows.numericSchema(1), detector(), Scaling.NONE, RULE)
            .fit(SampleRows.numeric(rows), 1);

    Model restored = ModelCodec.decode(ModelCodec.encode(model));

    for (double[] probe : new double[][] {rows[0], {0}, {1}}) {
      assertThat(raw(restored, probe)).isEqualTo(raw(model, probe)).isFinite();
    }
  }

  @Test
  void theCodecKeepsEveryScoreBitForBit() {
    ModelTrainer trainer =
        new ModelTrainer(SampleRows.mixedSchema(), detector(), Scaling.STANDARD, RULE);
    Model model = trainer.fit(SampleRows.mixed(500, 6), 7);
    Model restored = ModelCodec.decode(ModelCodec.encode(model));
    for (Row row : SampleRows.mixed(500, 8)) {
      double raw = model.rawScore(row.numbers(), row.texts());
      assertThat(restored.rawScore(row.numbers(), row.texts())).isEqualTo(raw);
      assertThat(restored.score(raw)).isEqualTo(model.score(raw));
    }
    assertThat(ModelCodec.encode(restored)).isEqualTo(ModelCodec.encode(model));
  }

  @Test
  void fourThreadsSeeTheSameScores() throws Exception {
    Model model = model(sample);
    double[][] probes = SampleRows.gaussian(5_000, FEATURES, 9);
    Callable<double[]> scoring =
        () -> Arrays.stream(probes).mapToDouble(row -> raw(model, row)).toArray();
    double[] expected = scoring.call();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Future<double[]> scores :
          threads.invokeAll(List.of(scoring, scoring, scoring, scoring))) {
        assertThat(scores.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void rowsThatAreNotFiniteOrRaggedAreRefused() {
    assertThatThrownBy(() -> detector().fit(new double[0][], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rows must be at least 1, was 0");
    assertThatThrownBy(() -> detector().fit(new double[][] {{1}, {Double.NaN}}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("row 1 must be finite, was NaN");
    assertThatThrownBy(() -> detector().fit(new double[][] {{1}, {1, 2}}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("row 1 must have 1 numbers, was 2");
    assertThatThrownBy(() -> detector().fit(new double[][] {{}}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("features must be 1 to 4096, was 0");
  }
}
