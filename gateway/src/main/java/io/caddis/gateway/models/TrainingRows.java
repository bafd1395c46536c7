// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A uniform sample of all rows that a model was trained on, so that it can be fitted anew with
 * later rows. Algorithm R of Vitter, "Random sampling with a reservoir", ACM TOMS 1985. Immutable;
 * the same rows in the same order and seed give the same sample.
 *
 * @param lines the rows
 * @param seen how many rows there were
 * @param state of the random choices
 */
record TrainingRows(List<byte[]> lines, long seen, long state) {
  TrainingRows {
    lines = List.copyOf(lines);
  }

  static TrainingRows of(long seed) {
    return new TrainingRows(List.of(), 0, seed);
  }

  /** How many bytes the rows have. */
  long bytes() {
    return lines.stream().mapToLong(line -> line.length).sum();
  }

  /** These and more rows. */
  TrainingRows plus(List<byte[]> more, int most) {
    SplittableRandom random = new SplittableRandom(state);
    List<byte[]> kept = new ArrayList<>(lines);
    long count = seen;
    for (byte[] line : more) {
      count++;
      if (kept.size() < most) {
        kept.add(line);
      } else {
        long slot = random.nextLong(count);
        if (slot < most) {
          kept.set((int) slot, line);
        }
      }
    }
    return new TrainingRows(kept, count, random.nextLong());
  }
}
