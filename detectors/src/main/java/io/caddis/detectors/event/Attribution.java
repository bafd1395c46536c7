// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which features made a score what it is.
 *
 * <p>The contributions are 0 or more and, added from the first to the last, give the score to the
 * last bit.
 *
 * @param features names, the greatest contribution first; {@value #OTHERS} at the end stands for
 *     all that are not among the first {@value #MOST_LISTED}
 * @param contributions one for each
 * @param expected what the first feature would be if it were usual, in its own unit; NaN for a text
 *     feature, or when it is not known
 * @param expectedText the same for a text feature, null for a number or when it is not known
 */
public record Attribution(
    String[] features, double[] contributions, double expected, @Nullable String expectedText) {
  /** Most features that are listed one by one: an alert stays small whatever the table's width. */
  public static final int MOST_LISTED = 31;

  /** Stands for the features that are not listed. */
  public static final String OTHERS = "(others)";

  /**
   * Shares a score out.
   *
   * @param score 0 to 1
   * @param features names, at least one
   * @param weights how much each has to do with the score, 0 or more and finite; only the
   *     proportions count, and when all are 0 the features share alike
   */
  public static Attribution of(double score, String[] features, double[] weights) {
    double sum = Arrays.stream(weights).sum();
    double equal = 1.0 / features.length;
    int[] order =
        IntStream.range(0, features.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -weights[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    boolean all = features.length <= MOST_LISTED + 1;
    int listed = all ? features.length : MOST_LISTED;
    String[] names = new String[all ? listed : listed + 1];
    double[] contributions = new double[names.length];
    double left = score;
    double given = 0;
    for (int i = 0; i < contributions.length - 1; i++) {
      names[i] = features[order[i]];
      double share = sum > 0 ? weights[order[i]] / sum : equal;
      contributions[i] = Math.min(score * share, left);
      given += contributions[i];
      left = Math.max(0, score - given);
    }
    int last = contributions.length - 1;
    names[last] = all ? features[order[last]] : OTHERS;
    contributions[last] = remainder(score, given, left);
    return new Attribution(names, contributions, Double.NaN, null);
  }

  /**
   * What, added to {@code given}, is exactly {@code score}; {@code left} is that but for rounding.
   */
  private static double remainder(double score, double given, double left) {
    double rest = left;
    while (given + rest < score) {
      rest = Math.nextUp(rest);
    }
    while (rest > 0 && given + rest > score) {
      rest = Math.nextDown(rest);
    }
    return rest;
  }

  /** The same with what the first feature, a number, was expected to be. */
  public Attribution expecting(double value) {
    return new Attribution(features, contributions, value, null);
  }

  /** The same with what the first feature, a text, was expected to be. */
  public Attribution expecting(@Nullable String text) {
    return new Attribution(features, contributions, Double.NaN, text);
  }
}
