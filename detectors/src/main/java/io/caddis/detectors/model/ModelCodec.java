// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.FittedDetector;
import io.caddis.detectors.detector.PayloadReader;
import io.caddis.detectors.detector.PayloadWriter;
import io.caddis.detectors.feature.FeatureEncoder;
import io.caddis.detectors.stream.SensorStates;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.detectors.threshold.ScoreScale;
import io.caddis.detectors.threshold.ThresholdRule;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Models as bytes, in an explicit versioned format; big-endian, doubles as IEEE 754, text as two
 * bytes of length and UTF-8.
 *
 * <pre>
 * magic            4 bytes    "CADM"
 * format version   u16        1
 * seed             i64
 * training rows    i32        2 or more
 * detector         text       name
 * features         u16        1 to 4096, then for each:
 *   name           text
 *   encoding       u8         0 numeric, 1 label, 2 onehot, 3 hash, 4 frequency, 5 binary,
 *                             6 category
 *   used           u8         0 or 1; when used:
 *     numeric:     f64        training median
 *     others:      i32        categories, then for each: text, and with frequency and category its
 *                             share, f64; with category also the share of unseen ones, f64
 *                  f64        fallback code
 * scaling          u8         0 none, 1 standard, 2 robust
 * columns          u16        1 to 4096, then for each: center f64, unit f64
 * threshold rule   u8, f64    0 contamination, 1 percentile, 2 std, 3 fixed, 4 spot, 5 raw; its
 *                             value
 * score scale      3 f64      raw threshold, above, below
 * detector payload i32        length in bytes, then:
 *   isolation_forest          sample size i32, trees i32, for each: nodes i32, then i64 a node
 *                             (32 bits threshold key, 12 bits feature, 20 bits distance to the left
 *                             child; keys from 7F800000 on are leaves: their key is the path length
 *                             above that in units of 2^-17, the low 32 bits its rest in units of
 *                             2^-49, 0 but in imported forests)
 *   iqr                       for each column: low f64, high f64, unit f64
 *   zscore                    as iqr, then (older models end here) rows i64, for each column: sum of
 *                             squared deviations f64
 *   mcd                       centers f64 each, lower triangle of the factor by rows, f64 each
 *                             (only its diagonal with more than 512 columns)
 *   knn                       neighbours u16, u8 0 mean 1 largest, reference rows i32, f64 a number
 *   local_outlier_factor      neighbours u16, reference rows i32, f64 a number, for each row: reach
 *                             f64, density f64
 *   ensemble                  isolation_forest, mcd, knn as above, after each: step f64, excess
 *                             f64, 256 knots f64
 *   kmeans                    centers i32, f64 a number
 *   hbos                      bins u16, for each column: low f64, width f64, bins + 2 rarities f64
 *   half_space_trees          trees i32, height u8, window i32, rows i32, latest rows i32, for each
 *                             inner node: feature u16, threshold f64; for each node: mass i32,
 *                             latest mass i32
 *   one_class_svm             gamma f64, boundary f64, support vectors i32, f64 a number, weights
 *                             f64 each
 *   extended_isolation_forest sample size i32, terms of a cut u8, trees i32, for each: nodes i32,
 *                             then for each: distance to the left child i32, 0 = leaf, cut or path
 *                             length f64, and of a cut for each term: feature u16, weight f64
 *   random_cut_forest         trees u16, sample size u16, seed i64, rows i32, f32 a number
 *   auto, univariate, mewma, t2q, stream_knn
 *                             parameters u16, for each by name: name text, value text; sensors i32,
 *                             for each by key: key text, newest event time i64, state i32 length
 *                             and bytes with a checksum, warm-up statistics i32 length and bytes
 *   autoencoder               hidden units u16, for each column: center f64, unit f64; for each
 *                             hidden unit: bias f64, weights f64; for each column the same
 * checksum         32 bytes   SHA-256 of all before
 * </pre>
 *
 * Encoding is canonical: equal models have equal bytes, and decoding and encoding gives the same
 * bytes. Decoding runs no code from the data, allocates no more than a small multiple of the input,
 * and gives a model that ends on every row or throws.
 */
public final class ModelCodec {
  /** Longest model, bytes. */
  public static final int MAX_BYTES = 32 << 20;

  private static final int MAGIC = 0x4341444D;
  private static final int VERSION = 1;
  private static final int CHECKSUM_BYTES = 32;
  private static final int HEADER_BYTES = 6;

  private ModelCodec() {}

  /**
   * The model as bytes.
   *
   * @throws IllegalArgumentException if they would be more than {@link #MAX_BYTES}
   */
  public static byte[] encode(Model model) {
    PayloadWriter out = new PayloadWriter();
    out.i32(MAGIC);
    out.u16(VERSION);
    out.i64(model.seed());
    out.i32(model.rows());
    out.text(model.detector());
    EncoderFormat.write(model.encoder(), out);
    out.u8(model.thresholdRule().method().ordinal());
    out.f64(model.thresholdRule().value());
    out.f64(model.scale().rawThreshold());
    out.f64(model.scale().above());
    out.f64(model.scale().below());
    PayloadWriter payload = new PayloadWriter();
    model.fitted().write(payload);
    out.i32(payload.size());
    out.raw(payload.toByteArray());
    out.raw(digest(out.toByteArray(), out.size()));
    if (out.size() > MAX_BYTES) {
      throw new IllegalArgumentException(
          "model must have at most %d bytes, was %d: use fewer trees, rows, categories or sensors"
              .formatted(MAX_BYTES, out.size()));
    }
    return out.toByteArray();
  }

  /**
   * The model that the bytes hold.
   *
   * @throws ModelFormatException if they are no model that this version reads, or damaged
   */
  public static Model decode(byte[] bytes) {
    try {
      checkFrame(bytes);
      PayloadReader in = new PayloadReader(bytes, HEADER_BYTES, bytes.length - CHECKSUM_BYTES);
      long seed = in.i64("seed");
      int rows = in.i32("training rows", 2, Integer.MAX_VALUE);
      String detector = in.text("detector");
      FeatureEncoder encoder = EncoderFormat.read(in);
      ThresholdRule.Method[] methods = ThresholdRule.Method.values();
      ThresholdRule.Method method = methods[in.u8("threshold rule", 0, methods.length - 1)];
      ThresholdRule rule = new ThresholdRule(method, in.finite("threshold value"));
      ScoreScale scale =
          new ScoreScale(in.finite("raw threshold"), in.positive("above"), in.positive("below"));
      int payload = in.count("detector payload", 0, MAX_BYTES, 1);
      if (payload != in.remaining()) {
        throw new IllegalArgumentException(
            "detector payload must have %d bytes, was %d at byte %d"
                .formatted(in.remaining(), payload, in.position()));
      }
      FittedDetector fitted =
          StreamDetectors.NAMES.contains(detector)
              ? SensorStates.read(detector, encoder.width(), in)
              : Detectors.read(detector, encoder.width(), in);
      if (in.remaining() > 0) {
        throw new IllegalArgumentException(
            "model must end after its detector, was %d bytes longer at byte %d"
                .formatted(in.remaining(), in.position()));
      }
      return new Model(encoder, fitted, rule, scale, seed, rows);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException("model bytes are not valid: " + e.getMessage(), e);
    }
  }

  private static void checkFrame(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "model must have at most " + MAX_BYTES + " bytes, was " + bytes.length);
    }
    PayloadReader header = new PayloadReader(bytes, 0, bytes.length);
    int magic = header.i32("magic", Integer.MIN_VALUE, Integer.MAX_VALUE);
    if (magic != MAGIC) {
      throw new IllegalArgumentException(
          "magic must be %08x at byte 0, was %08x".formatted(MAGIC, magic));
    }
    int version = header.u16("format version", 0, 0xFFFF);
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "format version must be %d at byte 4, was %d: written by a newer Caddis?"
              .formatted(VERSION, version));
    }
    int end = bytes.length - CHECKSUM_BYTES;
    if (end < HEADER_BYTES) {
      throw new IllegalArgumentException(
          "checksum must have 32 bytes, was cut off at byte " + bytes.length);
    }
    if (!MessageDigest.isEqual(digest(bytes, end), Arrays.copyOfRange(bytes, end, bytes.length))) {
      throw new IllegalArgumentException(
          "checksum must match the bytes before it, did not at byte " + end);
    }
  }

  /** SHA-256 of the bytes, 64 hexadecimal digits. */
  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest(bytes, bytes.length));
  }

  private static byte[] digest(byte[] bytes, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, 0, length);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
