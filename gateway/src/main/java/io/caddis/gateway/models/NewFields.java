// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import java.util.DoubleSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Statistics of fields that scored rows had and their model does not know, so that somebody can
 * decide to train with them. Of at most {@value #MOST} fields, the first that came. Thread-safe.
 */
final class NewFields {
  private static final int MOST = 64;
  private static final int LONGEST_NAME = 256;

  private final Map<String, Seen> fields = new TreeMap<>();

  /** What was seen of one field. */
  private static final class Seen {
    private long count;
    private final DoubleSummaryStatistics numbers = new DoubleSummaryStatistics();
  }

  /**
   * What is known of a field.
   *
   * @param count rows that had it
   * @param mean of its numbers, null when there were none
   */
  record Statistics(
      long count, @Nullable Double mean, @Nullable Double min, @Nullable Double max) {}

  /**
   * Notes a value.
   *
   * @param number NaN when it is none
   */
  synchronized void add(String name, double number) {
    Seen seen = fields.get(name);
    if (seen == null) {
      if (fields.size() == MOST || name.length() > LONGEST_NAME) {
        return;
      }
      seen = new Seen();
      fields.put(name, seen);
    }
    seen.count++;
    if (Double.isFinite(number)) {
      seen.numbers.accept(number);
    }
  }

  /** The fields by name. */
  synchronized Map<String, Statistics> statistics() {
    Map<String, Statistics> statistics = new TreeMap<>();
    fields.forEach(
        (name, seen) -> {
          boolean numeric = seen.numbers.getCount() > 0;
          statistics.put(
              name,
              new Statistics(
                  seen.count,
                  numeric ? finite(seen.numbers.getAverage()) : null,
                  numeric ? finite(seen.numbers.getMin()) : null,
                  numeric ? finite(seen.numbers.getMax()) : null));
        });
    return statistics;
  }

  private static @Nullable Double finite(double number) {
    return Double.isFinite(number) ? number : null;
  }
}
