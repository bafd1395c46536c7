// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.FittedDetector;
import io.caddis.detectors.detector.IsolationForest;
import io.caddis.detectors.stream.StreamDetector;
import io.caddis.detectors.stream.StreamDetectors;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smile.anomaly.SVM;
import smile.math.kernel.GaussianKernel;
import smile.neighbor.KDTree;

/** Our detectors score as their references do, on random rows and on real ones. */
final class ExactnessTest {
  private static final String PYTHON = "/usr/bin/python3";
  private static final double TRAINED = 0.7;
  private static final double NU = 0.1;
  private static final int NEIGHBORS = 10;
  private static final long SEED = 42;

  private static final Map<String, Map<String, Object>> DETECTORS =
      Map.ofEntries(
          Map.entry("zscore", Map.of()),
          Map.entry("iqr", Map.of()),
          Map.entry("hbos", Map.of("n_bins", 20)),
          Map.entry("mcd", Map.of()),
          Map.entry("knn", Map.of("n_neighbors", NEIGHBORS, "reference_rows", 1_000)),
          Map.entry(
              "local_outlier_factor", Map.of("n_neighbors", NEIGHBORS, "reference_rows", 1_000)),
          Map.entry("one_class_svm", Map.of("nu", NU)),
          Map.entry("isolation_forest", Map.of("trees", 20)),
          Map.entry("extended_isolation_forest", Map.of("n_estimators", 20)),
          Map.entry("half_space_trees", Map.of("n_estimators", 10, "height", 6)),
          Map.entry("kmeans", Map.of("n_clusters", 16)),
          Map.entry("autoencoder", Map.of()));

  /** In standard deviations of the scores; what is not here agrees but for rounding. */
  private static final Map<String, Double> TOLERANCE =
      Map.of("one_class_svm", 1e-2, "mcd (log determinant)", 0.1);

  private static final double ROUNDING = 1e-9;

  /** Of what is kept in single precision, where processors may round the last digit otherwise. */
  private static final double STREAM_ROUNDING = 1e-6;

  private static final List<String> STREAM_REFERENCES =
      List.of("univariate_reference", "multivariate_reference");
  private static final List<String> SCRIPTS =
      List.of("exactness.py", "univariate_reference.py", "multivariate_reference.py");

  @TempDir private Path folder;

  @Test
  void scoresAreThoseOfTheReferences() throws IOException, InterruptedException {
    List<Path> sets = sets();
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

  /** Of each reading: raw score, score, what was expected, and what each feature contributes. */
  @Test
  void whatIsSaidOfStreamsIsWhatTheReferencesSay() throws IOException, InterruptedException {
    assumeTrue(ProcessContender.succeeds(PYTHON, "-c", "import sklearn"));
    List<String> cases = new ArrayList<>();
    List<Process> comparisons = new ArrayList<>();
    for (String references : STREAM_REFERENCES) {
      List<String> lines = python("streams", references);
      for (String line : lines) {
        say(line.split("\t", -1));
      }
      cases.addAll(lines);
      comparisons.add(start("compare-streams", references));
    }
    List<String> compared = new ArrayList<>();
    for (Process comparison : comparisons) {
      compared.addAll(said(comparison));
    }
    assertThat(compared).hasSameSizeAs(cases);
    for (String line : compared) {
      System.out.println(line);
      assertThat(Double.parseDouble(line.split("\t")[3])).as(line).isLessThan(STREAM_ROUNDING);
    }
  }

  /**
   * Writes what a detector says of each reading.
   *
   * @param given name of the stream, detector, number of the case, parameters
   */
  private void say(String[] given) throws IOException {
    Map<String, Object> parameters = new LinkedHashMap<>();
    for (String parameter : given[3].isEmpty() ? new String[0] : given[3].split(",")) {
      String[] pair = parameter.split("=");
      parameters.put(pair[0], pair[1]);
    }
    try (DataInputStream in =
            new DataInputStream(
                new BufferedInputStream(
                    Files.newInputStream(folder.resolve(given[0] + ".series"))));
        DataOutputStream out =
            new DataOutputStream(
                new BufferedOutputStream(
                    Files.newOutputStream(
                        folder.resolve(String.join(".", given[0], given[1], given[2], "said")))))) {
      long[] times = new long[in.readInt()];
      double[] values = new double[in.readInt()];
      StreamDetector detector = StreamDetectors.byName(given[1], parameters).create(values.length);
      for (int i = 0; i < times.length; i++) {
        times[i] = in.readLong();
      }
      for (long time : times) {
        for (int feature = 0; feature < values.length; feature++) {
          values[feature] = in.readDouble();
        }
        double score = detector.score(time, values);
        out.writeDouble(detector.rawScore());
        out.writeDouble(score);
        for (double[] columns : List.of(detector.expected(), detector.contributions())) {
          for (double value : columns) {
            out.writeDouble(value);
          }
        }
      }
    }
  }

  /** What is deterministic agrees but for rounding and the tolerance of a search. */
  @Test
  void scoresAreThoseOfSmile() throws IOException, InterruptedException {
    for (Path set : sets()) {
      double[][] rows = rows(set);
      double[][] training = training(rows);
      double[][] fresh = Arrays.copyOfRange(rows, training.length, rows.length);

      double nu = Math.floor(NU * training.length) / training.length;
      double[] ours =
          Detectors.byName("one_class_svm", Map.of("nu", nu)).fit(training, SEED).rawScores(fresh);
      agree("one_class_svm", set, largestDifference(ours, smileSvm(training, nu, fresh)), 0.1);

      FittedDetector knn =
          Detectors.byName("knn", Map.of("n_neighbors", NEIGHBORS, "reference_rows", 1_000))
              .fit(training, SEED);
      double[] theirs = smileNeighbors(CaddisEngine.written(knn), fresh);
      agree("knn", set, largestDifference(knn.rawScores(fresh), theirs), ROUNDING);

      forests(set, training, fresh);
    }
  }

  /**
   * Random forests are as near to each other as those of one library are: the difference is root
   * mean square, of so many trees that little is left to chance.
   */
  private void forests(Path set, double[][] training, double[][] fresh) {
    IsolationForest forest = new IsolationForest(1_000, 128);
    double[] ours = forest.fit(training, SEED).rawScores(fresh);
    double[] again = forest.fit(training, SEED + 1).rawScores(fresh);
    double[] theirs =
        new SmileForest(forest.trees(), forest.maxSamples(), false)
            .fit(training, SEED)
            .batch(fresh);
    agree(
        "isolation_forest (difference of two of ours %.2f)".formatted(meanDifference(again, ours)),
        set,
        meanDifference(ours, theirs),
        0.25);
  }

  /**
   * By Smile's search, which lets no row be in part a support vector: nu must be a number of rows.
   * It stops earlier than ours at the same tolerance, and its weights add up to 1 instead of that
   * number.
   */
  private static double[] smileSvm(double[][] training, double nu, double[][] rows) {
    double width = Math.sqrt(1 / (2 * Libsvm.gamma(training)));
    SVM<double[]> machine = SVM.fit(training, new GaussianKernel(width), nu, 1e-6);
    return Arrays.stream(rows)
        .mapToDouble(row -> -nu * training.length * machine.score(row))
        .toArray();
  }

  /** The mean distance to the rows that a model holds, by Smile's search. */
  private static double[] smileNeighbors(byte[] model, double[][] rows) {
    ByteBuffer payload = ByteBuffer.wrap(model);
    int neighbors = payload.getShort();
    payload.get();
    double[][] kept = new double[payload.getInt()][rows[0].length];
    for (double[] row : kept) {
      payload.asDoubleBuffer().get(row);
      payload.position(payload.position() + row.length * Double.BYTES);
    }
    KDTree<double[]> tree = KDTree.of(kept);
    return Arrays.stream(rows)
        .mapToDouble(
            row ->
                Arrays.stream(tree.search(row, neighbors))
                    .mapToDouble(neighbor -> neighbor.distance)
                    .average()
                    .orElseThrow())
        .toArray();
  }

  /** The largest, in standard deviations of theirs. */
  private static double largestDifference(double[] ours, double[] theirs) {
    double largest = 0;
    for (int i = 0; i < ours.length; i++) {
      largest = Math.max(largest, Math.abs(ours[i] - theirs[i]));
    }
    return largest / deviation(theirs);
  }

  /** The root mean square, in standard deviations of theirs. */
  private static double meanDifference(double[] ours, double[] theirs) {
    double sum = 0;
    for (int i = 0; i < ours.length; i++) {
      sum += (ours[i] - theirs[i]) * (ours[i] - theirs[i]);
    }
    return Math.sqrt(sum / ours.length) / deviation(theirs);
  }

  private static double deviation(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(
        Arrays.stream(values)
            .map(value -> (value - mean) * (value - mean))
            .average()
            .orElseThrow());
  }

  private static void agree(String detector, Path set, double difference, double tolerance) {
    String line = "%s\tSmile\t%s\t%.2g".formatted(detector, set.getFileName(), difference);
    System.out.println(line);
    assertThat(difference).as(line).isLessThan(tolerance);
  }

  /** Random and real rows, written by the script. */
  private List<Path> sets() throws IOException, InterruptedException {
    assumeTrue(ProcessContender.succeeds(PYTHON, "-c", "import sklearn"));
    python("data");
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> sets = files.filter(file -> file.toString().endsWith(".rows")).sorted().toList();
      assertThat(sets).hasSize(5);
      return sets;
    }
  }

  private static double[][] training(double[][] rows) {
    return Arrays.copyOf(rows, (int) (TRAINED * rows.length));
  }

  /** Writes the model and the scores of each detector. */
  private void score(Path set) throws IOException {
    double[][] rows = rows(set);
    double[][] training = training(rows);
    String name = set.getFileName().toString().replace(".rows", "");
    for (Map.Entry<String, Map<String, Object>> each : DETECTORS.entrySet()) {
      String detector = each.getKey();
      FittedDetector fitted = Detectors.byName(detector, each.getValue()).fit(training, SEED);
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
  private List<String> python(String... arguments) throws IOException, InterruptedException {
    return said(start(arguments));
  }

  private Process start(String... arguments) throws IOException {
    for (String script : SCRIPTS) {
      try (InputStream in = ExactnessTest.class.getResourceAsStream(script)) {
        Files.write(folder.resolve(script), Objects.requireNonNull(in).readAllBytes());
      }
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                PYTHON,
                folder.resolve(SCRIPTS.get(0)).toString(),
                arguments[0],
                folder.toString()));
    command.addAll(Arrays.asList(arguments).subList(1, arguments.length));
    ProcessBuilder python =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    // One thread is enough, and all that there may be.
    python.environment().put("OMP_NUM_THREADS", "1");
    python.environment().put("OPENBLAS_NUM_THREADS", "1");
    return python.start();
  }

  private static List<String> said(Process process) throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.lines().toList();
  }
}
