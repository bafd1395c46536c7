// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TallyTest {
  private static final Injection SPIKE = new Injection("pump-1", "spike", 10_000, 12_000);
  private static final Injection DRIFT = new Injection("pump-2", "drift", 20_000, 60_000);

  private final Tally tally = new Tally(1_000);

  @Test
  void episodeDuringAnInjectionFindsIt() {
    tally.add(episode("e1", "pump-1", 10_500, 11_000));

    assertThat(tally.summary(List.of(SPIKE, DRIFT))).isEqualTo(new Tally.Summary(2, 1, 0, 500));
  }

  @Test
  void laterWordOnAnEpisodeIsNotAnotherOne() {
    tally.add(episode("e1", "pump-3", 10_500, 11_000));
    tally.add(episode("e1", "pump-3", 10_500, 15_000));

    assertThat(tally.summary(List.of()).falseAlarms()).isEqualTo(1);
  }

  @Test
  void episodeOfAnotherSensorIsAFalseAlarm() {
    tally.add(episode("e1", "pump-2", 10_500, 11_000));

    assertThat(tally.summary(List.of(SPIKE))).isEqualTo(new Tally.Summary(1, 0, 1, -1));
  }

  @Test
  void toleranceEndsWhereItSays() {
    assertThat(tally.cause(episode("e1", "pump-1", 13_000, 14_000), List.of(SPIKE)))
        .contains(SPIKE);
    assertThat(tally.cause(episode("e2", "pump-1", 13_001, 14_000), List.of(SPIKE))).isEmpty();
    assertThat(tally.cause(episode("e3", "pump-1", 8_000, 9_999), List.of(SPIKE))).isEmpty();
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

  private static Episode episode(String id, String key, long start, long end) {
    return new Episode(id, "OPENED", key, start, end, "HIGH", 0.8);
  }
}
