// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.detector.FittedDetector;
import io.caddis.detectors.detector.PayloadReader;
import io.caddis.detectors.detector.PayloadWriter;
import io.caddis.detectors.feature.FeatureEncoder;
import io.caddis.detectors.warmup.SensorStatistics;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a streaming detector has learned from the readings of a table, by sensor: a fitted detector
 * whose scores depend on the sensor and on what it showed before, see {@link SensorScorer}.
 * Immutable and thread-safe.
 *
 * <pre>
 * parameters  u16, then for each by name: name text, value text
 * sensors     i32, then for each by key: key text, newest event time i64,
 *             detector i32 length and bytes, warm-up statistics i32 length and bytes
 * </pre>
 */
public final class SensorStates implements FittedDetector {
  /**
   * Most sensors times features: {@code univariate}, which has the longest state a feature, needs
   * some 2,090 bytes and the key, so that all are less than a model may have.
   */
  private static final int MAX_CELLS = 15_000;

  private static final int MAX_PARAMETERS = 100;
  private static final int LEAST_SENSOR_BYTES = 18;
  private static final int MAX_STATE_BYTES = 1 << 26;

  private final StreamDetectorType type;
  private final TreeMap<String, String> parameters;
  private final int features;
  private final TreeMap<String, State> sensors;

  /**
   * What is kept of a sensor.
   *
   * @param newest event time of the newest reading learned, epoch milliseconds
   * @param detector as it writes itself
   * @param statistics of the warm-up, likewise
   */
  record State(long newest, byte[] detector, byte[] statistics) {}

  /**
   * What one sensor's scores are measured by, and why.
   *
   * @param member see {@link StreamDetector#member}
   * @param basis see {@link StreamDetector#basis}
   */
  public record Choice(String member, String basis) {}

  SensorStates(
      String name, Map<String, String> parameters, int features, TreeMap<String, State> sensors) {
    this.type = StreamDetectors.byName(name, Map.copyOf(parameters));
    this.parameters = new TreeMap<>(parameters);
    this.features = features;
    this.sensors = sensors;
  }

  /**
   * A detector that has seen no sensor yet.
   *
   * @param features numbers of a reading, at least 1
   * @throws IllegalArgumentException naming the known names, parameters or ranges
   */
  public static SensorStates empty(String name, Map<String, ?> parameters, int features) {
    TreeMap<String, String> texts = new TreeMap<>();
    parameters.forEach((parameter, value) -> texts.put(parameter, String.valueOf(value)));
    SensorStates states = new SensorStates(name, texts, features, new TreeMap<>());
    states.type.create(features);
    return states;
  }

  /** Scores readings, beginning with what is known here; this does not change. */
  public SensorScorer scorer() {
    return new SensorScorer(this);
  }

  /** How many sensors are known. */
  public int size() {
    return sensors.size();
  }

  /**
   * What each sensor's scores are measured by, by key.
   *
   * @param most sensors that are asked for, the first by key
   */
  public Map<String, Choice> choices(int most) {
    Map<String, Choice> choices = new LinkedHashMap<>();
    for (Map.Entry<String, State> sensor : sensors.entrySet()) {
      if (choices.size() == most) {
        break;
      }
      try {
        StreamDetector detector = read(sensor.getValue().detector());
        choices.put(sensor.getKey(), new Choice(detector.member(), detector.basis()));
      } catch (IOException e) {
        throw new IllegalStateException("states are read before they are kept", e);
      }
    }
    return choices;
  }

  TreeMap<String, State> sensors() {
    return sensors;
  }

  /** Refuses more sensors than a model may have. */
  void checkCount(int count) {
    int most = MAX_CELLS / features;
    if (count > most) {
      throw new IllegalArgumentException(
          "sensors must be at most %d where a reading has %d numbers, were more: score them with"
                  .formatted(most, features)
              + " ./caddis detect, which keeps them on disk");
    }
  }

  /** The same detector with other sensors. */
  SensorStates with(TreeMap<String, State> others) {
    checkCount(others.size());
    return new SensorStates(name(), parameters, features, others);
  }

  StreamDetector create() {
    return type.create(features);
  }

  StreamDetector read(byte[] bytes) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    StreamDetector detector = type.read(new DataInputStream(in));
    if (in.available() > 0 || detector.expected().length != features) {
      throw new IOException(
          "state must be of %d features and end, was of %d with %d bytes more"
              .formatted(features, detector.expected().length, in.available()));
    }
    return detector;
  }

  static SensorStatistics statistics(byte[] bytes) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    SensorStatistics statistics = SensorStatistics.read(new DataInputStream(in));
    if (in.available() > 0) {
      throw new IOException("statistics must end, had " + in.available() + " bytes more");
    }
    return statistics;
  }

  @Override
  public String name() {
    return type.name();
  }

  @Override
  public int dimension() {
    return features;
  }

  /** The score, 0 to 1, of a row as the next reading of the sensor without a name. */
  @Override
  public double rawScore(double[] row) {
    return scorer().score("", SensorScorer.NO_TIME, row, null).score();
  }

  @Override
  public void write(PayloadWriter out) {
    out.u16(parameters.size());
    parameters.forEach(
        (name, value) -> {
          out.text(name);
          out.text(value);
        });
    out.i32(sensors.size());
    sensors.forEach(
        (key, state) -> {
          out.text(key);
          out.i64(state.newest());
          out.i32(state.detector().length);
          out.raw(state.detector());
          out.i32(state.statistics().length);
          out.raw(state.statistics());
        });
  }

  /**
   * Restores what {@link #write} wrote; every state is read once, so that damage shows here.
   *
   * @throws IllegalArgumentException if the bytes are not states of this detector and dimension
   */
  public static SensorStates read(String name, int dimension, PayloadReader in) {
    TreeMap<String, String> parameters = new TreeMap<>();
    int given = in.u16("parameters", 0, MAX_PARAMETERS);
    for (int i = 0; i < given; i++) {
      parameters.put(ascending("parameter", parameters, in), in.text("value"));
    }
    SensorStates states = empty(name, parameters, dimension);
    int sensors = in.count("sensors", 0, MAX_CELLS / dimension, LEAST_SENSOR_BYTES);
    for (int i = 0; i < sensors; i++) {
      String key = ascending("sensor", states.sensors, in);
      State state =
          new State(
              in.i64("newest"),
              in.raw("state", MAX_STATE_BYTES),
              in.raw("statistics", MAX_STATE_BYTES));
      try {
        states.read(state.detector());
        checkStatistics(statistics(state.statistics()));
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "state of sensor '%s' is damaged: %s".formatted(key, e.getMessage()), e);
      }
      states.sensors.put(key, state);
    }
    return states;
  }

  /** The next of some names that come in order, so that equal states have equal bytes. */
  private static String ascending(String what, TreeMap<String, ?> before, PayloadReader in) {
    String name = in.text(what);
    if (!before.isEmpty() && before.lastKey().compareTo(name) >= 0) {
      throw new IllegalArgumentException(
          "%s must come after '%s', was '%s'".formatted(what, before.lastKey(), name));
    }
    return name;
  }

  private static void checkStatistics(SensorStatistics statistics) throws IOException {
    for (int i = 0; i < statistics.counts().length; i++) {
      if (statistics.counts()[i] < 0
          || !(Math.abs(statistics.means()[i]) <= FeatureEncoder.LIMIT)
          || !(statistics.squares()[i] >= 0)) {
        throw new IOException("statistics must be of finite numbers, were not of feature " + i);
      }
    }
  }
}
