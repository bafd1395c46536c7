// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.QualityKind;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SensorChecksTest {
  private static final long SECOND = 1_000;

  private final Random random = new Random(1);

  /** A second a reading, values around 20 that differ. */
  private Checks warm(int readings) {
    Checks checks = Checks.learned("x");
    for (int i = 0; i < readings; i++) {
      checks.reading(i * SECOND, 20 + random.nextGaussian());
    }
    return checks;
  }

  private void steady(Checks checks, int from, int to) {
    for (int i = from; i < to; i++) {
      checks.reading(i * SECOND, 20 + random.nextGaussian());
    }
  }

  @Test
  void aStuckValueIsToldOnceWithItsBeginningUntilItMovesAgain() {
    Checks checks = warm(100);
    for (int i = 100; i < 200; i++) {
      checks.reading(i * SECOND, 20.5);
    }
    assertThat(checks.issues())
        .singleElement()
        .satisfies(
            issue -> {
              assertThat(issue.kind()).isEqualTo(QualityKind.FLATLINE);
              assertThat(issue.feature()).isEqualTo("x");
              assertThat(issue.from()).isEqualTo(100 * SECOND);
              assertThat(issue.to()).isEqualTo(120 * SECOND);
              assertThat(issue.value()).isEqualTo(20.5);
              assertThat(issue.text())
                  .isEqualTo(
                      "x has been 20.5 for 21 readings (20 s); it usually changes within 20 s");
            });
    steady(checks, 200, 210);
    for (int i = 210; i < 250; i++) {
      checks.reading(i * SECOND, 19.5);
    }
    assertThat(checks.issues())
        .extracting(QualityIssue::from)
        .containsExactly(100 * SECOND, 210 * SECOND);
  }

  @Test
  void aValueThatUsuallyStaysForLongIsNotStuck() {
    Checks checks = Checks.learned("setpoint");
    for (int i = 0; i < 20_000; i++) {
      checks.reading(i * SECOND, i / (50 + i % 37) % 7);
    }
    assertThat(checks.issues()).extracting(QualityIssue::kind).doesNotContain(QualityKind.FLATLINE);
  }

  @Test
  void aDeclaredDurationHoldsForAConstantValueToo() {
    Checks checks =
        new Checks(new QualityRules(Checks.ALL, 60 * SECOND, 0, 10, false, List.of()), "x");
    for (int i = 0; i < 100; i++) {
      checks.reading(i * SECOND, 5);
    }
    assertThat(checks.issues()).extracting(QualityIssue::to).containsExactly(60 * SECOND);
  }

  @Test
  void aMissingValueNeitherEndsNorMakesAFlatline() {
    Checks checks = warm(100);
    for (int i = 100; i < 140; i++) {
      checks.reading(i * SECOND, i % 2 == 0 ? 20.5 : Double.NaN);
    }
    assertThat(checks.issues()).isEmpty();
    for (int i = 140; i < 150; i++) {
      checks.reading(i * SECOND, 20.5);
    }
    assertThat(checks.issues()).extracting(QualityIssue::from).containsExactly(100 * SECOND);
  }

  @Test
  void aSilenceIsToldByTheReadingThatEndsIt() {
    Checks checks = warm(100).reading(150 * SECOND, 20);
    assertThat(checks.issues())
        .singleElement()
        .satisfies(
            issue -> {
              assertThat(issue.kind()).isEqualTo(QualityKind.GAP);
              assertThat(issue.feature()).isNull();
              assertThat(issue.from()).isEqualTo(99 * SECOND);
              assertThat(issue.to()).isEqualTo(150 * SECOND);
              assertThat(issue.text())
                  .isEqualTo("no reading for 51 s; usually one comes within 3 s");
            });
  }

  @Test
  void aSilenceIsToldByATimerOnce() {
    Checks checks = warm(100);
    assertThat(checks.silentFrom()).isEqualTo(102 * SECOND);
    checks.silentAt(102 * SECOND);
    assertThat(checks.issues()).isEmpty();
    checks.silentAt(103 * SECOND).silentAt(110 * SECOND).reading(150 * SECOND, 20);
    assertThat(checks.issues()).extracting(QualityIssue::to).containsExactly(103 * SECOND);
  }

  @Test
  void irregularArrivalsHaveNoGaps() {
    Checks checks = Checks.learned("x");
    double time = 0;
    for (int i = 0; i < 100_000; i++) {
      time -= 1_000 * Math.log(random.nextDouble());
      checks.reading((long) time, random.nextGaussian());
    }
    assertThat(checks.issues()).hasSizeLessThan(5);
  }

  @Test
  void aSpikeIsToldOnceAndItsEndIsNone() {
    Checks checks = warm(100).reading(100 * SECOND, 60).reading(101 * SECOND, 61);
    steady(checks, 102, 200);
    assertThat(checks.issues())
        .singleElement()
        .satisfies(
            issue -> {
              assertThat(issue.kind()).isEqualTo(QualityKind.SPIKE);
              assertThat(issue.from()).isEqualTo(100 * SECOND);
              assertThat(issue.value()).isEqualTo(60);
              assertThat(issue.expected()).isBetween(19.0, 21.0);
            });
  }

  @Test
  void aLastingChangeOfLevelIsToldOnceAndThenUsual() {
    Checks checks = warm(500);
    for (int i = 500; i < 3_000; i++) {
      checks.reading(i * SECOND, 120 + random.nextGaussian());
    }
    assertThat(checks.issues()).hasSize(1);
  }

  @Test
  void aStepIsTooFastOnACurveThatSpreadsWide() {
    Checks checks = Checks.learned("x");
    for (int i = 0; i < 1_000; i++) {
      double wave = 10 * Math.sin(i / 20.0) + (i == 700 ? 8 : 0);
      checks.reading(i * SECOND, wave);
    }
    assertThat(checks.issues())
        .singleElement()
        .satisfies(
            issue -> {
              assertThat(issue.kind()).isEqualTo(QualityKind.RATE);
              assertThat(issue.value()).isGreaterThan(issue.expected());
            });
  }

  @Test
  void theFirstValueAfterAGapMayBeAnywhere() {
    Checks checks = warm(100);
    for (int i = 500; i < 700; i++) {
      checks.reading(i * SECOND, 90 + random.nextGaussian());
    }
    assertThat(checks.issues()).extracting(QualityIssue::kind).containsExactly(QualityKind.GAP);
  }

  @Test
  void declaredLimitsHoldFromTheFirstReadingAndGoBeforeWhatIsLearned() {
    QualityRules rules =
        new QualityRules(
            Checks.ALL, 0, 0, 10, false, List.of(new QualityRules.Limits("x", 0, 100, 2)));
    Checks range = new Checks(rules, "x").reading(0, 101);
    assertThat(range.issues())
        .extracting(QualityIssue::kind)
        .containsExactly(QualityKind.OUT_OF_RANGE);
    assertThat(range.issues().get(0).text()).isEqualTo("x was 101, outside of 0 to 100");

    Checks rate = new Checks(rules, "x").reading(0, 50).reading(SECOND, 51.9);
    assertThat(rate.issues()).isEmpty();
    rate.reading(2 * SECOND, 54.9);
    assertThat(rate.issues()).extracting(QualityIssue::kind).containsExactly(QualityKind.RATE);
    assertThat(rate.issues().get(0).value()).isEqualTo(3);
    assertThat(rate.issues().get(0).expected()).isEqualTo(2);
  }

  @Test
  void limitsOfAnUnknownFeatureAreRefused() {
    QualityRules rules =
        new QualityRules(
            Checks.ALL, 0, 0, 10, false, List.of(new QualityRules.Limits("y", 0, 1, 1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Checks(rules, "x"))
        .withMessage("quality limits must name a numeric feature, was 'y' (features: x)");
  }

  @Test
  void healthyValuesOfManyShapesAreHardlyEverBlamed() {
    List<DoubleSupplier> shapes =
        List.of(
            random::nextGaussian,
            random::nextDouble,
            () -> -Math.log(random.nextDouble()),
            () -> Math.exp(random.nextGaussian()),
            () -> Math.round(3 * random.nextGaussian()) / 10.0,
            () -> random.nextInt(50) == 0 ? 1 : 0);
    for (DoubleSupplier shape : shapes) {
      Checks checks = Checks.learned("x");
      for (int i = 0; i < 50_000; i++) {
        checks.reading(i * SECOND, shape.getAsDouble());
      }
      assertThat(checks.issues()).as("of 50,000 readings").hasSizeLessThan(10);
    }
  }

  @Test
  void otherKindsAreLeftAlone() {
    Checks checks = new Checks(new QualityRules(Set.of(), 0, 0, 10, true, List.of()), "x");
    for (int i = 0; i < 200; i++) {
      checks.reading(i * SECOND, i < 100 ? random.nextGaussian() : 1e6);
    }
    checks.reading(900 * SECOND, 1e9);
    assertThat(checks.issues()).isEmpty();
    assertThat(checks.silentFrom()).isEqualTo(SensorChecks.NEVER);
  }

  @Property
  void noValueBreaksAnything(
      @ForAll @Size(min = 2, max = 300) List<Double> values,
      @ForAll @IntRange(min = 0, max = 100_000) int interval) {
    Checks checks = new Checks(new QualityRules(Checks.ALL, 0, 0, 10, true, List.of()), "x");
    long time = 0;
    for (double value : values) {
      checks.reading(time += interval, value);
    }
    for (int i = 0; i < 100; i++) {
      checks.reading(time += SECOND, random.nextGaussian());
    }
    assertThat(checks.issues()).allSatisfy(issue -> assertThat(issue.text()).isNotBlank());
  }

  @Property
  void issuesDoNotOutnumberWhatTheirEpisodesAllow(@ForAll long seed) {
    Random any = new Random(seed);
    Checks checks = Checks.learned("x");
    int readings = 5_000;
    for (int i = 0; i < readings; i++) {
      checks.reading(
          i * SECOND, any.nextInt(5) == 0 ? 1_000 * any.nextGaussian() : any.nextGaussian());
    }
    assertThat(checks.issues()).hasSizeLessThan(readings / SensorChecks.QUIET);
  }
}
