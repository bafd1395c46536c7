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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Models written by format version 1 must load for ever, be written again as they were, and score
 * as they did to 12 digits: a kernel may add up in another order.
 *
 * <p>Each file is pinned to what {@link #main} wrote when its detector came: how a detector learns
 * may change later, so that the same rows would give another model today, but what is stored must
 * not. Hence {@link #main} only adds files that are missing; a new format version gets a new
 * folder.
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
    List<String> known =
        new String(resource(detector + ".scores"), StandardCharsets.US_ASCII).lines().toList();
    List<String> now = scores(model).lines().toList();
    assertThat(now).hasSameSizeAs(known);
    for (int i = 0; i < known.size(); i++) {
      double[] expected = numbers(known.get(i));
      assertThat(numbers(now.get(i))).containsExactly(expected, withPrecision(expected));
    }
    assertThat(ModelCodec.encode(model)).isEqualTo(bytes);
  }

  /** Raw score and score of each probe, exactly, one a line. */
  private static String scores(Model model) {
    return SampleRows.mixed(50, 2).stream()
        .map(row -> model.rawScore(row.numbers(), row.texts()))
        .map(raw -> Double.toHexString(raw) + " " + Double.toHexString(model.score(raw)) + "\n")
        .collect(Collectors.joining());
  }

  private static double[] numbers(String line) {
    return Arrays.stream(line.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  private static Offset<Double> withPrecision(double... expected) {
    return Offset.offset(1e-12 * Arrays.stream(expected).map(Math::abs).max().orElseThrow());
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        GoldenModelTest.class.getClassLoader().getResourceAsStream(FOLDER + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  /**
   * Writes the golden files that are missing.
   *
   * @param arguments the folder
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    for (String detector : DETECTORS) {
      if (Files.exists(folder.resolve(detector + ".cadm"))) {
        continue;
      }
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
