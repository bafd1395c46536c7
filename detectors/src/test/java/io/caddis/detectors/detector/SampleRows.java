// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.model.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Made-up rows for tests; the same arguments give the same rows. */
public final class SampleRows {
  private SampleRows() {}

  /** Correlated Gaussian numbers. */
  public static double[][] gaussian(int rows, int features, long seed) {
    Random random = new Random(seed);
    double[][] sample = new double[rows][features];
    for (double[] row : sample) {
      double shared = random.nextGaussian();
      for (int feature = 0; feature < features; feature++) {
        row[feature] = 0.6 * shared + 0.8 * random.nextGaussian();
      }
    }
    return sample;
  }

  /** Rows of numbers only. */
  public static List<Row> numeric(double[][] numbers) {
    List<Row> rows = new ArrayList<>();
    for (double[] row : numbers) {
      rows.add(new Row(row, new String[0]));
    }
    return rows;
  }

  public static FeatureSchema numericSchema(int features) {
    return new FeatureSchema(
        IntStream.range(0, features)
            .mapToObj(i -> new Feature("f" + i, Encoding.NUMERIC))
            .toList());
  }

  /** One feature of every encoding, the numeric ones not all in front. */
  public static FeatureSchema mixedSchema() {
    return new FeatureSchema(
        List.of(
            new Feature("country", Encoding.LABEL),
            new Feature("temperature", Encoding.NUMERIC),
            new Feature("state", Encoding.ONEHOT),
            new Feature("agent", Encoding.HASH),
            new Feature("pressure", Encoding.NUMERIC),
            new Feature("endpoint", Encoding.FREQUENCY),
            new Feature("door", Encoding.BINARY)));
  }

  /** Rows of the {@link #mixedSchema}, some values missing. */
  public static List<Row> mixed(int count, long seed) {
    Random random = new Random(seed);
    String[][] words = {
      {"DE", "FR", "IT", "中国"},
      {"open", "closed", "stuck"},
      {"curl/8", "Firefox", "Chrome"},
      {"/a", "/b", "/a", "/login"},
      {"yes", "no", "TRUE", "off", "perhaps"}
    };
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double[] numbers = {20 + random.nextGaussian(), 1013 + 5 * random.nextGaussian()};
      String[] texts = new String[words.length];
      for (int text = 0; text < texts.length; text++) {
        texts[text] =
            random.nextInt(20) == 0 ? null : words[text][random.nextInt(words[text].length)];
      }
      if (random.nextInt(20) == 0) {
        numbers[random.nextInt(2)] = Double.NaN;
      }
      rows.add(new Row(numbers, texts));
    }
    return rows;
  }
}
