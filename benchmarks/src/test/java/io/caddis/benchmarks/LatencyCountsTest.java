// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LatencyCountsTest {
  private static LatencyCounts of(long firstMicros, long lastMicros) {
    LatencyCounts counts = new LatencyCounts();
    for (long micros = firstMicros; micros <= lastMicros; micros++) {
      counts.add(1_000, 1_000 + micros * 1_000);
    }
    return counts;
  }

  @Test
  void quantilesAreRightToThreePercent() {
    LatencyCounts counts = of(1, 100_000);

    assertThat(counts.quantile(0.5)).isCloseTo(50, within(1.7));
    assertThat(counts.quantile(0.99)).isCloseTo(99, within(3.2));
    assertThat(counts.quantile(1)).isCloseTo(100, within(3.2));
    assertThat(counts.quantile(0.00001)).isCloseTo(0.001, within(0.0011));
    assertThat(new LatencyCounts().quantile(0.5)).isZero();
  }

  @Test
  void anHourAndAClockThatRunsBackAreCountedToo() {
    LatencyCounts counts = new LatencyCounts();
    counts.add(5_000, 0);
    counts.add(0, 3_600_000_000_000L);

    assertThat(counts.total()).isEqualTo(2);
    assertThat(counts.quantile(0.5)).isCloseTo(0, within(0.0011));
    assertThat(counts.quantile(1)).isCloseTo(3_600_000, within(120_000.0));
  }

  @Test
  void whatCameBeforeAGlanceIsLeftOut() {
    LatencyCounts counts = of(1, 1_000);
    LatencyCounts glance = counts.clone();
    counts.merge(of(50_000, 50_999));

    LatencyCounts since = counts.since(glance);
    assertThat(since.total()).isEqualTo(1_000);
    assertThat(since.quantile(0)).isZero();
    assertThat(since.quantile(0.001)).isCloseTo(50, within(1.6));
    assertThat(since.lagSeconds()).isCloseTo(0.050999, within(1e-6));
  }
}
