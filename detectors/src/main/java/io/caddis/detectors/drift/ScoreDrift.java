// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What counts as a lasting change of a sensor's scores.
 *
 * <p>Looks at the means of {@value #BLOCK} scores each: an episode of anomalies is a few of them, a
 * drift goes on for many. A change that was told is where the test begins anew. Holds no state; a
 * {@link DriftState} belongs to one thread at a time.
 *
 * @param method the test of the means
 * @param change least change of the mean score that is told, above 0, at most 1
 */
public record ScoreDrift(Method method, double change) implements Serializable {
  /** Scores that are taken together. */
  public static final int BLOCK = 16;

  /** Of ADWIN: much, because a change must be large as well. */
  private static final double DELTA = 0.05;

  /** Of Page-Hinkley: more than four blocks of scores as high as can be. */
  private static final double LIMIT = 4;

  private static final int LEAST_BLOCKS = 10;

  /** A test for changes of a mean. */
  public enum Method {
    /** {@link Adwin}. */
    ADWIN,
    /** {@link PageHinkley}. */
    PAGE_HINKLEY
  }

  public ScoreDrift {
    if (!(change > 0 && change <= 1)) {
      throw new IllegalArgumentException("change must be above 0, at most 1, was " + change);
    }
  }

  /**
   * What a score leads to.
   *
   * @param state the state from then on
   * @param shift the change that is to be told, or null
   */
  public record Step(DriftState state, @Nullable MeanShift shift) {}

  /**
   * Takes in a score.
   *
   * @param state what is remembered of the sensor, null before its first score; not to be used
   *     again. One of another method is given up
   * @param timestamp event time of the score, epoch milliseconds
   * @param score 0 to 1
   */
  public Step update(@Nullable DriftState state, long timestamp, double score) {
    DriftState known =
        state != null && state.method() == method
            ? state
            : new DriftState(method, timestamp, 0, 0, null);
    int count = known.count() + 1;
    double sum = known.sum() + score;
    if (count < BLOCK) {
      return new Step(new DriftState(method, known.from(), count, sum, known.test()), null);
    }
    MeanTest test = test(known.test());
    MeanShift shift = test.update(sum / count);
    boolean told = shift != null && Math.abs(shift.after() - shift.before()) >= change;
    return told
        ? new Step(new DriftState(method, timestamp, 0, 0, null), shift)
        : new Step(new DriftState(method, known.from(), 0, 0, test.state()), null);
  }

  private MeanTest test(double @Nullable [] state) {
    return switch (method) {
      case ADWIN -> new Adwin(DELTA, 1, state);
      case PAGE_HINKLEY -> new PageHinkley(change / 2, LIMIT, LEAST_BLOCKS, state);
    };
  }
}
