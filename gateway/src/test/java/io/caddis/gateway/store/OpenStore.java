// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

/** A database that is open during a test. */
interface OpenStore {
  MovableClock clock();

  Database database();

  /** Opens the database of this test, the same at each call. */
  Database open() throws Exception;

  /** Closes the database and opens it again. */
  void reopen() throws Exception;

  default FeedStore feed(NoticePolicy policy) {
    return new FeedStore(database(), clock(), policy, 1_000);
  }
}
