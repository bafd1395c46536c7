// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

/**
 * Where a model came from, as carried by every alert.
 *
 * @param modelVersion version id
 * @param sha256 checksum of the model bytes, hexadecimal
 * @param detector name of the algorithm
 * @param trainFrom first event time of the training interval, epoch milliseconds, inclusive
 * @param trainTo end of the training interval, epoch milliseconds, exclusive
 * @param rows readings the interval held
 * @param thresholdOrigin how the threshold was set, for example {@code contamination 0.01}
 */
public record ModelLineage(
    String modelVersion,
    String sha256,
    String detector,
    long trainFrom,
    long trainTo,
    long rows,
    String thresholdOrigin) {

  /** The same model with a threshold that came from elsewhere. */
  public ModelLineage withThresholdOrigin(String origin) {
    return new ModelLineage(modelVersion, sha256, detector, trainFrom, trainTo, rows, origin);
  }
}
