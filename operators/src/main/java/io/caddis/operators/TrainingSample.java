// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.sample.BottomKSample;
import io.caddis.detectors.sample.SampledRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bounded sample of one training window of one group, whole or one subtask's part of it.
 *
 * @param group whose model it trains
 * @param from start of the window, epoch milliseconds, inclusive
 * @param to end of the window, epoch milliseconds, exclusive
 * @param seen readings that the sample stands for
 * @param rows the sampled ones, smallest hash first
 * @param command id of the command by which it was taken before its window ended and is to train,
 *     null when the window ended
 */
public record TrainingSample(
    String group, long from, long to, long seen, List<SampledRow> rows, @Nullable String command) {

  /** The sample of a window that has ended. */
  public TrainingSample(String group, long from, long to, long seen, List<SampledRow> rows) {
    this(group, from, to, seen, rows, null);
  }

  /** Two parts of a window's sample as one of so many rows at most. */
  static TrainingSample merged(TrainingSample left, TrainingSample right, int mostRows) {
    BottomKSample sample = new BottomKSample(mostRows);
    sample.merge(left.rows(), left.seen());
    sample.merge(right.rows(), right.seen());
    return new TrainingSample(
        left.group(),
        Math.min(left.from(), right.from()),
        left.to(),
        sample.seen(),
        sample.rows(),
        left.command() == null ? right.command() : left.command());
  }
}
