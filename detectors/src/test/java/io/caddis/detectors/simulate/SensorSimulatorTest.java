// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.simulate.SensorSimulator.Settings;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SensorSimulatorTest {
  private static final int SENSORS = 12;
  private static final int STEPS = 8000;
  private static final Settings SETTINGS = new Settings(7, SENSORS, 4, 1_600_000_000_000L, 1000);

  @Test
  void isAFunctionOfTheNumberAlone() {
    SensorSimulator one = new SensorSimulator(SETTINGS);
    SensorSimulator other = new SensorSimulator(SETTINGS);
    one.reading(999);
    for (long number = 20_000; number > 19_000; number--) {
      assertThat(one.reading(number)).usingRecursiveComparison().isEqualTo(other.reading(number));
    }
    Settings reseeded = new Settings(8, SENSORS, 4, SETTINGS.startMillis(), 1000);
    assertThat(new SensorSimulator(reseeded).reading(0).numbers())
        .isNotEqualTo(one.reading(0).numbers());
  }

  @Test
  void sensorsTakeTurnsAtNearlyEqualIntervals() {
    SensorSimulator simulator = new SensorSimulator(SETTINGS);
    Reading reading = simulator.reading(3 * SENSORS + 5);
    long start = SETTINGS.startMillis();
    assertThat(reading.key()).isEqualTo("sensor-005");
    assertThat(reading.timestamp()).isBetween(start + 3000, start + 3080);
    Reading next = simulator.reading(4 * SENSORS + 5);
    assertThat(next.timestamp() - reading.timestamp()).isBetween(920L, 1080L).isNotEqualTo(1000);
    assertThat(reading.position()).isEqualTo(3 * SENSORS + 5);
    assertThat(reading.numbers())
        .hasSameSizeAs(SensorSimulator.layout().fields().numbers().toArray());
    assertThat(reading.texts()).hasSameSizeAs(SensorSimulator.layout().fields().texts().toArray());
  }

  @Test
  void injectsEveryKindOnlyAfterTheFirstBlock() {
    SensorSimulator simulator = new SensorSimulator(SETTINGS);
    List<Injection> injections = simulator.injections((long) SENSORS * STEPS);
    Set<Injection.Kind> kinds =
        injections.stream().map(Injection::kind).collect(Collectors.toSet());
    assertThat(kinds).isEqualTo(EnumSet.allOf(Injection.Kind.class));
    assertThat(injections)
        .allMatch(i -> i.start() >= SETTINGS.startMillis() + 400_000 && i.end() >= i.start())
        .isSortedAccordingTo((a, b) -> Long.compare(a.start(), b.start()));
    assertThat(simulator.injections(400L * SENSORS)).isEmpty();
  }

  @Test
  void gapsHaveNoReadingsAndStuckSensorsRepeatThem() {
    SensorSimulator simulator = new SensorSimulator(SETTINGS);
    List<Injection> injections = simulator.injections((long) SENSORS * STEPS);
    Injection gap = first(injections, Injection.Kind.GAP);
    assertThat(readings(simulator, gap)).containsOnlyNulls();
    Injection stuck = first(injections, Injection.Kind.STUCK);
    List<Reading> repeated = readings(simulator, stuck);
    assertThat(repeated).hasSizeGreaterThan(10);
    assertThat(repeated).allMatch(r -> r.numbers()[0] == repeated.get(0).numbers()[0]);
    assertThat(readings(simulator, new Injection(stuck.sensor(), stuck.kind(), 1, 10_000)))
        .doesNotContainNull();
  }

  @Test
  void spikesStandOutAndCorrelatedAnomaliesHitTheWholeGroup() {
    SensorSimulator simulator = new SensorSimulator(SETTINGS);
    List<Injection> injections = simulator.injections((long) SENSORS * STEPS);
    Injection spike = first(injections, Injection.Kind.SPIKE);
    Reading before = readingAt(simulator, spike.sensor(), spike.start() - 1000);
    Reading at = readingAt(simulator, spike.sensor(), spike.start());
    double[] limits = {7, 0.9, 0.6, 5};
    boolean leaps = false;
    for (int i = 0; i < limits.length; i++) {
      leaps |= at.numbers()[i] - before.numbers()[i] > limits[i];
    }
    assertThat(leaps).isTrue();
    Injection shared = first(injections, Injection.Kind.CORRELATED);
    assertThat(
            injections.stream()
                .filter(i -> i.kind() == shared.kind())
                .filter(i -> Math.abs(i.start() - shared.start()) < 100))
        .hasSize(4);
  }

  @Test
  void settingsMustMakeSense() {
    assertThatThrownBy(() -> new Settings(1, 0, 1, 0, 1))
        .hasMessage("sensors must be at least 1, was 0");
    assertThatThrownBy(() -> new Settings(1, 1, 1, 0, 0))
        .hasMessage("intervalMillis must be at least 1, was 0");
  }

  private static Injection first(List<Injection> injections, Injection.Kind kind) {
    return injections.stream().filter(i -> i.kind() == kind).findFirst().orElseThrow();
  }

  private static List<Reading> readings(SensorSimulator simulator, Injection during) {
    long start = Math.max(during.start(), SETTINGS.startMillis());
    long end = during.end() < start ? start + during.end() : during.end();
    List<Reading> readings = new ArrayList<>();
    for (long time = start; time <= end; time += 1000) {
      readings.add(readingAt(simulator, during.sensor(), time));
    }
    return readings;
  }

  private static Reading readingAt(SensorSimulator simulator, String sensor, long time) {
    long step = (time - SETTINGS.startMillis()) / 1000;
    return simulator.reading(step * SENSORS + Integer.parseInt(sensor.substring(7)));
  }
}
