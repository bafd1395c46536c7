// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The name that a mistyped one was probably meant to be. */
public final class DidYouMean {
  private DidYouMean() {}

  /**
   * The nearest candidate, when no more than a third of the letters differ; upper case is ignored.
   */
  public static Optional<String> closest(String typed, Collection<String> candidates) {
    return candidates.stream()
        .filter(candidate -> distance(typed, candidate) <= Math.max(1, candidate.length() / 3))
        .min(Comparator.comparingInt(candidate -> distance(typed, candidate)));
  }

  /** Levenshtein distance with '_' and '-' the same. */
  private static int distance(String typed, String candidate) {
    String a = typed.toLowerCase(Locale.ROOT).replace('_', '-');
    String b = candidate.toLowerCase(Locale.ROOT).replace('_', '-');
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
