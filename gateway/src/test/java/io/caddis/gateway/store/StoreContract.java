// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What every database must do. */
abstract class StoreContract
    implements OpeningContract,
        FeedStoreContract,
        AlertStoreContract,
        OutboxContract,
        PlantContract {
  private final MovableClock clock = new MovableClock();
  private Database database;

  @BeforeEach
  void openDatabase() throws Exception {
    database = open();
  }

  @AfterEach
  void closeDatabase() {
    database.close();
  }

  @Override
  public MovableClock clock() {
    return clock;
  }

  @Override
  public Database database() {
    return database;
  }

  @Override
  public void reopen() throws Exception {
    database.close();
    database = open();
  }
}
