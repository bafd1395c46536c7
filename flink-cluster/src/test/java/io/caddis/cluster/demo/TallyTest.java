// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.simulate.Injection;
import java.util.List;
import org.junit.jupiter.api.Test;

class TallyTest {
  private static final Injection SPIKE =
      new Injection("pump-1", Injection.Kind.SPIKE, 10_000, 12_000);
  private static final Injection DRIFT =
      new Injection("pump-2", Injection.Kind.DRIFT, 20_000, 60_000);

  private final Tally tally = new Tally(1_000);

  @Test
  void episodeDuringAnInjectionFindsIt() {
    tally.add(episode("e1", "pump-1", 10_500, 11_000));

    assertThat(tally.summary(List.of(SPIKE, DRIFT))).isEqualTo(new Tally.Summary(2, 1, 500));
    assertThat(tally.falseAlarms(List.of(SPIKE, DRIFT))).isZero();
  }

  @Test
  void latestWordOnAnEpisodeCountsWhateverTheOrder() {
    Episode first = new Episode("e1", 0, "pump-1", 9_000, 9_000, "medium", 0.6);
    Episode last = new Episode("e1", 1, "pump-1", 9_000, 10_000, "high", 0.8);
    tally.add(last);
    tally.add(first);

    assertThat(tally.episodes()).containsExactly(last);
    assertThat(tally.finder(SPIKE)).contains(last);
  }

  @Test
  void episodeOfAnotherSensorIsAFalseAlarm() {
    tally.add(episode("e1", "pump-2", 10_500, 11_000));

    assertThat(tally.summary(List.of(SPIKE))).isEqualTo(new Tally.Summary(1, 0, -1));
    assertThat(tally.falseAlarms(List.of(SPIKE))).isEqualTo(1);
  }

  @Test
  void toleranceEndsWhereItSays() {
    List<Injection> spike = List.of(SPIKE);
    assertThat(tally.isFalseAlarm(episode("e1", "pump-1", 13_000, 14_000), spike)).isFalse();
    assertThat(tally.isFalseAlarm(episode("e2", "pump-1", 13_001, 14_000), spike)).isTrue();
    assertThat(tally.isFalseAlarm(episode("e3", "pump-1", 8_000, 9_999), spike)).isTrue();
  }

  @Test
  void firstEpisodeSetsTheDelay() {
    tally.add(episode("late", "pump-2", 50_000, 51_000));
    tally.add(episode("early", "pump-2", 22_000, 23_000));

    assertThat(tally.summary(List.of(DRIFT)).medianDelayMillis()).isEqualTo(2_000);
  }

  @Test
  void negativeToleranceIsRefused() {
    assertThatThrownBy(() -> new Tally(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("toleranceMillis must be >= 0, was -1");
  }

  private static Episode episode(String id, String sensor, long start, long end) {
    return new Episode(id, 0, sensor, start, end, "high", 0.8);
  }
}
