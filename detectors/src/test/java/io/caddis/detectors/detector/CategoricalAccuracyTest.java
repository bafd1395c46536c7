// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caddis.detectors.evaluation.RankMetrics;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.detectors.threshold.ThresholdRule.Method;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * ROC-AUC of the isolation forest on NSL-KDD by how its three text columns are encoded. The data is
 * not part of the sources; {@code CADDIS_DATA} says where it is. {@code -Dcaddis.accuracy=true}
 * prints the figures.
 */
final class CategoricalAccuracyTest {
  private static final int SEEDS = 5;

  private final Path folder =
      Path.of(Objects.requireNonNullElse(System.getenv("CADDIS_DATA"), "../../shared/data"))
          .resolve("nslkdd");

  @Test
  void categoriesScoreAtLeastAsWellAsOneColumnForEach() throws IOException {
    assumeTrue(
        Files.isDirectory(folder),
        () -> "no data in " + folder.toAbsolutePath() + ": set CADDIS_DATA to its folder");
    Map<Encoding, Double> areas = new EnumMap<>(Encoding.class);
    for (Encoding encoding :
        List.of(Encoding.CATEGORY, Encoding.ONEHOT, Encoding.FREQUENCY, Encoding.LABEL)) {
      areas.put(encoding, area(encoding));
    }
    if (Boolean.getBoolean("caddis.accuracy")) {
      areas.forEach(
          (encoding, area) -> System.out.printf(Locale.ROOT, "%s %.4f%n", encoding, area));
    }
    assertThat(areas.get(Encoding.CATEGORY))
        .isGreaterThan(areas.get(Encoding.ONEHOT) - 0.001)
        .isGreaterThan(areas.get(Encoding.FREQUENCY));
  }

  private double area(Encoding encoding) throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("data/nslkdd.csv"));
    String[] names = lines.get(0).split(",", -1);
    String[] first = lines.get(1).split(",", -1);
    List<Feature> features = new ArrayList<>();
    for (int i = 2; i < names.length; i++) {
      boolean text = Character.isLetter(first[i].charAt(0));
      features.add(new Feature(names[i], text ? encoding : Encoding.NUMERIC));
    }
    FeatureSchema schema = new FeatureSchema(features);
    String[] series = Files.readAllLines(folder.resolve("series.csv")).get(1).split(",", -1);
    Instant scoreFrom = Instant.parse(series[5]);
    List<Instant[]> intervals = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("labels.csv")).stream().skip(1).toList()) {
      String[] cells = line.split(",", -1);
      intervals.add(new Instant[] {Instant.parse(cells[1]), Instant.parse(cells[2])});
    }
    List<Row> train = new ArrayList<>();
    List<Row> rest = new ArrayList<>();
    List<Boolean> labels = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      Instant time = Instant.parse(cells[0]);
      if (time.isBefore(scoreFrom)) {
        train.add(row(cells, features));
      } else {
        rest.add(row(cells, features));
        labels.add(intervals.stream().anyMatch(i -> !time.isBefore(i[0]) && !time.isAfter(i[1])));
      }
    }
    double sum = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      sum += area(schema, train, rest, labels, seed);
    }
    return sum / SEEDS;
  }

  private static Row row(String[] cells, List<Feature> features) {
    List<Double> numbers = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      if (features.get(i).encoding().isText()) {
        texts.add(cells[i + 2]);
      } else {
        numbers.add(Double.valueOf(cells[i + 2]));
      }
    }
    return new Row(
        numbers.stream().mapToDouble(Double::doubleValue).toArray(), texts.toArray(String[]::new));
  }

  private static double area(
      FeatureSchema schema, List<Row> train, List<Row> rest, List<Boolean> labels, long seed) {
    Model model =
        new ModelTrainer(
                schema,
                new IsolationForest(),
                Scaling.ROBUST,
                new ThresholdRule(Method.CONTAMINATION, 0.01))
            .fit(train, seed);
    double[] scores = new double[rest.size()];
    boolean[] anomalous = new boolean[rest.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = model.rawScore(rest.get(i).numbers(), rest.get(i).texts());
      anomalous[i] = labels.get(i);
    }
    return RankMetrics.of(scores, anomalous).rocAuc();
  }
}
