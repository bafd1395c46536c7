// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.QualityKind;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.simulate.Injection;
import io.caddis.detectors.simulate.SensorSimulator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the checks find of the simulator's faults, and what they say beside. */
class SimulatedQualityTest {
  private static final int SENSORS = 20;
  private static final long READINGS = SENSORS * 8_000;
  private static final long START = 1_767_225_600_000L;

  private static final Map<Injection.Kind, QualityKind> FAULTS =
      Map.of(
          Injection.Kind.STUCK, QualityKind.FLATLINE,
          Injection.Kind.GAP, QualityKind.GAP,
          Injection.Kind.SPIKE, QualityKind.SPIKE);

  @ParameterizedTest
  @ValueSource(longs = {50, 1_000, 60_000})
  void everyStuckSilentOrSpikingSensorIsToldAndHealthyOnesAreNot(long interval) {
    SensorSimulator simulator = simulator(interval);
    List<QualityIssue> issues = issues(simulator, false);
    List<Injection> injections = simulator.injections(READINGS);

    assertThat(injections)
        .filteredOn(injection -> FAULTS.containsKey(injection.kind()))
        .hasSizeGreaterThan(90)
        .allSatisfy(
            injection ->
                assertThat(issues)
                    .filteredOn(issue -> issue.kind() == FAULTS.get(injection.kind()))
                    .anyMatch(issue -> touches(issue, injection, interval)));
    assertThat(issues)
        .allSatisfy(
            issue ->
                assertThat(injections).anyMatch(injection -> touches(issue, injection, interval)));
    assertThat(issues)
        .filteredOn(issue -> issue.kind() == QualityKind.GAP)
        .hasSize(count(injections, Injection.Kind.GAP));
    // the simulator freezes all four features
    assertThat(issues)
        .filteredOn(issue -> issue.kind() == QualityKind.FLATLINE)
        .hasSize(4 * count(injections, Injection.Kind.STUCK));
  }

  @ParameterizedTest
  @ValueSource(longs = {50, 1_000, 60_000})
  void theLearnedRangeFindsDriftToo(long interval) {
    SensorSimulator simulator = simulator(interval);
    List<QualityIssue> issues = issues(simulator, true);
    List<Injection> injections = simulator.injections(READINGS);

    assertThat(injections)
        .filteredOn(injection -> injection.kind() == Injection.Kind.DRIFT)
        .hasSizeGreaterThan(20)
        .allSatisfy(
            injection -> assertThat(issues).anyMatch(issue -> touches(issue, injection, interval)));
    assertThat(issues)
        .filteredOn(
            issue ->
                injections.stream().noneMatch(injection -> touches(issue, injection, interval)))
        .hasSizeLessThan(10);
  }

  private static SensorSimulator simulator(long interval) {
    return new SensorSimulator(new SensorSimulator.Settings(7, SENSORS, 5, START, interval));
  }

  private static List<QualityIssue> issues(SensorSimulator simulator, boolean learnRange) {
    QualityRules rules = new QualityRules(Checks.ALL, 0, 0, 10, learnRange, List.of());
    SensorChecks checks =
        new SensorChecks(rules, List.of("temperature", "vibration", "pressure", "current"));
    Map<String, SensorQuality> states = new HashMap<>();
    List<QualityIssue> issues = new ArrayList<>();
    for (long number = 0; number < READINGS; number++) {
      Reading reading = simulator.reading(number);
      if (reading != null) {
        SensorQuality state = states.computeIfAbsent(reading.key(), key -> checks.newState());
        checks.check(state, reading.key(), reading.timestamp(), reading.numbers(), issues::add);
      }
    }
    return issues;
  }

  private static int count(List<Injection> injections, Injection.Kind kind) {
    return (int) injections.stream().filter(injection -> injection.kind() == kind).count();
  }

  /** Also just after it, when the sensor comes back to what it had been. */
  private static boolean touches(QualityIssue issue, Injection injection, long interval) {
    return issue.key().equals(injection.sensor())
        && issue.to() >= injection.start()
        && issue.from() <= injection.end() + 2 * interval;
  }
}
