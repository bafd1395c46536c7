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
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One sensor's state of {@link Univariate}: a {@link FeatureHistory} a feature. */
final class UnivariateDetector implements StreamDetector {
  private static final int FORMAT = 1;

  /** Of a state without profiles, and of these. */
  private static final int LEVELS_FORMAT = 2;

  private static final int PROFILE_FORMAT = 1;

  /** No number of a history is further from 0. */
  private static final double LIMIT = 1e32;

  private final Univariate type;
  private final FeatureHistory[] histories;
  private final double boundary;

  /** What is left of each feature's evidence, and the place of the most. */
  private final double[] left;

  private int worst;
  private final double[] expected;

  private @Nullable ProfileStore store;

  /** Whether the profiles are here, and whether the store has them as they are. */
  private boolean loaded = true;

  private boolean stored;

  UnivariateDetector(Univariate type, int features) {
    this.type = type;
    histories = new FeatureHistory[features];
    Arrays.setAll(histories, i -> new FeatureHistory());
    // With more features, as many alarms in all.
    boundary = StrictMath.log10(features / type.expectedAlarms());
    left = new double[features];
    Arrays.fill(left, FeatureHistory.NONE);
    expected = new double[features];
    Arrays.fill(expected, Double.NaN);
  }

  @Override
  public double score(long timeMillis, double[] values) {
    if (values.length != histories.length) {
      throw new IllegalArgumentException(
          "values must be " + histories.length + ", was " + values.length);
    }
    takeProfiles(timeMillis, values);
    worst = 0;
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
    return scale(rawScore());
  }

  /** Fetches the profiles if the reading asks for them; a value may change them then. */
  private void takeProfiles(long timeMillis, double[] values) {
    for (int i = 0; stored && i < values.length; i++) {
      boolean value = Double.isFinite(values[i]);
      if (value
          ? histories[i].scoresByProfile(timeMillis, type)
          : histories[i].expectsByProfile(timeMillis)) {
        try {
          load();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        stored = !value;
      }
    }
  }

  private void load() throws IOException {
    if (loaded) {
      return;
    }
    if (store == null) {
      throw new IllegalStateException("useProfile must be called before the profile is asked for");
    }
    DataInput in = new DataInputStream(new ByteArrayInputStream(store.read()));
    int format = in.readUnsignedByte();
    if (format != PROFILE_FORMAT) {
      throw new IOException("format must be " + PROFILE_FORMAT + ", was " + format);
    }
    StateReader state = open(in);
    if (state.features() != histories.length) {
      throw new IOException(
          "features must be %d, were %d".formatted(histories.length, state.features()));
    }
    for (FeatureHistory history : histories) {
      history.readProfile(state);
    }
    state.end();
    loaded = true;
  }

  @Override
  public void useProfile(ProfileStore store) {
    // A collector has work with each reference that is set, though it be the same.
    if (this.store != store) {
      this.store = store;
    }
  }

  @Override
  public void putProfile() throws IOException {
    if (store == null) {
      throw new IllegalStateException("useProfile must be called before putProfile");
    }
    if (!stored) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      write(new DataOutputStream(bytes), PROFILE_FORMAT, FeatureHistory::writeProfile);
      store.write(bytes.toByteArray());
      stored = true;
    }
    if (loaded) {
      for (FeatureHistory history : histories) {
        history.release();
      }
      loaded = false;
    }
  }

  /** 1 / (1 + expected excursions / those that make an alarm). */
  private static double scale(double raw) {
    return raw <= FeatureHistory.NONE ? 0 : 1 / (1 + StrictMath.pow(10, -raw));
  }

  @Override
  public double rawScore() {
    return left[worst];
  }

  /** Shares the score out by the inverse of what was expected of each feature. */
  @Override
  public double[] contributions() {
    double score = scale(rawScore());
    double[] contributions = new double[left.length];
    if (score == 0) {
      return contributions;
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
    return contributions;
  }

  @Override
  public double[] expected() {
    return expected.clone();
  }

  @Override
  public String member() {
    long readings = 0;
    boolean seasonal = false;
    for (FeatureHistory history : histories) {
      readings = Math.max(readings, history.readings());
      seasonal |= history.seasonal();
    }
    if (readings < FeatureHistory.WARM_UP) {
      return WARM_UP;
    }
    return seasonal ? "univariate with season" : "univariate";
  }

  @Override
  public String basis() {
    long readings = 0;
    int seasonal = 0;
    for (FeatureHistory history : histories) {
      readings = Math.max(readings, history.readings());
      seasonal += history.seasonal() ? 1 : 0;
    }
    return "%d feature(s), each against its own history; the hour of day or week predicts %d of them"
            .formatted(histories.length, seasonal)
        + " better than their level does; %d readings".formatted(readings);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    load();
    write(out, FORMAT, FeatureHistory::write);
  }

  @Override
  public void writeLevels(DataOutput out) throws IOException {
    if (stored) {
      write(out, LEVELS_FORMAT, FeatureHistory::writeLevels);
    } else {
      write(out, FORMAT, FeatureHistory::write);
    }
  }

  /** Writes a part of a history. */
  private interface Part {
    void write(FeatureHistory history, DataOutput out) throws IOException;
  }

  private void write(DataOutput out, int format, Part part) throws IOException {
    StateReader.write(
        out,
        format,
        histories.length,
        body -> {
          for (FeatureHistory history : histories) {
            part.write(history, body);
          }
        });
  }

  static boolean isFormat(int format) {
    return format == FORMAT || format == LEVELS_FORMAT;
  }

  static UnivariateDetector read(Univariate type, int format, DataInput in) throws IOException {
    if (!isFormat(format)) {
      throw new IOException(
          "format must be %d or %d, was %d".formatted(FORMAT, LEVELS_FORMAT, format));
    }
    StateReader state = open(in);
    UnivariateDetector detector = new UnivariateDetector(type, state.features());
    detector.stored = format == LEVELS_FORMAT;
    detector.loaded = !detector.stored;
    for (FeatureHistory history : detector.histories) {
      if (detector.loaded) {
        history.read(state);
      } else {
        history.readLevels(state);
      }
    }
    state.end();
    return detector;
  }

  private static StateReader open(DataInput in) throws IOException {
    return StateReader.open(
        in, Univariate.MAX_FEATURES, features -> features * FeatureHistory.MAX_BYTES, LIMIT);
  }
}
