// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Attribution;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.detectors.threshold.ThresholdRule.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What holds for every detector, whatever the rows. */
final class DetectorPropertiesTest {
  private static final List<String> DETECTORS = Detectors.NAMES;
  private static final double[] EXOTIC = {
    0, -0.0, 1e-320, 1e6, -1e6, 1e150, 1e308, -1e308, Double.NaN, Double.POSITIVE_INFINITY
  };

  private static Model mixed(String detector, int rows, long seed, double contamination) {
    return new ModelTrainer(
            SampleRows.mixedSchema(),
            Detectors.byName(detector, Map.of()),
            Scaling.ROBUST,
            new ThresholdRule(Method.CONTAMINATION, contamination))
        .fit(SampleRows.mixed(rows, seed), seed);
  }

  private static double score(Model model, Row row) {
    return model.score(model.rawScore(row.numbers(), row.texts()));
  }

  private static void assertExplained(Model model, Row row) {
    double score = score(model, row);
    Attribution attribution = model.explain(row.numbers(), row.texts());
    double sum = 0;
    double previous = Double.POSITIVE_INFINITY;
    for (int i = 0; i < attribution.contributions().length; i++) {
      double contribution = attribution.contributions()[i];
      assertThat(contribution).isBetween(0.0, 1.0).isLessThanOrEqualTo(previous + 1e-12);
      previous = contribution;
      sum += contribution;
    }
    assertThat(sum).isEqualTo(score);
    assertThat(attribution.features()).containsExactlyInAnyOrderElementsOf(model.used());
    assertThat(attribution.expected()).isNotInfinite();
  }

  @Provide
  Arbitrary<String> detectors() {
    return Arbitraries.of(DETECTORS);
  }

  @Property(tries = 60)
  void contributionsAddUpToTheScoreToTheLastBit(
      @ForAll("detectors") String detector,
      @ForAll @IntRange(min = 2, max = 200) int rows,
      @ForAll long seed) {
    Model model = mixed(detector, rows, seed, 0.1);
    SampleRows.mixed(20, seed + 1).forEach(row -> assertExplained(model, row));
    String[] unseen = {"??", "??", "??", "??", "??"};
    for (double number : EXOTIC) {
      assertExplained(model, new Row(new double[] {number, 1013}, unseen));
      assertExplained(model, new Row(new double[] {number, number}, new String[5]));
    }
  }

  @ParameterizedTest
  @FieldSource("DETECTORS")
  void theFeatureThatSpikesIsNamedFirstWithAUsualValue(String detector) {
    double[][] rows = SampleRows.gaussian(1_000, 5, 1);
    for (double[] row : rows) {
      row[3] = 50 + 10 * row[3];
    }
    Model model =
        new ModelTrainer(
                SampleRows.numericSchema(5),
                Detectors.byName(detector, Map.of()),
                Scaling.ROBUST,
                new ThresholdRule(Method.CONTAMINATION, 0.01))
            .fit(SampleRows.numeric(rows), 7);
    int named = 0;
    for (double[] probe : SampleRows.gaussian(100, 5, 2)) {
      probe[3] = 170;
      Attribution attribution = model.explain(probe, new String[0]);
      named += attribution.features()[0].equals("f3") ? 1 : 0;
      if (attribution.features()[0].equals("f3")) {
        assertThat(attribution.expected()).isBetween(0.0, 100.0);
      }
    }
    assertThat(named).isGreaterThanOrEqualTo(95);
  }

  @ParameterizedTest
  @FieldSource("DETECTORS")
  void theRareTextIsNamedWithTheUsualOne(String detector) {
    List<Row> rows = SampleRows.mixed(500, 3);
    for (Row row : rows) {
      row.texts()[1] = "open";
    }
    rows.get(0).texts()[1] = "stuck";
    Model model =
        new ModelTrainer(
                SampleRows.mixedSchema(),
                Detectors.byName(detector, Map.of()),
                Scaling.NONE,
                new ThresholdRule(Method.CONTAMINATION, 0.01))
            .fit(rows, 3);
    double[] usual = {20, 1013};
    String[] texts = {"DE", "stuck", null, "/a", "yes"};
    Attribution attribution = model.explain(usual, texts);
    if (attribution.features()[0].equals("state")) {
      assertThat(attribution.expectedText()).isEqualTo("open");
      assertThat(attribution.expected()).isNaN();
    }
    assertExplained(model, new Row(usual, texts));
  }

  /** Training rows, whose flags the contamination is about. */
  @ParameterizedTest
  @FieldSource("DETECTORS")
  void theFlagRateNeverFallsAsContaminationRises(String detector) {
    List<Row> rows = SampleRows.mixed(600, 4);
    long previous = 0;
    for (double contamination : new double[] {0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5}) {
      ModelTrainer trainer =
          new ModelTrainer(
              SampleRows.mixedSchema(),
              Detectors.byName(detector, Map.of()),
              Scaling.ROBUST,
              new ThresholdRule(Method.CONTAMINATION, contamination));
      Model model = trainer.fit(rows, 4);
      long flagged = rows.stream().filter(row -> score(model, row) >= 0.5).count();
      assertThat(flagged).isGreaterThanOrEqualTo(previous);
      assertThat(flagged).isLessThanOrEqualTo(Math.round(contamination * rows.size()));
      previous = flagged;
    }
    assertThat(previous).isPositive();
  }

  @Property(tries = 40)
  void sameSeedGivesTheSameBytesAndTheyKeepEveryScore(
      @ForAll("detectors") String detector,
      @ForAll @IntRange(min = 2, max = 200) int rows,
      @ForAll long seed) {
    Model model = mixed(detector, rows, seed, 0.05);
    byte[] bytes = ModelCodec.encode(model);
    assertThat(ModelCodec.encode(mixed(detector, rows, seed, 0.05))).isEqualTo(bytes);
    Model restored = ModelCodec.decode(bytes);
    assertThat(ModelCodec.encode(restored)).isEqualTo(bytes);
    for (Row row : SampleRows.mixed(30, seed + 1)) {
      assertThat(restored.rawScore(row.numbers(), row.texts()))
          .isEqualTo(model.rawScore(row.numbers(), row.texts()));
    }
  }

  @Property(tries = 40)
  void aRowScoresTheSameToTheLastBitAloneAndAmongOthers(
      @ForAll("detectors") String detector,
      @ForAll @IntRange(min = 0, max = 600) int rows,
      @ForAll long seed) {
    Model model = mixed(detector, 50, seed, 0.05);
    List<Row> probes = SampleRows.mixed(rows, seed + 1);
    double[] alone =
        probes.stream().mapToDouble(row -> model.rawScore(row.numbers(), row.texts())).toArray();
    assertThat(model.rawScores(probes)).isEqualTo(alone);
  }

  @Property(tries = 60)
  void missingAndInfiniteNumbersScoreAsTheMedian(
      @ForAll("detectors") String detector, @ForAll long seed) {
    Model model = mixed(detector, 100, seed, 0.05);
    double[] medians = model.encoder().medians();
    String[] texts = {"DE", "open", "Firefox", "/a", "yes"};
    double usual = model.rawScore(medians, texts);
    for (double missing : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      double[] numbers = new double[medians.length];
      Arrays.fill(numbers, missing);
      assertThat(model.rawScore(numbers, texts)).isEqualTo(usual);
    }
  }
}
