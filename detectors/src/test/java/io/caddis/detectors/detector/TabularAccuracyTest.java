// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caddis.detectors.evaluation.RankMetrics;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.detectors.threshold.ThresholdRule.Method;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * ROC-AUC on labelled tables beside what scikit-learn reaches on the same split, as {@code
 * scikit_learn.py} measured it. The tables are not part of the sources; {@code CADDIS_DATA} says
 * where they are. {@code -Dcaddis.accuracy=true} prints the figures of every detector.
 */
final class TabularAccuracyTest {
  private static final int SEEDS = 5;

  private final Path folder =
      Path.of(Objects.requireNonNullElse(System.getenv("CADDIS_DATA"), "../../shared/data"))
          .resolve("tabular");
  private final Map<String, Table> tables = new LinkedHashMap<>();

  private record Table(double[][] train, double[][] rest, boolean[] anomalous) {}

  @BeforeEach
  void readTables() throws IOException {
    assumeTrue(
        Files.isDirectory(folder),
        () -> "no tables in " + folder.toAbsolutePath() + ": set CADDIS_DATA to their folder");
    for (String line : lines(folder.resolve("series.csv"))) {
      String[] cells = line.split(",", -1);
      tables.put(cells[0], table(cells[0], Instant.parse(cells[5])));
    }
  }

  @Test
  void isolationForestIsWithinAPointOfScikitLearn() throws IOException {
    double ours = mean("isolation_forest", Map.of());
    assertThat(ours).isBetween(peer("isolation_forest") - 0.01, peer("isolation_forest") + 0.01);
  }

  @Test
  void ensembleIsClearlyAboveTheForest() {
    assertThat(mean("ensemble", Map.of())).isGreaterThan(mean("isolation_forest", Map.of()) + 0.03);
  }

  @Test
  void distancesBoundariesAndReconstructionsAreNoWorseThanScikitLearns() throws IOException {
    assertThat(mean("local_outlier_factor", Map.of()))
        .isGreaterThan(peer("local_outlier_factor") - 0.02);
    for (double nu : new double[] {0.5, 0.1}) {
      double peer = peer("one_class_svm nu=" + nu);
      assertThat(mean("one_class_svm", Map.of("nu", nu))).isBetween(peer - 0.02, peer + 0.02);
    }
    assertThat(mean("autoencoder", Map.of())).isGreaterThan(peer("autoencoder") - 0.02);
  }

  @Test
  void everyDetectorIsBetterThanChance() {
    boolean report = Boolean.getBoolean("caddis.accuracy");
    for (String detector : Detectors.NAMES) {
      double area = mean(detector, Map.of(), report ? SEEDS : 1);
      if (report) {
        System.out.printf(Locale.ROOT, "%s %.4f%n", detector, area);
      }
      assertThat(area).as(detector).isGreaterThan(0.65);
    }
  }

  /** Mean over the tables of the mean over the seeds. */
  private double mean(String detector, Map<String, Object> parameters) {
    return mean(detector, parameters, SEEDS);
  }

  private double mean(String detector, Map<String, Object> parameters, int seeds) {
    return tables.values().stream()
        .mapToDouble(table -> area(table, detector, parameters, seeds))
        .average()
        .orElseThrow();
  }

  private static double area(
      Table table, String detector, Map<String, Object> parameters, int seeds) {
    double sum = 0;
    for (int seed = 0; seed < seeds; seed++) {
      Model model =
          new ModelTrainer(
                  SampleRows.numericSchema(table.train[0].length),
                  Detectors.byName(detector, parameters),
                  Scaling.ROBUST,
                  new ThresholdRule(Method.CONTAMINATION, 0.1))
              .fit(SampleRows.numeric(table.train), seed);
      double[] scores = new double[table.rest.length];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = model.rawScore(table.rest[i], new String[0]);
      }
      sum += RankMetrics.of(scores, table.anomalous).rocAuc();
    }
    return sum / seeds;
  }

  /** Mean over the tables. */
  private static double peer(String detector) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            TabularAccuracyTest.class.getResourceAsStream("/accuracy/scikit-learn.csv"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(",", -1))
          .filter(cells -> cells[0].equals(detector) && !cells[1].equals("speed"))
          .mapToDouble(cells -> Double.parseDouble(cells[2]))
          .average()
          .orElseThrow();
    }
  }

  private Table table(String key, Instant scoreFrom) throws IOException {
    List<Instant[]> intervals = new ArrayList<>();
    for (String line : lines(folder.resolve("labels.csv"))) {
      String[] cells = line.split(",", -1);
      if (cells[0].equals(key)) {
        intervals.add(new Instant[] {Instant.parse(cells[1]), Instant.parse(cells[2])});
      }
    }
    List<double[]> train = new ArrayList<>();
    List<double[]> rest = new ArrayList<>();
    List<Boolean> anomalous = new ArrayList<>();
    for (String line : lines(folder.resolve("data").resolve(key + ".csv"))) {
      String[] cells = line.split(",", -1);
      Instant time = Instant.parse(cells[0]);
      double[] row = new double[cells.length - 2];
      for (int i = 0; i < row.length; i++) {
        row[i] = Double.parseDouble(cells[i + 2]);
      }
      if (time.isBefore(scoreFrom)) {
        train.add(row);
      } else {
        rest.add(row);
        anomalous.add(
            intervals.stream().anyMatch(i -> !time.isBefore(i[0]) && !time.isAfter(i[1])));
      }
    }
    boolean[] labels = new boolean[anomalous.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = anomalous.get(i);
    }
    return new Table(train.toArray(double[][]::new), rest.toArray(double[][]::new), labels);
  }

  private static List<String> lines(Path csv) throws IOException {
    return Files.readAllLines(csv).stream().skip(1).toList();
  }
}
