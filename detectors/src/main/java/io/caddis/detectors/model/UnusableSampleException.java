// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

/** Training rows that no model can be fitted on; the message says why and what to do. */
public final class UnusableSampleException extends RuntimeException {
  public UnusableSampleException(String message) {
    super(message);
  }
}
