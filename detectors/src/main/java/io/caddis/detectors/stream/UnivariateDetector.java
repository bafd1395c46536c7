// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * One sensor's state of {@link Univariate}.
 *
 * <pre>
 * u8 format = 1 | i32 features | i32 length | features × history | i32 CRC-32 of the histories
 * </pre>
 */
final class UnivariateDetector implements StreamDetector {
  static final int FORMAT = 1;

  private final Univariate type;
  private final FeatureHistory[] histories;
  private final double boundary;
  private final double[] left;
  private final double[] contributions;
  private final double[] expected;
  private double raw = FeatureHistory.NONE;

  UnivariateDetector(Univariate type, FeatureHistory[] histories) {
    this.type = type;
    this.histories = histories;
    // With more features, as many alarms in all.
    boundary = StrictMath.log10(histories.length / type.expectedAlarms());
    left = new double[histories.length];
    contributions = new double[histories.length];
    expected = new double[histories.length];
    Arrays.fill(expected, Double.NaN);
  }

  static UnivariateDetector empty(Univariate type, int features) {
    FeatureHistory[] histories = new FeatureHistory[features];
    Arrays.setAll(histories, i -> new FeatureHistory());
    return new UnivariateDetector(type, histories);
  }

  @Override
  public double score(long timeMillis, double[] values) {
    if (values.length != histories.length) {
      throw new IllegalArgumentException(
          "values must be " + histories.length + ", was " + values.length);
    }
    int worst = 0;
    for (int i = 0; i < values.length; i++) {
      expected[i] = histories[i].expected(timeMillis);
      left[i] =
          Double.isFinite(values[i])
              ? histories[i].score(timeMillis, values[i], type, boundary)
              : FeatureHistory.NONE;
      if (left[i] > left[worst]) {
        worst = i;
      }
    }
    raw = left[worst];
    double score = scale(raw);
    contribute(score, worst);
    return score;
  }

  /** 1 / (1 + expected excursions / those that make an alarm). */
  private static double scale(double raw) {
    return raw <= FeatureHistory.NONE ? 0 : 1 / (1 + StrictMath.pow(10, -raw));
  }

  /** Shares the score out by the inverse of what was expected of each feature. */
  private void contribute(double score, int worst) {
    Arrays.fill(contributions, 0);
    if (score == 0) {
      return;
    }
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      contributions[i] =
          left[i] <= FeatureHistory.NONE ? 0 : StrictMath.pow(10, left[i] - left[worst]);
      sum += contributions[i];
    }
    double others = 0;
    for (int i = 0; i < left.length; i++) {
      contributions[i] *= score / sum;
      others += i == worst ? 0 : contributions[i];
    }
    contributions[worst] = score - others;
  }

  @Override
  public double rawScore() {
    return raw;
  }

  @Override
  public double[] contributions() {
    return contributions.clone();
  }

  @Override
  public double[] expected() {
    return expected.clone();
  }

  @Override
  public void write(DataOutput out) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream payload = new DataOutputStream(bytes);
    for (FeatureHistory history : histories) {
      history.write(payload);
    }
    out.writeByte(FORMAT);
    out.writeInt(histories.length);
    out.writeInt(bytes.size());
    out.write(bytes.toByteArray());
    out.writeInt(checksum(bytes.toByteArray()));
  }

  static UnivariateDetector read(Univariate type, DataInput in) throws IOException {
    int format = in.readUnsignedByte();
    if (format != FORMAT) {
      throw new IOException("format must be " + FORMAT + ", was " + format);
    }
    return readBody(type, in);
  }

  /** Reads what follows the format. */
  static UnivariateDetector readBody(Univariate type, DataInput in) throws IOException {
    int features = in.readInt();
    if (features < 1 || features > Univariate.MAX_FEATURES) {
      throw new IOException(
          "features must be 1 to " + Univariate.MAX_FEATURES + ", was " + features);
    }
    int length = in.readInt();
    if (length < 1 || length > features * FeatureHistory.MAX_BYTES) {
      throw new IOException(
          "length must be at most %d a feature, was %d for %d"
              .formatted(FeatureHistory.MAX_BYTES, length, features));
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    int checksum = in.readInt();
    if (checksum != checksum(bytes)) {
      throw new IOException("checksum must be " + checksum + ", was " + checksum(bytes));
    }
    ByteArrayInputStream payload = new ByteArrayInputStream(bytes);
    StateInput state = new StateInput(new DataInputStream(payload));
    FeatureHistory[] histories = new FeatureHistory[features];
    for (int i = 0; i < features; i++) {
      histories[i] = FeatureHistory.read(state);
    }
    if (payload.available() > 0) {
      throw new IOException("length must fit the features, was " + payload.available() + " more");
    }
    return new UnivariateDetector(type, histories);
  }

  private static int checksum(byte[] bytes) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }
}
