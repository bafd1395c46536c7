// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.FeatureVector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BottomKSampleTest {

  private static SampledRow row(int i, long seed) {
    FeatureVector vector =
        new FeatureVector(
            "s" + i % 3,
            "g",
            i,
            1,
            i,
            false,
            new double[] {i, Double.NaN},
            new String[] {null, "t"},
            null,
            null);
    return SampledRow.of(vector, seed);
  }

  @Property(tries = 200)
  void orderAndSplitDoNotChangeTheSample(
      @ForAll @IntRange(min = 1, max = 40) int capacity,
      @ForAll @IntRange(min = 0, max = 200) int count,
      @ForAll @IntRange(min = 1, max = 5) int parts,
      @ForAll long seed) {
    List<SampledRow> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(row(i, seed));
    }
    BottomKSample whole = new BottomKSample(capacity);
    rows.forEach(whole::add);

    Collections.shuffle(rows, new Random(seed));
    List<BottomKSample> partial = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      partial.add(new BottomKSample(capacity));
    }
    for (int i = 0; i < count; i++) {
      partial.get(i % parts).add(rows.get(i));
    }
    BottomKSample merged = new BottomKSample(capacity);
    partial.forEach(part -> merged.merge(part.rows(), part.seen()));

    assertThat(merged.rows()).usingRecursiveFieldByFieldElementComparator().isEqualTo(whole.rows());
    assertThat(merged.seen()).isEqualTo(count);
    assertThat(whole.rows()).hasSize(Math.min(capacity, count));
  }

  @Test
  void everyRowIsAboutEquallyLikelyToStay() {
    int[] stayed = new int[100];
    for (long seed = 0; seed < 2000; seed++) {
      BottomKSample sample = new BottomKSample(10);
      for (int i = 0; i < 100; i++) {
        sample.add(row(i, seed));
      }
      sample.rows().forEach(kept -> stayed[(int) kept.timestamp()]++);
    }

    // 200 expected, standard deviation 13.4: five of them either way.
    for (int count : stayed) {
      assertThat(count).isBetween(133, 267);
    }
  }
}
