// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

/** What a command does. Names are a format: never renamed, never reused. */
public enum ControlType {
  SET_THRESHOLD,
  RESET_THRESHOLD,
  MUTE,
  UNMUTE,
  MAINTENANCE,
  PROMOTE,
  ROLLBACK,
  UNPIN,
  UNDO,
  CHALLENGE,
  ACCEPT,
  LABEL,
  RETRAIN,
  DROP_FEATURE,
  ADD_FEATURE;

  /** Whether it is about the models of a group, rather than about readings. */
  public boolean aboutModels() {
    return this == PROMOTE
        || this == ROLLBACK
        || this == UNPIN
        || this == CHALLENGE
        || this == RETRAIN;
  }

  /** Whether it says which features are used. */
  public boolean aboutFeatures() {
    return this == DROP_FEATURE || this == ADD_FEATURE;
  }

  /** Whether it says which readings train. */
  public boolean aboutTraining() {
    return this == ACCEPT || this == LABEL;
  }
}
