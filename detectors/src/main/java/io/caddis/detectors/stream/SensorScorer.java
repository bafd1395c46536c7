// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.event.Attribution;
import io.caddis.detectors.stream.SensorStates.State;
import io.caddis.detectors.warmup.SensorStatistics;
import io.caddis.detectors.warmup.WarmUp;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Scores the readings of a table or a request in their order, each against what its sensor has
 * shown before, and then learns from it: what the detection job does with a stream, bit for bit.
 * Begins with what {@link SensorStates} know, which do not change. Not thread-safe.
 *
 * <p>While a sensor has too little history for its detector, its own mean and spread judge ({@link
 * WarmUp}). A reading that is older than one of its sensor before it is scored and teaches nothing.
 */
public final class SensorScorer {
  /** Event time of a reading without one: it counts as being of its sensor's newest. */
  public static final long NO_TIME = Long.MIN_VALUE;

  private final SensorStates begin;
  private final Map<String, Sensor> sensors = new HashMap<>();

  private static final class Sensor {
    private long newest;
    private final StreamDetector detector;
    private final SensorStatistics statistics;

    private Sensor(long newest, StreamDetector detector, SensorStatistics statistics) {
      this.newest = newest;
      this.detector = detector;
      this.statistics = statistics;
    }

    private State state() throws IOException {
      return new State(newest, bytes(detector::write), bytes(statistics::write));
    }
  }

  private interface Written {
    void write(DataOutputStream out) throws IOException;
  }

  /**
   * What came of a reading.
   *
   * @param raw the detector's own score
   * @param score 0 to 1
   * @param attribution null when it was not asked for
   */
  public record Scored(double raw, double score, @Nullable Attribution attribution) {}

  SensorScorer(SensorStates begin) {
    this.begin = begin;
  }

  /**
   * Scores a reading and learns from it.
   *
   * @param key of the sensor
   * @param timeMillis event time, epoch milliseconds, or {@link #NO_TIME}
   * @param numbers one a feature, NaN = missing; not kept
   * @param names of the features when their share in the score is asked for, else null
   * @throws IllegalArgumentException when readings of too many sensors were scored
   */
  public Scored score(String key, long timeMillis, double[] numbers, String @Nullable [] names) {
    Sensor sensor = sensor(key);
    boolean past = timeMillis != NO_TIME && timeMillis < sensor.newest;
    StreamDetector detector = past ? copy(sensor.detector) : sensor.detector;
    sensor.newest = Math.max(sensor.newest, timeMillis);
    double score = detector.score(sensor.newest, numbers);
    if (score > 0) {
      return new Scored(
          detector.rawScore(), score, names == null ? null : detector.explain(names, score));
    }
    double raw = WarmUp.rawScore(sensor.statistics, numbers);
    score = WarmUp.score(raw, numbers.length);
    Attribution attribution =
        names == null ? null : WarmUp.explain(sensor.statistics, numbers, names, score);
    if (!past) {
      sensor.statistics.learn(numbers);
    }
    return new Scored(raw, score, attribution);
  }

  private Sensor sensor(String key) {
    Sensor sensor = sensors.get(key);
    if (sensor == null) {
      begin.checkCount(sensors.size() + 1);
      sensor = restored(begin.sensors().get(key));
      sensors.put(key, sensor);
    }
    return sensor;
  }

  private Sensor restored(@Nullable State state) {
    if (state == null) {
      return new Sensor(NO_TIME, begin.create(), SensorStatistics.empty(begin.dimension()));
    }
    try {
      return new Sensor(
          state.newest(),
          begin.read(state.detector()),
          SensorStates.statistics(state.statistics()));
    } catch (IOException e) {
      throw new IllegalStateException("states are read before they are kept", e);
    }
  }

  private StreamDetector copy(StreamDetector detector) {
    try {
      return begin.read(bytes(detector::write));
    } catch (IOException e) {
      throw new IllegalStateException(begin.name() + " cannot read what it wrote", e);
    }
  }

  /**
   * What is known now, on which later readings have no effect.
   *
   * @throws IllegalArgumentException when it is of too many sensors
   */
  public SensorStates states() {
    TreeMap<String, State> states = new TreeMap<>(begin.sensors());
    sensors.forEach(
        (key, sensor) -> {
          try {
            states.put(key, sensor.state());
          } catch (IOException e) {
            throw new IllegalStateException("an array in memory can be written", e);
          }
        });
    return begin.with(states);
  }

  private static byte[] bytes(Written written) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      written.write(out);
    }
    return bytes.toByteArray();
  }
}
