// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

/** What an alert says about its episode. */
public enum AlertState {
  /** The first anomalous reading. */
  OPENED,
  /** The episode became more severe. */
  UPDATED,
  /** The sensor is quiet again; the figures are final. */
  CLOSED,
  /** The alert was a mistake, and there is nothing more to come of it. */
  RETRACTED
}
