// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.SampleRows;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.detectors.threshold.ThresholdRule.Method;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Models written by format version 1 must load for ever and score as they did. {@link #main} wrote
 * them; it is only to be run again for a new format version, into a new folder.
 */
final class GoldenModelTest {
  private static final String FOLDER = "formats/v1/";
  private static final List<String> DETECTORS = Detectors.NAMES;

  @ParameterizedTest
  @FieldSource("DETECTORS")
  void modelOfFormatVersionOneLoadsAndScoresAsItDid(String detector) throws IOException {
    byte[] bytes = resource(detector + ".cadm");
    Model model = ModelCodec.decode(bytes);
    assertThat(model.detector()).isEqualTo(detector);
    assertThat(model.schema()).isEqualTo(SampleRows.mixedSchema());
    assertThat(model.thresholdRule()).hasToString("contamination 0.02");
    assertThat(scores(model))
        .isEqualTo(new String(resource(detector + ".scores"), StandardCharsets.US_ASCII));
    assertThat(ModelCodec.encode(model)).isEqualTo(bytes);
  }

  /** Raw score and score of each probe, exactly, one a line. */
  private static String scores(Model model) {
    return SampleRows.mixed(50, 2).stream()
        .map(row -> model.rawScore(row.numbers(), row.texts()))
        .map(raw -> Double.toHexString(raw) + " " + Double.toHexString(model.score(raw)) + "\n")
        .collect(Collectors.joining());
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        GoldenModelTest.class.getClassLoader().getResourceAsStream(FOLDER + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  /**
   * Writes the golden files.
   *
   * @param arguments the folder
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    for (String detector : DETECTORS) {
      Map<String, Object> parameters =
          detector.equals("isolation_forest") ? Map.of("trees", 10, "max_samples", 64) : Map.of();
      Model model =
          new ModelTrainer(
                  SampleRows.mixedSchema(),
                  Detectors.byName(detector, parameters),
                  Scaling.ROBUST,
                  new ThresholdRule(Method.CONTAMINATION, 0.02))
              .fit(SampleRows.mixed(300, 1), 7);
      Files.write(folder.resolve(detector + ".cadm"), ModelCodec.encode(model));
      Files.writeString(folder.resolve(detector + ".scores"), scores(model));
    }
  }
}
