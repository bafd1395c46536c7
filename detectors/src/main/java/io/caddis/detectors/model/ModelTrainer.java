// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

import io.caddis.detectors.detector.Detector;
import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.FittedDetector;
import io.caddis.detectors.detector.Updatable;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureEncoder;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.threshold.ScoreScale;
import io.caddis.detectors.threshold.ThresholdRule;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fits models: encoders, scaling, detector, then threshold and score scale from the scores of the
 * training rows themselves.
 *
 * <p>The model depends on nothing but the rows, their order, the seed and these settings.
 *
 * @param schema columns of the rows, 1 to {@link Detectors#MAX_DIMENSION}
 * @param detector the algorithm
 * @param scaling of the encoded columns
 * @param rule how the threshold is set
 */
public record ModelTrainer(
    FeatureSchema schema, Detector detector, Scaling scaling, ThresholdRule rule) {
  public ModelTrainer {
    int features = schema.features().size();
    if (features < 1 || features > Detectors.MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "features must be 1 to " + Detectors.MAX_DIMENSION + ", was " + features);
    }
    for (Feature feature : schema.features()) {
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(feature.name())) {
        throw new IllegalArgumentException(
            "feature name must be valid Unicode, was '" + feature.name() + "'");
      }
    }
  }

  /**
   * Fits a model.
   *
   * @param rows at least two, in an order that is part of the result; not changed, not kept
   * @param seed of every random choice
   * @throws UnusableSampleException if no model can come of these rows
   */
  public Model fit(List<Row> rows, long seed) {
    if (rows.size() < 2) {
      throw new UnusableSampleException(
          "training rows must be at least 2, was "
              + rows.size()
              + ": wait for more readings or widen the training window");
    }
    double[][] numbers = new double[rows.size()][];
    @Nullable String[][] texts = new String[rows.size()][];
    for (int i = 0; i < numbers.length; i++) {
      Row row = rows.get(i);
      numbers[i] = row.numbers();
      texts[i] = row.texts();
    }
    FeatureEncoder unscaled = FeatureEncoder.fit(schema, numbers, texts);
    checkWidth(unscaled);
    double[][] encoded = new double[numbers.length][unscaled.width()];
    encode(unscaled, numbers, texts, encoded);
    FeatureEncoder encoder = unscaled.scaled(scaling, encoded);
    encode(encoder, numbers, texts, encoded);
    FittedDetector fitted = detector.expecting(rule.contamination()).fit(encoded, seed);
    return model(encoder, fitted, encoded, seed, rows.size());
  }

  /**
   * A model that has learned more: new rows change what the detector knows and where the boundary
   * lies, in time and memory that do not depend on the rows before. Encoders and scaling stay.
   *
   * @param model of this trainer's schema, whose detector is {@link Detector#updatable()}
   * @param rows at least two, in the order in which they are learned; not changed, not kept
   * @throws UnusableSampleException if there are fewer
   */
  public Model update(Model model, List<Row> rows) {
    if (!(model.fitted() instanceof Updatable updatable) || !model.schema().equals(schema)) {
      throw new IllegalArgumentException(
          "model must be of an updatable detector and these features, was %s of %s"
              .formatted(model.detector(), model.schema()));
    }
    if (rows.size() < 2) {
      throw new UnusableSampleException("new rows must be at least 2, was " + rows.size());
    }
    double[][] encoded = new double[rows.size()][model.encoder().width()];
    Updatable.Learner learner = updatable.learner();
    for (int i = 0; i < encoded.length; i++) {
      model.encoder().encode(rows.get(i).numbers(), rows.get(i).texts(), encoded[i]);
      learner.update(encoded[i]);
    }
    int seen = (int) Math.min(Integer.MAX_VALUE, (long) model.rows() + rows.size());
    return model(model.encoder(), learner.fitted(), encoded, model.seed(), seen);
  }

  /** A model whose boundary is learned from the scores of these rows. */
  private Model model(
      FeatureEncoder encoder, FittedDetector fitted, double[][] encoded, long seed, int rows) {
    double[] raw = fitted.rawScores(encoded);
    Arrays.sort(raw);
    ScoreScale scale = ScoreScale.fit(raw, rule.rawThreshold(raw));
    return new Model(encoder, fitted, rule, scale, seed, rows);
  }

  private static void encode(
      FeatureEncoder encoder, double[][] numbers, @Nullable String[][] texts, double[][] out) {
    for (int i = 0; i < out.length; i++) {
      encoder.encode(numbers[i], texts[i], out[i]);
    }
  }

  private void checkWidth(FeatureEncoder encoder) {
    if (encoder.width() == 0) {
      throw new UnusableSampleException(
          "features must be present in at least 10 % of the training rows, was true of none of "
              + schema.features().size()
              + ": check the column names and types");
    }
    if (encoder.width() > Detectors.MAX_DIMENSION) {
      throw new UnusableSampleException(
          "encoded columns must be at most %d, was %d: use frequency instead of onehot"
              .formatted(Detectors.MAX_DIMENSION, encoder.width()));
    }
  }
}
