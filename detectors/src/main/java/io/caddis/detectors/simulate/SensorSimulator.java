// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.simulate;

import io.caddis.detectors.detector.SplitMix;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.SourceId;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sensors of a plant that does not exist, named {@code sensor-000} and so on. Each has the numbers
 * temperature (°C), vibration (mm/s), pressure (bar) and current (A), which follow one load with a
 * daily season, and the text mode (idle, run, boost). Their clocks are up to 8 % of the interval
 * late. Anomalies are injected at seeded times.
 *
 * <p>A pure function: a reading depends on the settings, the sensor and the step, not on what was
 * asked before. Immutable and thread-safe.
 */
public final class SensorSimulator implements Serializable {
  /*
   * Steps are cut into blocks. The first block of every sensor is clean, so that models can be
   * trained; in each later one a sensor has at most one anomaly of its own, in the block's middle,
   * and a group at most one that its sensors share, in its last quarter.
   */
  private static final int BLOCK = 400;
  private static final int OWN_FROM = 60;
  private static final int OWN_RANGE = 140;
  private static final int SHARED_FROM = 320;
  private static final int SHARED_RANGE = 40;
  private static final int SHARED_STEPS = 20;
  private static final double OWN_SHARE = 0.35;
  private static final double SHARED_SHARE = 0.10;

  private static final int FEATURES = 4;
  private static final int TEMPERATURE = 0;
  private static final int CURRENT = 3;
  private static final double[] BASE = {45, 1.2, 5.5, 10};
  private static final double[] PER_LOAD = {12, 1.5, 0.8, 9};
  private static final double[] NOISE = {0.35, 0.06, 0.03, 0.25};
  private static final int SLOW_NOISE_STEPS = 32;

  /** Share of the interval by which a sensor's clock may be late. */
  private static final double JITTER = 0.08;

  private static final double DAY_MILLIS = 86_400_000.0;

  private final Settings settings;
  private final long sourceId;
  private final String[] names;

  /**
   * What is simulated.
   *
   * @param seed everything follows from it
   * @param sensors how many, at least 1
   * @param groupSize sensors a group, at least 1: those of a group share anomalies
   * @param startMillis event time of the first reading, epoch milliseconds
   * @param intervalMillis mean time between a sensor's readings, at least 1
   */
  public record Settings(
      long seed, int sensors, int groupSize, long startMillis, long intervalMillis)
      implements Serializable {
    public Settings {
      atLeastOne("sensors", sensors);
      atLeastOne("groupSize", groupSize);
      atLeastOne("intervalMillis", intervalMillis);
    }

    private static void atLeastOne(String name, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be at least 1, was " + value);
      }
    }
  }

  public SensorSimulator(Settings settings) {
    this.settings = settings;
    this.sourceId = SourceId.of(sourceName());
    this.names = new String[settings.sensors()];
    Arrays.setAll(names, "sensor-%03d"::formatted);
  }

  /** The layout of the readings, as if they had been parsed. */
  public static RecordLayout layout() {
    return RecordLayout.of(
        "timestamp",
        "sensor",
        new FeatureSchema(
            List.of(
                new Feature("temperature", Encoding.NUMERIC),
                new Feature("vibration", Encoding.NUMERIC),
                new Feature("pressure", Encoding.NUMERIC),
                new Feature("current", Encoding.NUMERIC),
                new Feature("mode", Encoding.FREQUENCY))));
  }

  public Settings settings() {
    return settings;
  }

  /** As in {@link io.caddis.detectors.event.Rejection#source()}. */
  public String sourceName() {
    return "simulator-" + settings.seed();
  }

  /**
   * The reading with this number, or null when it falls into a gap. Sensors take turns: number n is
   * step n / sensors of sensor n % sensors.
   */
  public @Nullable Reading reading(long number) {
    int sensor = (int) (number % settings.sensors());
    long step = number / settings.sensors();
    Span own = own(sensor, step / BLOCK);
    if (own != null && !own.contains(step)) {
      own = null;
    }
    if (own != null && own.kind == Injection.Kind.GAP) {
      return null;
    }
    // A stuck sensor repeats what it read when it got stuck.
    long read = own != null && own.kind == Injection.Kind.STUCK ? own.first : step;
    double load = load(sensor, read);
    double[] numbers = new double[FEATURES];
    for (int feature = 0; feature < FEATURES; feature++) {
      numbers[feature] =
          BASE[feature]
              + PER_LOAD[feature] * load
              + NOISE[feature] * gauss(hash(sensor, read, feature));
    }
    if (own != null) {
      own.apply(numbers, step);
    }
    Span shared = shared(sensor / settings.groupSize(), step / BLOCK);
    if (shared != null && shared.contains(step)) {
      shared.apply(numbers, step);
    }
    String[] texts = {load < 0.35 ? "idle" : load < 0.75 ? "run" : "boost"};
    return new Reading(names[sensor], time(sensor, step), sourceId, number, numbers, texts, null);
  }

  /** Every anomaly that touches readings before this number, by start, then sensor. */
  public List<Injection> injections(long readings) {
    List<Injection> found = new ArrayList<>();
    long steps = (readings + settings.sensors() - 1) / settings.sensors();
    for (long block = 0; block * BLOCK < steps; block++) {
      for (int sensor = 0; sensor < settings.sensors(); sensor++) {
        add(found, sensor, own(sensor, block), steps);
        add(found, sensor, shared(sensor / settings.groupSize(), block), steps);
      }
    }
    found.sort(Comparator.comparingLong(Injection::start).thenComparing(Injection::sensor));
    return found;
  }

  private void add(List<Injection> found, int sensor, @Nullable Span span, long steps) {
    if (span != null && span.first < steps) {
      long last = Math.min(span.last, steps - 1);
      found.add(
          new Injection(names[sensor], span.kind, time(sensor, span.first), time(sensor, last)));
    }
  }

  /** Without the jitter. */
  private long time(long step) {
    return settings.startMillis() + step * settings.intervalMillis();
  }

  private long time(int sensor, long step) {
    double late = JITTER * settings.intervalMillis() * unit(hash(sensor, step, 22));
    return time(step) + Math.round(late);
  }

  private double load(int sensor, long step) {
    double phase = 2 * Math.PI * (time(step) / DAY_MILLIS + 0.05 * unit(hash(sensor, 0, 20)));
    long slow = step / SLOW_NOISE_STEPS;
    double share = (double) (step % SLOW_NOISE_STEPS) / SLOW_NOISE_STEPS;
    double wander =
        (1 - share) * gauss(hash(sensor, slow, 21)) + share * gauss(hash(sensor, slow + 1, 21));
    return 0.5 + 0.3 * Math.sin(phase) + 0.04 * wander;
  }

  private @Nullable Span own(int sensor, long block) {
    long hash = hash(sensor, block, 30);
    if (block == 0 || unit(hash) >= OWN_SHARE) {
      return null;
    }
    long draw = SplitMix.mix(hash);
    Injection.Kind kind = Injection.Kind.values()[(int) Long.remainderUnsigned(draw, 4)];
    int steps =
        switch (kind) {
          case SPIKE -> 1 + (int) (draw >>> 8 & 1) + (int) (draw >>> 9 & 1);
          case DRIFT -> 100;
          case STUCK -> 40;
          case GAP -> 30;
          case CORRELATED -> SHARED_STEPS;
        };
    long first = block * BLOCK + OWN_FROM + Long.remainderUnsigned(SplitMix.mix(draw), OWN_RANGE);
    return new Span(kind, first, first + steps - 1, (int) (draw >>> 16 & 3));
  }

  private @Nullable Span shared(int group, long block) {
    long hash = hash(group, block, 31);
    if (block == 0 || settings.groupSize() == 1 || unit(hash) >= SHARED_SHARE) {
      return null;
    }
    long first =
        block * BLOCK + SHARED_FROM + Long.remainderUnsigned(SplitMix.mix(hash), SHARED_RANGE);
    return new Span(Injection.Kind.CORRELATED, first, first + SHARED_STEPS - 1, 0);
  }

  private long hash(long sensor, long step, long channel) {
    return SplitMix.mix(
        SplitMix.mix(
                SplitMix.mix(settings.seed() + channel * SplitMix.GOLDEN)
                    + sensor * SplitMix.GOLDEN)
            + step * SplitMix.GOLDEN);
  }

  /** Uniform in [0, 1). */
  private static double unit(long hash) {
    return (hash >>> 11) * 0x1p-53;
  }

  /** About normal, mean 0 and variance 1: the scaled sum of four uniform 16-bit numbers. */
  private static double gauss(long hash) {
    long sum = (hash & 0xffff) + (hash >>> 16 & 0xffff) + (hash >>> 32 & 0xffff) + (hash >>> 48);
    return (sum - 131_070) * (Math.sqrt(3) / 65_536);
  }

  /** An anomaly in steps of a sensor, both inclusive. */
  private record Span(Injection.Kind kind, long first, long last, int feature) {
    boolean contains(long step) {
      return step >= first && step <= last;
    }

    void apply(double[] numbers, long step) {
      switch (kind) {
        case SPIKE -> numbers[feature] += leap(feature);
        case DRIFT -> numbers[feature] += leap(feature) * (step - first + 1) / (last - first + 1);
        case CORRELATED -> {
          numbers[TEMPERATURE] += leap(TEMPERATURE) / 2;
          numbers[CURRENT] += leap(CURRENT) / 2;
        }
        case STUCK, GAP -> {}
      }
    }

    /** The daily range and 15 standard deviations of the noise. */
    private static double leap(int feature) {
      return 0.6 * PER_LOAD[feature] + 15 * NOISE[feature];
    }
  }
}
