// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

import io.caddis.detectors.detector.Baseline;
import io.caddis.detectors.detector.FittedDetector;
import io.caddis.detectors.event.Attribution;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureEncoder;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.feature.TextEncoder;
import io.caddis.detectors.stream.SensorScorer;
import io.caddis.detectors.stream.SensorStates;
import io.caddis.detectors.threshold.ScoreScale;
import io.caddis.detectors.threshold.ThresholdRule;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything needed to score a row: encoders, scaling, fitted detector, score scale and threshold.
 *
 * <p>Total on rows of its schema: missing, infinite or huge numbers and unseen texts give a finite
 * raw score and a score from 0 to 1. Immutable and thread-safe.
 */
public final class Model {
  /** Of detectors whose raw score, asked for row by row, is the score. */
  private static final ScoreScale OWN_SCORES =
      new ScoreScale(ScoreScale.BOUNDARY, ScoreScale.BOUNDARY, ScoreScale.BOUNDARY);

  private final FeatureEncoder encoder;
  private final FittedDetector fitted;
  private final ThresholdRule rule;
  private final ScoreScale scale;
  private final long seed;
  private final int rows;
  private final List<Feature> columns;
  private final String[] explained;
  private final Baseline baseline;

  Model(
      FeatureEncoder encoder,
      FittedDetector fitted,
      ThresholdRule rule,
      ScoreScale scale,
      long seed,
      int rows) {
    if (encoder.width() != fitted.dimension()) {
      throw new IllegalArgumentException(
          "detector must take %d numbers, was fitted on %d"
              .formatted(encoder.width(), fitted.dimension()));
    }
    if (fitted instanceof SensorStates
        && (!encoder.schema().texts().isEmpty()
            || encoder.schema().numbers().size() != fitted.dimension())) {
      throw new IllegalArgumentException(
          "features of %s must be %d numbers, were %s"
              .formatted(fitted.name(), fitted.dimension(), encoder.schema()));
    }
    this.encoder = encoder;
    this.fitted = fitted;
    this.rule = rule;
    this.scale = scale;
    this.seed = seed;
    this.rows = rows;
    this.columns = encoder.columns();
    List<Feature> features = columns.stream().distinct().toList();
    this.explained = features.stream().map(Feature::name).toArray(String[]::new);
    this.baseline =
        new Baseline(
            encoder.usual(),
            columns.stream().mapToInt(features::indexOf).toArray(),
            features.size());
  }

  /**
   * A model of what a streaming detector has learned; its threshold is fixed, its scores are the
   * detector's own.
   *
   * @param schema numeric features only, as many as the states have
   * @param threshold score from which on a reading is anomalous
   */
  public static Model learned(
      SensorStates states, FeatureSchema schema, double threshold, long seed, int rows) {
    int width = schema.features().size();
    double[] units = new double[width];
    Arrays.fill(units, 1);
    FeatureEncoder encoder =
        new FeatureEncoder(
            schema, new double[width], new TextEncoder[0], Scaling.NONE, new double[width], units);
    ThresholdRule rule = new ThresholdRule(ThresholdRule.Method.FIXED, threshold);
    return new Model(encoder, states, rule, OWN_SCORES, seed, rows);
  }

  /** Name of the algorithm, as {@link io.caddis.detectors.detector.Detectors} knows it. */
  public String detector() {
    return fitted.name();
  }

  public FeatureSchema schema() {
    return encoder.schema();
  }

  /** How rows become numbers. */
  public FeatureEncoder encoder() {
    return encoder;
  }

  FittedDetector fitted() {
    return fitted;
  }

  /**
   * What a streaming detector has learned by sensor; null for a model that scores each row by
   * itself. One that has it should be asked through {@link SensorStates#scorer}, which knows the
   * sensor and what it showed before; asked for a row alone, it takes it for the next reading of
   * the sensor without a name, and its raw score is the score.
   */
  public @Nullable SensorStates sensors() {
    return fitted instanceof SensorStates states ? states : null;
  }

  /** The map from raw scores to scores. */
  public ScoreScale scale() {
    return scale;
  }

  /**
   * The detector's score of a row, higher = more anomalous, finite.
   *
   * @param numbers numeric features in schema order, NaN = missing; not changed
   * @param texts other features in schema order, null = missing
   * @throws IllegalArgumentException if the row does not have the schema's columns
   */
  public double rawScore(double[] numbers, @Nullable String[] texts) {
    if (fitted instanceof SensorStates) {
      return fitted.rawScore(numbers);
    }
    double[] encoded = new double[fitted.dimension()];
    encoder.encode(numbers, texts, encoded);
    return fitted.rawScore(encoded);
  }

  /**
   * The {@link #rawScore} of each row, the same to the last bit; faster for detectors that work on
   * many rows side by side.
   *
   * @param rows each as for {@link #rawScore}
   */
  public double[] rawScores(List<Row> rows) {
    if (fitted instanceof SensorStates) {
      return rows.stream().mapToDouble(row -> fitted.rawScore(row.numbers())).toArray();
    }
    double[][] encoded = new double[rows.size()][fitted.dimension()];
    for (int i = 0; i < encoded.length; i++) {
      Row row = rows.get(i);
      encoder.encode(row.numbers(), row.texts(), encoded[i]);
    }
    return fitted.rawScores(encoded);
  }

  /** A raw score on the scale from 0 to 1, on which 0.5 is the learned boundary. */
  public double score(double raw) {
    return fitted instanceof SensorStates ? raw : scale.score(raw);
  }

  /**
   * Which features make the row's score what it is: their contributions add up to the {@link
   * #score} exactly, in their order. Takes from one to two scores a feature, depending on the
   * detector.
   *
   * @param numbers numeric features in schema order, NaN = missing; not changed
   * @param texts other features in schema order, null = missing
   */
  public Attribution explain(double[] numbers, @Nullable String[] texts) {
    if (fitted instanceof SensorStates states) {
      Attribution attribution =
          states.scorer().score("", SensorScorer.NO_TIME, numbers, explained).attribution();
      return Objects.requireNonNull(attribution);
    }
    double[] encoded = new double[fitted.dimension()];
    encoder.encode(numbers, texts, encoded);
    double score = score(fitted.rawScore(encoded));
    double[] weights = fitted.contributions(encoded, baseline);
    Attribution attribution = Attribution.of(score, explained, weights);
    int column = 0;
    while (!columns.get(column).name().equals(attribution.features()[0])) {
      column++;
    }
    Feature worst = columns.get(column);
    if (worst.encoding().isText()) {
      return attribution.expecting(encoder.usualText(worst));
    }
    double expected = fitted.expected(encoded, column);
    double usual = Double.isFinite(expected) ? expected : baseline.row()[column];
    return attribution.expecting(encoder.unscaled(column, usual));
  }

  /** The raw score whose score is 0.5. */
  public double rawThreshold() {
    return scale.rawThreshold();
  }

  /** The score at or above which a row is anomalous: 0.5 unless the rule fixes another. */
  public double threshold() {
    return rule.scoreThreshold();
  }

  /** Whether a score is an anomaly by the model's own threshold. */
  public boolean isAnomaly(double score) {
    return score >= threshold();
  }

  /**
   * Whether a score is an anomaly by a threshold that holds for this request only.
   *
   * @param threshold 0 to 1
   */
  public boolean isAnomaly(double score, double threshold) {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("threshold must be 0 to 1, was " + threshold);
    }
    return score >= threshold;
  }

  /**
   * The same detector with the boundary elsewhere: what has this score now will score 0.5. Nothing
   * is fitted; the order of all rows stays. A streaming detector's scores stay too, and are
   * anomalous from this one on.
   *
   * @param score above 0, below 1: lower flags more
   */
  public Model withThreshold(double score) {
    if (fitted instanceof SensorStates states) {
      return learned(states, schema(), score, seed, rows);
    }
    double raw = scale.raw(score);
    ThresholdRule moved = new ThresholdRule(ThresholdRule.Method.RAW, raw);
    return new Model(encoder, fitted, moved, scale.movedTo(raw), seed, rows);
  }

  /**
   * The same detector with the boundary that a rule learns from raw scores, of the training rows or
   * of others.
   *
   * @param rawScores as {@link #rawScore} gave them, finite, at least one; not changed
   */
  public Model withThreshold(ThresholdRule other, double[] rawScores) {
    if (fitted instanceof SensorStates) {
      throw new IllegalArgumentException(
          "threshold of %s must be a score, was by %s".formatted(fitted.name(), other));
    }
    double[] sorted = rawScores.clone();
    Arrays.sort(sorted);
    ScoreScale learned = ScoreScale.fit(sorted, other.rawThreshold(sorted));
    return new Model(encoder, fitted, other, learned, seed, rows);
  }

  public ThresholdRule thresholdRule() {
    return rule;
  }

  /** Names of the features that count, in schema order. */
  public List<String> used() {
    return encoder.used();
  }

  /** Names of the used features that the row lacks, in schema order; null when it lacks none. */
  public String @Nullable [] imputed(double[] numbers, @Nullable String[] texts) {
    return encoder.imputed(numbers, texts);
  }

  /**
   * Names of the features that the row has and the model does not use, because training rarely saw
   * them; null when there are none.
   */
  public String @Nullable [] ignored(double[] numbers, @Nullable String[] texts) {
    return encoder.ignored(numbers, texts);
  }

  /** Seed of the training. */
  public long seed() {
    return seed;
  }

  /** Number of training rows. */
  public int rows() {
    return rows;
  }
}
