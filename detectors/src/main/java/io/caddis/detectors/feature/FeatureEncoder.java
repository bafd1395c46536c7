// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The way from a row of a {@link FeatureSchema} to the finite, scaled numbers a detector takes, as
 * learned from the training rows.
 *
 * <p>Missing numbers (NaN or infinite) become the training median, missing texts the most frequent
 * category. A feature that was missing in more than 90 % of the training rows is not used. Numbers
 * are held within ±{@value #LIMIT}, before and after scaling. Encoded columns: the used numeric
 * features, then the used text features, each in schema order. Immutable and thread-safe.
 */
public final class FeatureEncoder {
  /** Magnitude beyond which numbers are cut off: sums of squares stay finite. */
  public static final double LIMIT = 1e150;

  /** Share of missing training values above which a feature is not used. */
  public static final double MAX_MISSING = 0.9;

  private final FeatureSchema schema;
  private final double[] medians;
  private final @Nullable TextEncoder[] texts;
  private final Scaling scaling;
  private final double[] centers;
  private final double[] units;
  private final List<String> used;

  /**
   * An encoder from its parts.
   *
   * @param medians of each numeric feature, NaN = not used
   * @param texts encoder of each text feature, null = not used
   * @param centers of each encoded column
   * @param units of each encoded column, above 0
   * @throws IllegalArgumentException if the lengths do not match
   */
  public FeatureEncoder(
      FeatureSchema schema,
      double[] medians,
      @Nullable TextEncoder[] texts,
      Scaling scaling,
      double[] centers,
      double[] units) {
    this.schema = schema;
    this.medians = medians.clone();
    this.texts = texts.clone();
    this.scaling = scaling;
    this.centers = centers.clone();
    this.units = units.clone();
    checkLengths(schema, medians.length, texts.length);
    int width = width(medians, texts);
    if (centers.length != width || units.length != width) {
      throw new IllegalArgumentException(
          "centers and units must be %d, was %d and %d"
              .formatted(width, centers.length, units.length));
    }
    this.used = names(i -> !Double.isNaN(medians[i]), i -> texts[i] != null);
  }

  /**
   * Learns imputation and encodings from training rows; nothing is scaled yet.
   *
   * @param numbers {@code double[rows][numeric features]}, NaN or infinite = missing
   * @param texts {@code String[rows][text features]}, null = missing
   */
  public static FeatureEncoder fit(
      FeatureSchema schema, double[][] numbers, @Nullable String[][] texts) {
    double[] medians = new double[schema.numbers().size()];
    for (int feature = 0; feature < medians.length; feature++) {
      medians[feature] = median(numbers, feature);
    }
    @Nullable TextEncoder[] encoders = new TextEncoder[schema.texts().size()];
    for (int feature = 0; feature < encoders.length; feature++) {
      encoders[feature] = textEncoder(schema.texts().get(feature).encoding(), texts, feature);
    }
    double[] units = new double[width(medians, encoders)];
    Arrays.fill(units, 1);
    return new FeatureEncoder(
        schema, medians, encoders, Scaling.NONE, new double[units.length], units);
  }

  /**
   * The same encoder with a scaling.
   *
   * @param rows {@code double[rows][width]}, the training rows as this unscaled encoder encodes
   *     them
   */
  public FeatureEncoder scaled(Scaling scaling, double[][] rows) {
    double[] centers = new double[width()];
    double[] units = new double[width()];
    double[] column = new double[rows.length];
    for (int i = 0; i < units.length; i++) {
      for (int row = 0; row < rows.length; row++) {
        column[row] = rows[row][i];
      }
      ColumnStatistics statistics = ColumnStatistics.of(column);
      centers[i] = scaling.center(statistics);
      units[i] = scaling.unit(statistics);
    }
    return new FeatureEncoder(schema, medians, texts, scaling, centers, units);
  }

  private static double median(double[][] rows, int feature) {
    double[] present = new double[rows.length];
    int count = 0;
    for (double[] row : rows) {
      if (Double.isFinite(row[feature])) {
        present[count++] = limited(row[feature]);
      }
    }
    if (count == 0 || rows.length - count > MAX_MISSING * rows.length) {
      return Double.NaN;
    }
    present = Arrays.copyOf(present, count);
    Arrays.sort(present);
    return ColumnStatistics.quantile(present, 0.5);
  }

  private static @Nullable TextEncoder textEncoder(
      Encoding encoding, @Nullable String[][] rows, int feature) {
    @Nullable String[] values = new String[rows.length];
    for (int i = 0; i < rows.length; i++) {
      values[i] = rows[i][feature];
    }
    TextEncoder encoder = TextEncoder.fit(encoding, values);
    int missing = 0;
    for (String value : values) {
      missing += encoder.isMissing(value) ? 1 : 0;
    }
    boolean usable = missing <= MAX_MISSING * rows.length && encoder.width() > 0;
    return usable ? encoder : null;
  }

  public FeatureSchema schema() {
    return schema;
  }

  /** Median of each numeric feature, NaN = not used. */
  public double[] medians() {
    return medians.clone();
  }

  /** Encoder of each text feature, null = not used. */
  public @Nullable TextEncoder[] texts() {
    return texts.clone();
  }

  public Scaling scaling() {
    return scaling;
  }

  public double[] centers() {
    return centers.clone();
  }

  public double[] units() {
    return units.clone();
  }

  /** How many numbers a row becomes. */
  public int width() {
    return centers.length;
  }

  /** Names of the features that count, in schema order. */
  public List<String> used() {
    return used;
  }

  /** The used feature that each encoded column belongs to. */
  public List<Feature> columns() {
    List<Feature> columns = new ArrayList<>();
    for (int feature = 0; feature < medians.length; feature++) {
      if (!Double.isNaN(medians[feature])) {
        columns.add(schema.numbers().get(feature));
      }
    }
    for (int feature = 0; feature < texts.length; feature++) {
      TextEncoder encoder = texts[feature];
      int width = encoder == null ? 0 : encoder.width();
      columns.addAll(Collections.nCopies(width, schema.texts().get(feature)));
    }
    return columns;
  }

  /** The encoded, scaled row of which everything is missing: medians and most frequent texts. */
  public double[] usual() {
    double[] missing = new double[medians.length];
    Arrays.fill(missing, Double.NaN);
    double[] usual = new double[width()];
    encode(missing, new String[texts.length], usual);
    return usual;
  }

  /** A number of an encoded column, as it was before scaling. */
  public double unscaled(int column, double value) {
    return limited(centers[column] + units[column] * value);
  }

  /** The most frequent training value of a text feature; null when it is not known. */
  public @Nullable String usualText(Feature feature) {
    int index = schema.texts().indexOf(feature);
    TextEncoder encoder = index < 0 ? null : texts[index];
    return encoder == null ? null : encoder.usual();
  }

  /**
   * Encodes, imputes and scales a row.
   *
   * @param numbers numeric features in schema order, NaN or infinite = missing
   * @param texts other features in schema order, null = missing
   * @param out receives {@link #width()} finite numbers
   * @throws IllegalArgumentException if the row does not have the schema's columns
   */
  public void encode(double[] numbers, @Nullable String[] texts, double[] out) {
    checkLengths(schema, numbers.length, texts.length);
    int column = 0;
    for (int feature = 0; feature < numbers.length; feature++) {
      double median = medians[feature];
      if (!Double.isNaN(median)) {
        double number = numbers[feature];
        out[column++] = Double.isFinite(number) ? limited(number) : median;
      }
    }
    for (int feature = 0; feature < texts.length; feature++) {
      TextEncoder encoder = this.texts[feature];
      if (encoder != null) {
        encoder.encode(texts[feature], out, column);
        column += encoder.width();
      }
    }
    for (column = 0; column < centers.length; column++) {
      out[column] = limited((out[column] - centers[column]) / units[column]);
    }
  }

  /** Names of the used features that the row lacks, in schema order; null when it lacks none. */
  public String @Nullable [] imputed(double[] numbers, @Nullable String[] texts) {
    checkLengths(schema, numbers.length, texts.length);
    return namesOrNull(i -> lacks(numbers, i), i -> lacks(texts, i));
  }

  /** Names of the features that the row has and that do not count; null when there are none. */
  public String @Nullable [] ignored(double[] numbers, @Nullable String[] texts) {
    checkLengths(schema, numbers.length, texts.length);
    if (used.size() == schema.features().size()) {
      return null;
    }
    return namesOrNull(
        i -> Double.isNaN(medians[i]) && Double.isFinite(numbers[i]),
        i -> this.texts[i] == null && texts[i] != null);
  }

  private boolean lacks(double[] numbers, int feature) {
    return !Double.isFinite(numbers[feature]) && !Double.isNaN(medians[feature]);
  }

  private boolean lacks(@Nullable String[] values, int feature) {
    TextEncoder encoder = texts[feature];
    return encoder != null && encoder.isMissing(values[feature]);
  }

  /** The names as {@link #names} finds them; null, without allocating any, when there are none. */
  private String @Nullable [] namesOrNull(IntPredicate numeric, IntPredicate textual) {
    boolean any = false;
    for (int feature = 0; feature < medians.length; feature++) {
      any |= numeric.test(feature);
    }
    for (int feature = 0; feature < texts.length; feature++) {
      any |= textual.test(feature);
    }
    return any ? names(numeric, textual).toArray(String[]::new) : null;
  }

  /** The number, held within ±{@value #LIMIT}. */
  public static double limited(double number) {
    return Math.max(-LIMIT, Math.min(number, LIMIT));
  }

  private static int width(double[] medians, @Nullable TextEncoder[] texts) {
    int width = 0;
    for (double median : medians) {
      width += Double.isNaN(median) ? 0 : 1;
    }
    for (TextEncoder encoder : texts) {
      width += encoder == null ? 0 : encoder.width();
    }
    return width;
  }

  /** Names of the numeric and text features for which the predicates hold, in schema order. */
  private List<String> names(IntPredicate numeric, IntPredicate textual) {
    List<String> names = new ArrayList<>();
    int number = 0;
    int text = 0;
    for (Feature feature : schema.features()) {
      if (feature.encoding().isText() ? textual.test(text++) : numeric.test(number++)) {
        names.add(feature.name());
      }
    }
    return List.copyOf(names);
  }

  private static void checkLengths(FeatureSchema schema, int numbers, int texts) {
    if (numbers != schema.numbers().size() || texts != schema.texts().size()) {
      throw new IllegalArgumentException(
          "row must have %d numbers and %d texts, was %d and %d"
              .formatted(schema.numbers().size(), schema.texts().size(), numbers, texts));
    }
  }
}
