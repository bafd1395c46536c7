// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.FittedDetector;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our detectors score as their references do, on random rows and on real ones. */
final class ExactnessTest {
  private static final String PYTHON = "/usr/bin/python3";
  private static final double TRAINED = 0.7;

  private static final Map<String, Map<String, Object>> DETECTORS =
      Map.ofEntries(
          Map.entry("zscore", Map.of()),
          Map.entry("iqr", Map.of()),
          Map.entry("hbos", Map.of("n_bins", 20)),
          Map.entry("mcd", Map.of()),
          Map.entry("knn", Map.of("n_neighbors", 10, "reference_rows", 1_000)),
          Map.entry("local_outlier_factor", Map.of("n_neighbors", 10, "reference_rows", 1_000)),
          Map.entry("one_class_svm", Map.of("nu", 0.1)),
          Map.entry("isolation_forest", Map.of("trees", 20)),
          Map.entry("extended_isolation_forest", Map.of("n_estimators", 20)),
          Map.entry("half_space_trees", Map.of("n_estimators", 10, "height", 6)),
          Map.entry("kmeans", Map.of("n_clusters", 16)),
          Map.entry("autoencoder", Map.of()));

  /** In standard deviations of the scores; what is not here agrees but for rounding. */
  private static final Map<String, Double> TOLERANCE =
      Map.of("one_class_svm", 1e-2, "mcd (log determinant)", 0.1);

  private static final double ROUNDING = 1e-9;

  @TempDir private Path folder;

  @Test
  void scoresAreThoseOfTheReferences() throws IOException, InterruptedException {
    assumeTrue(ProcessContender.succeeds(PYTHON, "-c", "import sklearn"));
    python("data");
    List<Path> sets;
    try (Stream<Path> files = Files.list(folder)) {
      sets = files.filter(file -> file.toString().endsWith(".rows")).sorted().toList();
    }
    assertThat(sets).hasSize(5);
    for (Path set : sets) {
      score(set);
    }

    List<String> compared = python("compare");
    assertThat(compared).hasSize(sets.size() * (DETECTORS.size() + 1));
    for (String line : compared) {
      System.out.println(line);
      String[] fields = line.split("\t");
      assertThat(Double.parseDouble(fields[3]))
          .as(line)
          .isLessThan(TOLERANCE.getOrDefault(fields[0], ROUNDING));
    }
  }

  /** Writes the model and the scores of each detector. */
  private void score(Path set) throws IOException {
    double[][] rows = rows(set);
    double[][] training = Arrays.copyOf(rows, (int) (TRAINED * rows.length));
    String name = set.getFileName().toString().replace(".rows", "");
    for (Map.Entry<String, Map<String, Object>> each : DETECTORS.entrySet()) {
      String detector = each.getKey();
      FittedDetector fitted = Detectors.byName(detector, each.getValue()).fit(training, 42);
      ByteBuffer scores = ByteBuffer.allocate(Double.BYTES * rows.length);
      for (double[] row : rows) {
        scores.putDouble(fitted.rawScore(row));
      }
      Files.write(folder.resolve(name + "." + detector + ".scores"), scores.array());
      Files.write(folder.resolve(name + "." + detector + ".model"), CaddisEngine.written(fitted));
    }
  }

  private static double[][] rows(Path set) throws IOException {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(set))) {
      double[][] rows = new double[in.readInt()][in.readInt()];
      ByteBuffer values = ByteBuffer.wrap(in.readAllBytes());
      for (double[] row : rows) {
        for (int feature = 0; feature < row.length; feature++) {
          row[feature] = values.getDouble();
        }
      }
      return rows;
    }
  }

  /** What the script says. */
  private List<String> python(String command) throws IOException, InterruptedException {
    Path script = folder.resolve("exactness.py");
    try (InputStream in = ExactnessTest.class.getResourceAsStream("exactness.py")) {
      Files.write(script, Objects.requireNonNull(in).readAllBytes());
    }
    ProcessBuilder python =
        new ProcessBuilder(PYTHON, script.toString(), command, folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    // One thread is enough, and all that there may be.
    python.environment().put("OMP_NUM_THREADS", "1");
    python.environment().put("OPENBLAS_NUM_THREADS", "1");
    Process process = python.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.lines().toList();
  }
}
