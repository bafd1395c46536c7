// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.sample.SampledRow;
import java.io.Serializable;

/**
 * When a group's model is trained, and on what.
 *
 * @param window how readings are gathered into training sets
 * @param sizeMillis length of a time window in event time, milliseconds; 0 for windows that count
 *     rows
 * @param slideMillis event time between the starts of time windows, milliseconds; equal to the size
 *     for tumbling ones
 * @param rows readings in a {@link Window#COUNT} window, or before the first model of a {@link
 *     Window#GROWING} one
 * @param once whether only the first window of a group trains
 * @param sampleRows most rows of a window that training sees
 * @param minRows fewest rows of a window that give a model
 * @param maxMissing largest share of missing values in a sample that gives a model, 0 to 1
 * @param seed of the sample and of the detector
 * @param incremental whether a window updates the model before it instead of replacing it; for
 *     detectors that are updatable
 * @param adoptNewFeatures whether numeric fields that the schema does not know become features of
 *     the next model once they are common
 * @param skipFlagged whether rows that the model before flags do not train the next one
 * @param retraining which windows train
 * @param labelled whether commands may say of single sensors' readings what they are
 */
public record TrainingPlan(
    Window window,
    long sizeMillis,
    long slideMillis,
    int rows,
    boolean once,
    int sampleRows,
    int minRows,
    double maxMissing,
    long seed,
    boolean incremental,
    boolean adoptNewFeatures,
    boolean skipFlagged,
    Retraining retraining,
    boolean labelled)
    implements Serializable {

  /** How readings are gathered into training sets. */
  public enum Window {
    /** By event time; every reading is in {@code size / slide} windows. */
    TIME,
    /** Every {@code rows} readings of a group, in event-time order. */
    COUNT,
    /** All readings of a group so far, whenever their number has doubled since the last model. */
    GROWING
  }

  /** The plan by which every window trains. */
  public TrainingPlan(
      Window window,
      long sizeMillis,
      long slideMillis,
      int rows,
      boolean once,
      int sampleRows,
      int minRows,
      double maxMissing,
      long seed,
      boolean incremental,
      boolean adoptNewFeatures,
      boolean skipFlagged) {
    this(
        window,
        sizeMillis,
        slideMillis,
        rows,
        once,
        sampleRows,
        minRows,
        maxMissing,
        seed,
        incremental,
        adoptNewFeatures,
        skipFlagged,
        Retraining.EVERY_WINDOW,
        false);
  }

  public TrainingPlan {
    if (window == Window.TIME) {
      requirePositive("sizeMillis", sizeMillis);
      requirePositive("slideMillis", slideMillis);
      if (slideMillis > sizeMillis) {
        throw new IllegalArgumentException(
            "slideMillis must be at most sizeMillis %d, was %d".formatted(sizeMillis, slideMillis));
      }
    } else {
      requirePositive("rows", rows);
    }
    requirePositive("sampleRows", sampleRows);
    requirePositive("minRows", minRows);
    if (!(maxMissing >= 0 && maxMissing <= 1)) {
      throw new IllegalArgumentException("maxMissing must be 0 to 1, was " + maxMissing);
    }
  }

  /** What a sample takes of a reading. */
  SampledRow sampled(FeatureVector vector) {
    return SampledRow.of(vector, seed, adoptNewFeatures, labelled);
  }

  private static void requirePositive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, was " + value);
    }
  }
}
