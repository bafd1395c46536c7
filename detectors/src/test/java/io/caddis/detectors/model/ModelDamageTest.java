// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.IsolationForest;
import io.caddis.detectors.detector.SampleRows;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.stream.SensorScorer;
import io.caddis.detectors.stream.SensorStates;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.detectors.threshold.ThresholdRule.Method;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Bytes that are no model, by accident or by intent, never become one that misbehaves. */
final class ModelDamageTest {
  private static final int CHECKSUM = 32;

  /** All kinds of models here but the ensemble are shorter. */
  private static final int SHORT_BYTES = 4_000;

  private static final List<String> DETECTORS =
      Stream.concat(Detectors.NAMES.stream(), StreamDetectors.NAMES.stream()).toList();

  private static byte[] encoded(String detector) {
    if (StreamDetectors.NAMES.contains(detector)) {
      return ModelCodec.encode(learned(detector));
    }
    Map<String, Object> parameters =
        switch (detector) {
          case "isolation_forest" -> Map.of("trees", 3, "max_samples", 16);
          case "random_cut_forest" -> Map.of("n_estimators", 2, "training_rows", 8);
          case "extended_isolation_forest" -> Map.of("n_estimators", 3, "max_samples", 16);
          case "half_space_trees" -> Map.of("n_estimators", 3, "height", 3);
          case "local_outlier_factor", "knn" -> Map.of("reference_rows", 8);
          default -> Map.of();
        };
    return ModelCodec.encode(
        new ModelTrainer(
                SampleRows.mixedSchema(),
                Detectors.byName(detector, parameters),
                Scaling.ROBUST,
                new ThresholdRule(Method.PERCENTILE, 95))
            .fit(SampleRows.mixed(60, 5), 5));
  }

  /** Of two sensors, one of them past its warm-up. */
  private static Model learned(String detector) {
    SensorScorer scorer = SensorStates.empty(detector, Map.of(), 2).scorer();
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      double[] row = {random.nextGaussian(), random.nextGaussian()};
      scorer.score(i % 100 == 99 ? "b" : "", 60_000L * i, row, null);
    }
    FeatureSchema schema =
        new FeatureSchema(
            List.of(new Feature("x", Encoding.NUMERIC), new Feature("y", Encoding.NUMERIC)));
    return Model.learned(scorer.states(), schema, 0.5, 5, 300);
  }

  /** The bytes with a checksum that is right again. */
  private static byte[] sealed(byte[] bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, 0, bytes.length - CHECKSUM);
      System.arraycopy(digest.digest(), 0, bytes, bytes.length - CHECKSUM, CHECKSUM);
      return bytes;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** All places of a short model; of a long one the beginning, the end and some between. */
  private static IntStream places(byte[] bytes) {
    return IntStream.range(0, bytes.length)
        .filter(i -> i < SHORT_BYTES || i > bytes.length - 100 || i % 997 == 0);
  }

  @ParameterizedTest
  @FieldSource("DETECTORS")
  void everyTruncationIsRefused(String detector) {
    byte[] bytes = encoded(detector);
    for (int length : places(bytes).toArray()) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> ModelCodec.decode(cut)).isInstanceOf(ModelFormatException.class);
    }
  }

  @ParameterizedTest
  @FieldSource("DETECTORS")
  void everyFlippedBitIsRefused(String detector) {
    byte[] bytes = encoded(detector);
    int bits = bytes.length < SHORT_BYTES ? 8 : 1;
    for (int at : places(bytes).toArray()) {
      for (int bit = 0; bit < bits; bit++) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << (at + bit) % 8);
        assertThat(isRefused(flipped)).as("bit %d of byte %d", (at + bit) % 8, at).isTrue();
      }
    }
  }

  private static boolean isRefused(byte[] bytes) {
    try {
      ModelCodec.decode(bytes);
      return false;
    } catch (ModelFormatException refused) {
      return true;
    }
  }

  @ParameterizedTest
  @FieldSource("DETECTORS")
  void everyTruncationWithARightChecksumIsRefused(String detector) {
    byte[] bytes = encoded(detector);
    for (int length : places(bytes).filter(i -> i >= CHECKSUM).toArray()) {
      byte[] cut = sealed(Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> ModelCodec.decode(cut)).isInstanceOf(ModelFormatException.class);
    }
  }

  /** What runs code where models are read with Java's serialization. */
  private static final class Planted implements Serializable {
    private static final AtomicBoolean RUN = new AtomicBoolean();

    private void readObject(ObjectInputStream in) {
      RUN.set(true);
    }
  }

  @Test
  void codeInAModelIsRefusedAndNotRun() throws Exception {
    ByteArrayOutputStream object = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(object)) {
      out.writeObject(new Planted());
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(object.toByteArray()))) {
      in.readObject();
    }
    assertThat(Planted.RUN.getAndSet(false)).as("it is code").isTrue();

    byte[] pickle = "cos\nsystem\n(S'exit 1'\ntR.".getBytes(StandardCharsets.US_ASCII);
    for (byte[] code : List.of(object.toByteArray(), pickle)) {
      assertThatThrownBy(() -> ModelCodec.decode(code)).isInstanceOf(ModelFormatException.class);
      for (String detector : DETECTORS) {
        byte[] model = encoded(detector);
        for (int at = 6; at + code.length < model.length - CHECKSUM; at += code.length) {
          byte[] holding = model.clone();
          System.arraycopy(code, 0, holding, at, code.length);
          read(sealed(holding));
        }
      }
    }
    assertThat(Planted.RUN).isFalse();
  }

  /** Whatever comes of it. */
  private static void read(byte[] bytes) {
    try {
      ModelCodec.decode(bytes);
    } catch (ModelFormatException refused) {
      assertThat(refused).hasMessageStartingWith("model bytes are not valid: ");
    }
  }

  @Provide
  Arbitrary<String> detectors() {
    return Arbitraries.of(DETECTORS);
  }

  @Property(tries = 3_000)
  void forgedBytesWithARightChecksumAreRefusedOrGiveAWorkingModel(
      @ForAll("detectors") String detector,
      @ForAll @IntRange(min = 1, max = 4) int changes,
      @ForAll long seed) {
    byte[] bytes = encoded(detector);
    Random random = new Random(seed);
    for (int i = 0; i < changes; i++) {
      int at = 6 + random.nextInt(bytes.length - CHECKSUM - 6);
      bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : -random.nextInt(2));
    }
    Model forged;
    try {
      forged = ModelCodec.decode(sealed(bytes));
    } catch (ModelFormatException e) {
      assertThat(e).hasMessageStartingWith("model bytes are not valid: ");
      return;
    }
    assertThat(ModelCodec.encode(forged)).isEqualTo(bytes);
    double[] numbers = new double[forged.schema().numbers().size()];
    String[] texts = new String[forged.schema().texts().size()];
    for (double number : new double[] {0, 1e308, -1e308, Double.NaN}) {
      Arrays.fill(numbers, number);
      double raw = forged.rawScore(numbers, texts);
      assertThat(raw).isFinite();
      assertThat(forged.score(raw)).isBetween(0.0, 1.0);
    }
  }

  @Test
  void errorsSayWhatAndWhere() {
    byte[] bytes = encoded("zscore");
    assertRefused(new byte[0], "magic must have 4 bytes, was cut off after 0 at byte 0");
    assertRefused(
        "PK.. something else".getBytes(StandardCharsets.UTF_8),
        "magic must be 4341444d at byte 0, was 504b2e2e");
    byte[] newer = bytes.clone();
    newer[5] = 2;
    assertRefused(newer, "format version must be 1 at byte 4, was 2: written by a newer Caddis?");
    byte[] damaged = bytes.clone();
    damaged[20] ^= 1;
    assertRefused(
        damaged, "checksum must match the bytes before it, did not at byte " + (bytes.length - 32));
    byte[] rows = bytes.clone();
    ByteBuffer.wrap(rows).putInt(14, 1);
    assertRefused(sealed(rows), "training rows must be 2 to 2147483647, was 1 at byte 14");
    byte[] name = bytes.clone();
    name[20] = 'x';
    assertRefused(
        sealed(name),
        "detector must be one of " + String.join(", ", Detectors.NAMES) + ", was 'xscore'");
    assertRefused(
        new byte[ModelCodec.MAX_BYTES + 1], "model must have at most 33554432 bytes, was 33554433");
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 8);
    assertThatThrownBy(() -> ModelCodec.decode(sealed(longer)))
        .hasMessageContaining("detector payload must have ");
  }

  private static void assertRefused(byte[] bytes, String message) {
    assertThatThrownBy(() -> ModelCodec.decode(bytes))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage("model bytes are not valid: " + message);
  }

  @Test
  void nodesThatLeaveTheirTreeAreRefused() {
    byte[] bytes =
        ModelCodec.encode(
            new ModelTrainer(
                    SampleRows.numericSchema(1),
                    new IsolationForest(1, 2),
                    Scaling.NONE,
                    new ThresholdRule(Method.CONTAMINATION, 0.1))
                .fit(SampleRows.numeric(new double[][] {{1}, {2}}), 1));
    // one split and two leaves: the last 24 bytes before the checksum
    int root = bytes.length - CHECKSUM - 24;
    for (long node :
        List.of(
            0x3F80_0000_000_00000L | 2, // right child behind the tree
            0x3F80_0000_001_00001L, // feature that the rows lack
            0x3F80_0000_000_00000L)) { // split onto itself
      byte[] forged = bytes.clone();
      ByteBuffer.wrap(forged).putLong(root, node);
      assertRefused(
          sealed(forged),
          "node must be a leaf or a split with children in its tree, was %016x at byte %d"
              .formatted(node, root));
    }
  }
}
