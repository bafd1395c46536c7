// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.detector.SplitMix;
import io.caddis.detectors.event.ModelLineage;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import org.jspecify.annotations.Nullable;

/**
 * A decoded model and where it came from.
 *
 * @param model immutable
 * @param lineage of the model
 * @param scoresFrom event time from which on it scores, epoch milliseconds
 * @param ended whether from then on there is none, because a trial has ended
 * @param rolledBack see {@link ModelUpdate#rolledBack()}
 * @param share see {@link ModelUpdate#share()}
 */
record LoadedModel(
    Model model,
    ModelLineage lineage,
    long scoresFrom,
    boolean ended,
    @Nullable String rolledBack,
    double share) {
  /**
   * @throws io.caddis.detectors.model.ModelFormatException when the bytes are not a model
   */
  static LoadedModel of(ModelUpdate update) {
    return new LoadedModel(
        ModelCodec.decode(update.bytes()),
        update.lineage(),
        update.scoresFrom(),
        update.verdict() != null,
        update.rolledBack(),
        update.share());
  }

  /** Whether it scores a sensor; which ones a share has is a matter of their names only. */
  boolean scores(String sensor) {
    return share == 1 || (SplitMix.mix(sensor.hashCode()) >>> 11) * 0x1p-53 < share;
  }
}
