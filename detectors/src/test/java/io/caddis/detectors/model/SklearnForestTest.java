// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Forests of scikit-learn decide here as they do there. {@code make_forest.py} wrote the fixture
 * with scikit-learn 1.2.1.
 */
class SklearnForestTest {
  private static final Path FOLDER = Path.of("src/test/resources/sklearn");
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Offset<Double> ROUNDING = within(1e-12);

  private static void decidesAlike(Path folder) throws IOException {
    Model model = SklearnForest.read(Files.readAllBytes(folder.resolve("forest.json"))).model();
    List<String> lines = Files.readAllLines(folder.resolve("rows.csv"));
    int anomalies = 0;
    for (String line : lines) {
      String[] cells = line.split(",");
      double[] row = new double[4];
      for (int i = 0; i < row.length; i++) {
        row[i] = Double.parseDouble(cells[i]);
      }
      double raw = model.rawScore(row, new String[0]);
      boolean anomaly = model.score(raw) >= model.threshold();
      assertThat(raw).as(line).isCloseTo(Double.parseDouble(cells[4]), ROUNDING);
      assertThat(anomaly).as(line).isEqualTo(cells[5].equals("-1"));
      anomalies += anomaly ? 1 : 0;
    }
    assertThat(anomalies).isBetween(lines.size() / 12, lines.size() / 2);
  }

  @Test
  void theFixtureIsScoredAsScikitLearnScoredIt() throws IOException {
    decidesAlike(FOLDER);
  }

  @Test
  void aForestFittedNowIsScoredAsTheScikitLearnHereScoresIt(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(PYTHON) && run("-c", "import sklearn") == 0,
        "SKIPPED: no scikit-learn in /usr/bin/python3; install python3-sklearn to compare with it");
    // 1001 training rows at contamination 0.1: one of them scores exactly the offset
    int status =
        run(
            FOLDER.resolve("make_forest.py").toString(),
            folder.toString(),
            "100",
            "256",
            "1001",
            "20000");
    assertThat(status).isZero();
    decidesAlike(folder);
  }

  private static int run(String... arguments) throws IOException, InterruptedException {
    ProcessBuilder process = new ProcessBuilder(arguments).inheritIO();
    process.command().add(0, PYTHON.toString());
    process.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    return process.start().waitFor();
  }

  @Test
  void theModelKeepsWhatScikitLearnKnew() throws IOException {
    Model model = SklearnForest.read(Files.readAllBytes(FOLDER.resolve("forest.json"))).model();

    assertThat(model.thresholdRule()).hasToString("contamination 0.1");
    assertThat(model.rows()).isEqualTo(201);
    assertThat(model.seed()).isEqualTo(3);
    assertThat(model.used()).containsExactly("x0", "x1", "x2", "x3");
    assertThat(ModelCodec.encode(ModelCodec.decode(ModelCodec.encode(model))))
        .isEqualTo(ModelCodec.encode(model));
  }

  @Test
  void whatIsNoForestIsRefused() throws IOException {
    String json = Files.readString(FOLDER.resolve("forest.json"));
    for (String broken :
        List.of(
            "{}",
            "[",
            "null",
            json.replace("caddis-sklearn", "other"),
            json.replace("\"left\": [1,", "\"left\": [900,"),
            json.replace("\"left\": [1,", "\"left\": [0,"),
            json.replace("\"max_samples\": 64", "\"max_samples\": 100000"),
            json.replace("\"trees\": [", "\"trees\": [{},"))) {
      assertThatThrownBy(() -> SklearnForest.read(broken.getBytes(StandardCharsets.UTF_8)).model())
          .as(broken.substring(0, Math.min(40, broken.length())))
          .isInstanceOf(ModelFormatException.class);
    }
  }
}
