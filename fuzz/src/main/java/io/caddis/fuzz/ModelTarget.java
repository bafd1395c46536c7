// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import static io.caddis.fuzz.Target.require;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelFormatException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Models: the bytes as they are, and as somebody forged them, with a checksum that is right. They
 * are refused, or they are a model that has these bytes and scores whatever comes.
 */
final class ModelTarget implements Target {
  private static final int CHECKSUM = 32;

  @Override
  public List<byte[]> seeds() {
    return SmallModels.encoded();
  }

  @Override
  public void read(byte[] input) {
    check(input);
    if (input.length >= CHECKSUM) {
      check(sealed(input));
    }
  }

  private static void check(byte[] bytes) {
    Model model = decoded(bytes);
    if (model == null) {
      return;
    }
    require(
        Arrays.equals(ModelCodec.encode(model), bytes), "a model must have the bytes it came from");
    scoresAnything(model);
  }

  private static @Nullable Model decoded(byte[] bytes) {
    try {
      return ModelCodec.decode(bytes);
    } catch (ModelFormatException e) {
      return null;
    }
  }

  /** Scores are finite, and within [0, 1] on their scale, whatever the row. */
  static void scoresAnything(Model model) {
    double[] numbers = new double[model.schema().numbers().size()];
    @Nullable String[] texts = new String[model.schema().texts().size()];
    for (double number : new double[] {0, 1e308, -1e308, 4.9e-324, Double.NaN}) {
      Arrays.fill(numbers, number);
      double raw = model.rawScore(numbers, texts);
      require(Double.isFinite(raw), "a raw score must be finite, was %s", raw);
      double score = model.score(raw);
      require(score >= 0 && score <= 1, "a score must be 0 to 1, was %s", score);
      Arrays.fill(texts, "x");
    }
  }

  private static byte[] sealed(byte[] bytes) {
    byte[] sealed = bytes.clone();
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(sealed, 0, sealed.length - CHECKSUM);
      System.arraycopy(digest.digest(), 0, sealed, sealed.length - CHECKSUM, CHECKSUM);
      return sealed;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
