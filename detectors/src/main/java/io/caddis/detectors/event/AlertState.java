// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

/** What an alert says about its episode. */
public enum AlertState {
  /** The first anomalous reading. */
  OPENED,
  /** The episode became more severe, or late data has opened it again. */
  UPDATED,
  /** The sensor is quiet again; the figures are final unless late data corrects them. */
  CLOSED,
  /** The episode is over, and late data has corrected the figures that were told as final. */
  AMENDED,
  /** The alert was a mistake, and there is nothing more to come of it. */
  RETRACTED
}
