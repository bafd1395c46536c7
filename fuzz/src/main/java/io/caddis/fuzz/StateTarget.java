// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import static io.caddis.fuzz.Target.require;

import io.caddis.detectors.stream.StreamDetector;
import io.caddis.detectors.stream.StreamDetectorType;
import io.caddis.detectors.stream.StreamDetectors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * States of the detectors that learn by reading, as of a checkpoint whose checksum is right. The
 * first byte says of which detector. They are refused, or they go on: scores within [0, 1] that the
 * contributions add up to, and the same ones after they were written and read once more.
 */
final class StateTarget implements Target {
  /** Format, features and length before the body, checksum behind it. */
  private static final int HEADER = 9;

  private static final int TRAILER = 4;
  private static final int READINGS = 20;
  private static final double TOLERANCE = 1e-9;

  private final List<StreamDetectorType> types =
      StreamDetectors.NAMES.stream().map(name -> StreamDetectors.byName(name, Map.of())).toList();

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int type = 0; type < types.size(); type++) {
      for (int readings : new int[] {0, 30, 400}) {
        StreamDetector detector = types.get(type).create(1);
        Random random = new Random(type);
        for (int i = 0; i < readings; i++) {
          detector.score(60_000L * i, new double[] {random.nextGaussian()});
        }
        seeds.add(written(type, detector));
      }
    }
    return seeds;
  }

  /** With the number of its type before it. */
  private static byte[] written(int type, StreamDetector detector) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(type);
    try {
      detector.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public void read(byte[] input) {
    if (input.length < 1 + HEADER + TRAILER) {
      return;
    }
    int type = (input[0] & 0xff) % types.size();
    byte[] state = Arrays.copyOfRange(input, 1, input.length);
    seal(state);
    StreamDetector detector;
    try {
      detector = types.get(type).read(new DataInputStream(new ByteArrayInputStream(state)));
    } catch (IOException e) {
      return;
    }
    byte[] written = written(type, detector);
    StreamDetector again = restored(type, written);
    int features = detector.expected().length;
    Random random = new Random(7);
    for (int i = 0; i < READINGS; i++) {
      double[] values = new double[features];
      for (int feature = 0; feature < features; feature++) {
        values[feature] =
            switch (random.nextInt(8)) {
              case 0 -> Double.NaN;
              case 1 -> 1e150;
              default -> random.nextGaussian();
            };
      }
      double score = detector.score(60_000L * (1_000 + i), values);
      require(score >= 0 && score <= 1, "a score must be 0 to 1, was %s", score);
      double sum = Arrays.stream(detector.contributions()).sum();
      require(Math.abs(sum - score) < TOLERANCE, "contributions must be %s, were %s", score, sum);
      double restored = again.score(60_000L * (1_000 + i), values);
      require(restored == score, "a restored score must be %s, was %s", score, restored);
    }
    require(
        Arrays.equals(written(type, detector), written(type, again)),
        "a restored state must go on like the one that was written");
  }

  private StreamDetector restored(int type, byte[] written) {
    try {
      return types
          .get(type)
          .read(new DataInputStream(new ByteArrayInputStream(written, 1, written.length - 1)));
    } catch (IOException e) {
      throw new AssertionError("a state must be able to read what it wrote", e);
    }
  }

  /** Puts the right length and checksum in. */
  private static void seal(byte[] state) {
    int body = state.length - HEADER - TRAILER;
    CRC32 checksum = new CRC32();
    checksum.update(state, HEADER, body);
    ByteBuffer.wrap(state)
        .putInt(HEADER - 4, body)
        .putInt(HEADER + body, (int) checksum.getValue());
  }
}
