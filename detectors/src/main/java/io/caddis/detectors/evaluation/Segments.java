// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

import java.util.ArrayList;
import java.util.List;

/** Runs of consecutive rows. */
final class Segments {
  /**
   * A run of rows.
   *
   * @param first index of its first row
   * @param last index of its last row, inclusive
   */
  record Segment(int first, int last) {
    int length() {
      return last - first + 1;
    }
  }

  private Segments() {}

  /** The maximal runs of true. */
  static List<Segment> of(boolean[] values) {
    List<Segment> segments = new ArrayList<>();
    int first = -1;
    for (int i = 0; i <= values.length; i++) {
      boolean inside = i < values.length && values[i];
      if (inside && first < 0) {
        first = i;
      } else if (!inside && first >= 0) {
        segments.add(new Segment(first, i - 1));
        first = -1;
      }
    }
    return segments;
  }

  static boolean any(boolean[] values, Segment segment) {
    return firstTrue(values, segment) >= 0;
  }

  /** Index within the segment of its first true row, -1 when there is none. */
  static int firstTrue(boolean[] values, Segment segment) {
    for (int i = segment.first(); i <= segment.last(); i++) {
      if (values[i]) {
        return i - segment.first();
      }
    }
    return -1;
  }
}
