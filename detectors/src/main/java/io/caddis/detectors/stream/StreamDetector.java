// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.event.Attribution;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * What one sensor's readings have taught so far, and the score of each new one against it.
 *
 * <p>Readings come in event-time order. A score depends on the readings up to its own and on
 * nothing else: not on the clock of the machine, not on chance, not on how often the state was
 * written and read back. Memory is bounded, whatever the number of readings. Not thread-safe: one
 * instance belongs to one sensor.
 */
public interface StreamDetector {
  /** The {@link #member} of a detector that has too little history. */
  String WARM_UP = "warm-up";

  /**
   * Scores a reading against what was learned before it, then learns from it.
   *
   * @param timeMillis event time, milliseconds since 1970; not before that of the reading before
   * @param values one number a feature, in the order of the schema; NaN where missing
   * @return score in [0, 1]: 0.5 and above is anomalous, higher is more so; 0 while there is too
   *     little history to tell
   */
  double score(long timeMillis, double[] values);

  /**
   * The last score before it was brought to [0, 1], in the detector's own unit; a higher one never
   * has a lower score.
   */
  double rawScore();

  /**
   * How much each feature has added to the last score; they add up to it.
   *
   * @return {@code double[features]}
   */
  double[] contributions();

  /**
   * The values that were expected of the last reading, NaN where none was.
   *
   * @return {@code double[features]}, in the features' own units
   */
  double[] expected();

  /**
   * Which features made the last score, and what was expected of the first of them.
   *
   * @param names of the features
   * @param score the last one
   */
  default Attribution explain(String[] names, double score) {
    Attribution attribution = Attribution.of(score, names, contributions());
    int worst = List.of(names).indexOf(attribution.features()[0]);
    return attribution.expecting(expected()[worst]);
  }

  /**
   * What the next score will be measured by, in two or three words that change only when the
   * detector goes over to something else; {@value #WARM_UP} while it has too little history to
   * tell.
   */
  String member();

  /** What the data showed that led to {@link #member}, with its numbers, in a sentence. */
  String basis();

  /** Writes all that {@link StreamDetectorType#read} needs to go on as if nothing had happened. */
  void write(DataOutput out) throws IOException;

  /**
   * Writes the same without what {@link #putProfile} has put elsewhere. Whoever reads it back has
   * to {@link #useProfile} before the next reading.
   */
  default void writeLevels(DataOutput out) throws IOException {
    write(out);
  }

  /**
   * Says where to look for what {@link #putProfile} has put. Detectors without a profile do not.
   */
  default void useProfile(ProfileStore store) {}

  /**
   * Puts what few readings ask for into the store that is in use, if it has changed, and keeps it
   * no longer.
   */
  default void putProfile() throws IOException {}
}
