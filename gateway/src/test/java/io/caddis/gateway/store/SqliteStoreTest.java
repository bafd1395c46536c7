// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest extends StoreContract {
  @TempDir Path directory;

  @Override
  Database open() throws Exception {
    return Database.open(directory.resolve("below/gateway.db"), clock);
  }

  @Test
  void otherDatabasesAreRefusedWithoutTellingThePassword() {
    assertThatThrownBy(() -> Database.open("jdbc:mysql://u:secret@h/db", null, null, clock))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "URL of the store must start with jdbc:sqlite: or jdbc:postgresql:, was jdbc:mysql:…");
  }
}
