// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.sample;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The k rows with the smallest hashes out of all that were added: a uniform sample without
 * replacement.
 *
 * <p>Mergeable and independent of order: the union of partial samples, however the rows were spread
 * over them, is the sample of the union. O(log k) a row that enters, O(1) for one that does not.
 * Not thread-safe.
 *
 * <p>Source: bottom-k sketches, Cohen and Kaplan, "Summarizing data using bottom-k sketches", PODC
 * 2007.
 */
public final class BottomKSample {
  private final int capacity;
  private final PriorityQueue<SampledRow> largestFirst =
      new PriorityQueue<>(SampledRow.ORDER.reversed());
  private long seen;

  /**
   * @param capacity k, the most rows to keep, at least 1
   */
  public BottomKSample(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1, was " + capacity);
    }
    this.capacity = capacity;
  }

  public void add(SampledRow row) {
    seen++;
    offer(row);
  }

  /** Adds a partial sample that stands for {@code seen} rows. */
  public void merge(Collection<SampledRow> rows, long rowsSeen) {
    seen += rowsSeen;
    rows.forEach(this::offer);
  }

  private void offer(SampledRow row) {
    if (largestFirst.size() < capacity) {
      largestFirst.add(row);
    } else if (SampledRow.ORDER.compare(row, largestFirst.element()) < 0) {
      largestFirst.remove();
      largestFirst.add(row);
    }
  }

  /** How many rows were added, here or to the samples merged in. */
  public long seen() {
    return seen;
  }

  /** The rows kept, smallest hash first: the same list for the same rows, whatever their order. */
  public List<SampledRow> rows() {
    List<SampledRow> rows = new ArrayList<>(largestFirst);
    rows.sort(SampledRow.ORDER);
    return rows;
  }
}
