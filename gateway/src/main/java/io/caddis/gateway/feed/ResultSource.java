// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.gateway.store.Retention;
import java.io.IOException;

/** Where a feed finds results. Used by the feed's thread; only the lag may be asked for by any. */
public interface ResultSource {
  /**
   * Reads what is new, not necessarily all of it.
   *
   * @return whether there was anything, or may be more
   */
  boolean poll(Feed feed) throws IOException;

  /** Since when the oldest result that is not read has been waiting, epoch milliseconds. */
  long oldestUnread();

  /** Forgets how far sources were read that are gone. */
  default void keepHouse(Retention retention) {}

  /** Lets go of what it holds. */
  default void close() {}
}
