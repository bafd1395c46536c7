// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.ImportedForest;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureEncoder;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.feature.TextEncoder;
import io.caddis.detectors.threshold.ScoreScale;
import io.caddis.detectors.threshold.ThresholdRule;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * A fitted {@code IsolationForest} of scikit-learn as {@code docs/export_sklearn.py} writes it, and
 * the model that decides as it does.
 *
 * <p>{@code raw_score} is the negative of its {@code score_samples}, up to the rounding of double
 * precision ({@link ImportedForest#margin}); a row is anomalous where its {@code predict} says -1.
 * The boundary lies that margin above its {@code offset_}, so that a row that scores exactly there
 * is normal here as it is there.
 *
 * @param format {@value #FORMAT}
 * @param version of the format, 1
 * @param sklearnVersion that fitted it
 * @param maxSamples rows that each tree was grown on
 * @param offset {@code offset_}
 * @param contamination a number above 0 up to 0.5, or null for {@code auto}
 * @param seed {@code random_state} when that is a number, else 0
 * @param features names, in order
 * @param medians what a missing value of each feature becomes
 * @param trainingRows how many there were
 * @param trainingScores some of the training rows' raw scores, ascending, spread evenly over their
 *     ranks; null when there are none
 * @param trees of the forest
 */
public record SklearnForest(
    String format,
    int version,
    String sklearnVersion,
    int maxSamples,
    double offset,
    @Nullable Double contamination,
    long seed,
    List<String> features,
    double[] medians,
    int trainingRows,
    double @Nullable [] trainingScores,
    List<Tree> trees) {
  /** What {@code format} must be. */
  public static final String FORMAT = "caddis-sklearn-isolation-forest";

  /** Spread of the scores when there are no training scores to tell it. */
  private static final double USUAL_SPREAD = 0.1;

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /**
   * A tree as {@link ImportedForest#add} takes it.
   *
   * @param columns of the forest's features that the tree's features are
   */
  public record Tree(
      int[] columns, int[] left, int[] right, int[] feature, double[] threshold, int[] samples) {}

  public SklearnForest {
    if (!FORMAT.equals(format) || version != 1) {
      throw new IllegalArgumentException(
          "format must be %s 1, was %s %d".formatted(FORMAT, format, version));
    }
    Objects.requireNonNull(sklearnVersion, "sklearn_version");
    features = List.copyOf(features);
    trees = List.copyOf(trees);
    if (medians.length != features.size()) {
      throw new IllegalArgumentException(
          "medians must be %d, one a feature, were %d".formatted(features.size(), medians.length));
    }
  }

  /**
   * Reads what the script wrote.
   *
   * @throws ModelFormatException when it is not that
   */
  public static SklearnForest read(byte[] json) {
    try {
      SklearnForest forest = JSON.readValue(json, SklearnForest.class);
      if (forest == null) {
        throw new ModelFormatException("scikit-learn forest must be an object, was null");
      }
      return forest;
    } catch (JacksonException e) {
      throw new ModelFormatException(
          "scikit-learn forest is not valid: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * The model.
   *
   * @throws ModelFormatException when the forest is beyond the limits of ours, or no forest
   */
  public Model model() {
    try {
      ImportedForest forest = new ImportedForest(features.size(), maxSamples);
      for (Tree tree : trees) {
        int[] columns = new int[tree.feature().length];
        for (int node = 0; node < columns.length; node++) {
          columns[node] = tree.left()[node] < 0 ? 0 : tree.columns()[tree.feature()[node]];
        }
        forest.add(tree.left(), tree.right(), columns, tree.threshold(), tree.samples());
      }
      double boundary = -offset + forest.margin(-offset);
      return new Model(
          encoder(), forest.build(), rule(), scale(boundary), seed, Math.max(2, trainingRows));
    } catch (IllegalArgumentException | IndexOutOfBoundsException | NullPointerException e) {
      throw new ModelFormatException("scikit-learn forest is not valid: " + e.getMessage(), e);
    }
  }

  private FeatureEncoder encoder() {
    if (features.isEmpty() || features.size() > Detectors.MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "features must be 1 to " + Detectors.MAX_DIMENSION + ", was " + features.size());
    }
    double[] units = new double[features.size()];
    Arrays.fill(units, 1);
    return new FeatureEncoder(
        new FeatureSchema(
            features.stream().map(name -> new Feature(name, Encoding.NUMERIC)).toList()),
        medians,
        new @Nullable TextEncoder[0],
        Scaling.NONE,
        new double[features.size()],
        units);
  }

  private ThresholdRule rule() {
    return contamination == null
        ? new ThresholdRule(ThresholdRule.Method.FIXED, ScoreScale.BOUNDARY)
        : new ThresholdRule(ThresholdRule.Method.CONTAMINATION, contamination);
  }

  private ScoreScale scale(double boundary) {
    return trainingScores == null || trainingScores.length == 0
        ? new ScoreScale(boundary, USUAL_SPREAD, USUAL_SPREAD)
        : ScoreScale.fit(trainingScores, boundary);
  }
}
