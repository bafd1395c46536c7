// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import java.util.Locale;

/** What the newest message about an episode says of it. */
public enum EpisodeState {
  OPEN,
  CLOSED,
  /** The job has taken the alert back: it was a mistake. */
  RETRACTED;

  /** The state as the store and the interface name it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state that {@link #word()} names. */
  public static EpisodeState of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
