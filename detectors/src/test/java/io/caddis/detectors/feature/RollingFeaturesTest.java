// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class RollingFeaturesTest {
  private static final double NONE = Double.NaN;

  private static RollingFeatures rolling(String... derivations) {
    return new RollingFeatures(
        Stream.of(derivations).map(Derivation::parse).toList(), List.of("x", "y"));
  }

  private static double[] update(
      RollingFeatures rolling, RollingState state, long timestamp, double x, double y) {
    double[] out = new double[rolling.width()];
    rolling.update(state, timestamp, new double[] {x, y}, out, 0);
    return out;
  }

  @Test
  void firstReadingHasNoDifferences() {
    RollingFeatures rolling = rolling("interval", "delta(x)", "rate(x)", "mean(x,3)", "std(x,3)");
    assertThat(rolling.columns())
        .containsExactly("interval_s", "x_delta", "x_rate", "x_mean_3", "x_std_3");
    assertThat(update(rolling, rolling.newState(), 5_000, 7, 0))
        .containsExactly(NONE, NONE, NONE, 7, NONE);
  }

  @Test
  void laterReadingsAreComparedWithTheOnesBefore() {
    RollingFeatures rolling = rolling("interval", "delta(x)", "rate(x)", "mean(y,3)", "std(y,2)");
    RollingState state = rolling.newState();
    update(rolling, state, 1_000, 10, 1);
    assertThat(update(rolling, state, 3_000, 16, 2)).containsExactly(2, 6, 3, 1.5, 0.5);
    assertThat(update(rolling, state, 3_500, 15, 6)).containsExactly(0.5, -1, -2, 3, 2);
    assertThat(update(rolling, state, 4_500, 15, 10)).containsExactly(1, 0, 0, 6, 2);
  }

  @Test
  void missingValuesAreSkipped() {
    RollingFeatures rolling = rolling("interval", "delta(x)", "rate(x)", "mean(x,2)", "mean(y,2)");
    RollingState state = rolling.newState();
    update(rolling, state, 0, 1, NONE);
    assertThat(update(rolling, state, 1_000, NONE, NONE)).containsExactly(1, NONE, NONE, 1, NONE);
    assertThat(update(rolling, state, 2_000, Double.POSITIVE_INFINITY, NONE))
        .containsExactly(1, NONE, NONE, 1, NONE);
    assertThat(update(rolling, state, 4_000, 3, 5)).containsExactly(2, 2, 0.5, 2, 5);
  }

  @Test
  void olderAndSimultaneousReadingsHaveNoRate() {
    RollingFeatures rolling = rolling("interval", "delta(x)", "rate(x)");
    RollingState state = rolling.newState();
    update(rolling, state, 10_000, 1, 0);
    assertThat(update(rolling, state, 10_000, 2, 0)).containsExactly(0, 1, NONE);
    assertThat(update(rolling, state, 9_000, 4, 0)).containsExactly(NONE, 2, NONE);
    assertThat(update(rolling, state, 11_000, 5, 0)).containsExactly(1, 1, 1);
  }

  @Test
  void overflowIsMissingRatherThanInfinite() {
    RollingFeatures rolling = rolling("delta(x)", "mean(x,2)", "std(x,2)");
    RollingState state = rolling.newState();
    update(rolling, state, 0, -Double.MAX_VALUE, 0);
    assertThat(update(rolling, state, 1, Double.MAX_VALUE, 0)).containsExactly(NONE, 0, NONE);
    assertThat(update(rolling, state, Long.MAX_VALUE, 1, 0)[0]).isEqualTo(-Double.MAX_VALUE);
  }

  @Test
  void outputMayBeTheInputWithRoomBehind() {
    RollingFeatures rolling = rolling("delta(x)");
    RollingState state = rolling.newState();
    double[] row = {4, 5, 0};
    rolling.update(state, 0, row, row, 2);
    row[0] = 9;
    rolling.update(state, 1, row, row, 2);
    assertThat(row).containsExactly(9, 5, 5);
  }

  @Property(tries = 200)
  void windowsEqualTheDefinitionOnTheWholeHistory(
      @ForAll @IntRange(min = 2, max = 64) int one,
      @ForAll @IntRange(min = 2, max = 64) int other,
      @ForAll("series") List<Double> series) {
    RollingFeatures rolling =
        rolling("mean(x," + one + ")", "std(x," + other + ")", "delta(x)", "std(y,5)");
    RollingState state = rolling.newState();
    List<Double> history = new ArrayList<>();
    for (double value : series) {
      double[] out = update(rolling, state, history.size(), value, 0);
      double delta = history.isEmpty() ? NONE : value - history.get(history.size() - 1);
      if (!Double.isNaN(value)) {
        history.add(value);
      }
      assertClose(out[0], mean(last(history, one)));
      assertClose(out[1], std(last(history, other)));
      assertThat(new double[] {out[2]}).containsExactly(delta);
    }
  }

  @Provide
  Arbitrary<List<Double>> series() {
    return Arbitraries.doubles()
        .between(-1_000, 1_000)
        .map(value -> value > 900 ? NONE : value)
        .list()
        .ofMaxSize(200);
  }

  private static void assertClose(double actual, double expected) {
    if (Double.isNaN(expected)) {
      assertThat(actual).isNaN();
    } else {
      assertThat(actual).isCloseTo(expected, within(1e-9));
    }
  }

  private static List<Double> last(List<Double> values, int count) {
    return values.subList(Math.max(0, values.size() - count), values.size());
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(value -> value).average().orElse(NONE);
  }

  private static double std(List<Double> values) {
    double mean = mean(values);
    return values.size() < 2
        ? NONE
        : Math.sqrt(
            values.stream().mapToDouble(x -> (x - mean) * (x - mean)).average().orElseThrow());
  }

  @Test
  void stateHasTheSameSizeForever() {
    RollingFeatures rolling = rolling("mean(x,64)", "std(x,8)", "delta(x)", "interval");
    RollingState state = rolling.newState();
    for (int i = 0; i < 1_000; i++) {
      update(rolling, state, i, i, 0);
    }
    assertThat(state.values()).hasSize(64);
    assertThat(state.counts()[0]).isBetween(64, 127);
    assertThat(rolling.accepts(state)).isTrue();
  }

  @Test
  void stateOfOtherDerivationsIsRefused() {
    RollingFeatures rolling = rolling("mean(x,64)");
    RollingState other = rolling("mean(x,63)").newState();
    assertThat(rolling.accepts(other)).isFalse();
    assertThatThrownBy(() -> update(rolling, other, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("state must be of the shape that newState gives");
  }

  @Test
  void unknownFeatureIsRefused() {
    assertThatThrownBy(() -> rolling("delta(z)"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("derived feature must refer to a numeric column, was 'z' (columns: x, y)");
  }

  @Test
  void specificationTravelsToTheWorkers() throws Exception {
    RollingFeatures rolling = rolling("interval", "std(y,5)");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(rolling);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      RollingFeatures copy = (RollingFeatures) in.readObject();
      assertThat(copy.columns()).isEqualTo(rolling.columns());
      assertThat(copy.accepts(rolling.newState())).isTrue();
    }
  }
}
