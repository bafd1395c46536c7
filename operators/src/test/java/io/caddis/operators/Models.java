// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.NewFeatures;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.sample.SampledRow;
import io.caddis.detectors.threshold.ThresholdRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small real models for tests: one numeric feature, z-score. */
final class Models {
  static final FeatureSchema SCHEMA =
      new FeatureSchema(List.of(new Feature("x", Encoding.NUMERIC)));

  static final DetectorPlan PLAN =
      new DetectorPlan(
          SCHEMA,
          "zscore",
          Map.of(),
          Scaling.NONE,
          new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.01));

  static final PromotionPlan PROMOTION =
      new PromotionPlan(0.5, 0.3, 1, 0, 1, PromotionPlan.Challengers.NONE, 1, 0);

  private Models() {}

  /** A model of values around a level, for readings from {@code trainTo} on. */
  static ModelUpdate update(String group, long trainTo, double level) {
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      rows.add(new Row(new double[] {level + random.nextGaussian()}, new String[0]));
    }
    return update(group, trainTo, PLAN.trainer().fit(rows, 42));
  }

  /** A model that has also learned a field {@code humidity}, of values around 40. */
  static ModelUpdate withHumidity(String group, long trainTo) {
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      double[] numbers = {random.nextGaussian(), 40 + random.nextGaussian()};
      rows.add(new Row(numbers, new String[0]));
    }
    FeatureSchema schema =
        NewFeatures.adopt(SCHEMA, Collections.nCopies(200, Map.of("humidity", 40.0)));
    return update(group, trainTo, PLAN.trainer(schema).fit(rows, 42));
  }

  private static ModelUpdate update(String group, long trainTo, Model model) {
    byte[] bytes = ModelCodec.encode(model);
    String sha256 = ModelCodec.sha256(bytes);
    return new ModelUpdate(
        group,
        ModelUpdate.versionOf(trainTo, sha256),
        "zscore",
        trainTo - 1000,
        trainTo,
        200,
        200,
        "contamination 0.01",
        null,
        null,
        sha256,
        bytes,
        0,
        null,
        null,
        null,
        1);
  }

  static TrainingSample sample(String group, long from, long to, int rows) {
    Random random = new Random(2);
    List<SampledRow> sampled = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      FeatureVector vector = Vectors.vector("s", group, from + i, random.nextGaussian());
      sampled.add(SampledRow.of(vector, 42));
    }
    return new TrainingSample(group, from, to, rows, sampled);
  }
}
