// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.detector.Detector;
import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.IsolationForest;
import io.caddis.detectors.detector.SampleRows;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.detectors.threshold.ThresholdRule.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class ModelCodecTest {
  private static ModelTrainer trainer(String detector, Scaling scaling, ThresholdRule rule) {
    Detector algorithm =
        detector.equals(IsolationForest.NAME)
            ? new IsolationForest(3, 16)
            : Detectors.byName(detector, Map.of());
    return new ModelTrainer(SampleRows.mixedSchema(), algorithm, scaling, rule);
  }

  @Property(tries = 100)
  void whatIsDecodedScoresAndEncodesAlike(
      @ForAll("detectors") String detector,
      @ForAll Scaling scaling,
      @ForAll("rules") ThresholdRule rule,
      @ForAll long seed) {
    Model model = trainer(detector, scaling, rule).fit(SampleRows.mixed(60, seed), seed);
    byte[] bytes = ModelCodec.encode(model);
    Model restored = ModelCodec.decode(bytes);
    assertThat(ModelCodec.encode(restored)).isEqualTo(bytes);
    assertThat(restored.schema()).isEqualTo(model.schema());
    assertThat(restored.used()).isEqualTo(model.used());
    assertThat(restored.thresholdRule()).isEqualTo(rule);
    assertThat(restored.rawThreshold()).isEqualTo(model.rawThreshold());
    assertThat(restored.seed()).isEqualTo(seed);
    assertThat(restored.rows()).isEqualTo(60);
    assertThat(restored.detector()).isEqualTo(detector);
    for (Row row : SampleRows.mixed(30, seed + 1)) {
      double raw = model.rawScore(row.numbers(), row.texts());
      assertThat(restored.rawScore(row.numbers(), row.texts())).isEqualTo(raw);
      assertThat(restored.score(raw)).isEqualTo(model.score(raw));
      assertThat(restored.imputed(row.numbers(), row.texts()))
          .isEqualTo(model.imputed(row.numbers(), row.texts()));
    }
  }

  @Provide
  Arbitrary<String> detectors() {
    return Arbitraries.of(Detectors.NAMES);
  }

  @Provide
  Arbitrary<ThresholdRule> rules() {
    return Arbitraries.of(
        new ThresholdRule(Method.CONTAMINATION, 0.1),
        new ThresholdRule(Method.PERCENTILE, 99.5),
        new ThresholdRule(Method.STD, 3),
        new ThresholdRule(Method.FIXED, 0.75));
  }

  @Test
  void modelBeyondTheLimitIsNotWritten() {
    List<Row> rows =
        SampleRows.numeric(SampleRows.gaussian(4_096, 1, 1)).stream()
            .map(row -> new Row(new double[0], labels(row)))
            .toList();
    Model model =
        new ModelTrainer(
                new FeatureSchema(
                    IntStream.range(0, 40)
                        .mapToObj(i -> new Feature("t" + i, Encoding.LABEL))
                        .toList()),
                Detectors.byName("iqr", Map.of()),
                Scaling.NONE,
                new ThresholdRule(Method.CONTAMINATION, 0.1))
            .fit(rows, 1);
    assertThatThrownBy(() -> ModelCodec.encode(model))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("model must have at most 33554432 bytes, was ")
        .hasMessageEndingWith(": use fewer trees, rows, categories or sensors");
  }

  private static String[] labels(Row row) {
    String[] labels = new String[40];
    Arrays.fill(labels, row.numbers()[0] + "x".repeat(300));
    return labels;
  }

  @Test
  void checksumIsSha256InHexadecimal() {
    assertThat(ModelCodec.sha256(new byte[0]))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }
}
