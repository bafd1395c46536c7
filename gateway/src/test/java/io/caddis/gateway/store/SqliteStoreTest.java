// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest extends StoreContract {
  @TempDir Path directory;

  @Override
  public Database open() throws Exception {
    return Database.open(directory.resolve("below/gateway.db"), clock());
  }

  @Test
  void otherDatabasesAreRefusedWithoutTellingThePassword() {
    assertThatThrownBy(() -> Database.open("jdbc:mysql://u:secret@h/db", null, null, clock()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "URL of the store must start with jdbc:sqlite: or jdbc:postgresql:, was jdbc:mysql:…");
  }

  @Test
  @Timeout(30)
  void aServerThatIsNotThereIsToldAtOnce() {
    // Nobody listens at the first port.
    assertThatThrownBy(
            () -> Database.open("jdbc:postgresql://127.0.0.1:1/db", "u", "secret", clock()))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("cannot reach the store: Connection to 127.0.0.1:1 refused")
        .hasMessageNotContaining("secret");
  }

  @Test
  void whatIsAskedForAllTheTimeReadsNoWholeTable() {
    Condition waiting = Condition.of(AlertQuery.WAITING, 0);
    assertThat(waiting.values()).isEmpty();

    assertThat(plan(Outbox.EXPIRE, 0, 0)).contains("SEARCH outbox USING", "outbox_by_outcome");
    assertThat(plan(Outbox.CUT_WAITS, 0, 0)).contains("SEARCH outbox USING INDEX");
    assertThat(plan(Outbox.COUNTS)).contains("USING COVERING INDEX outbox_by_outcome");
    assertThat(plan(AlertStore.countSql(waiting))).contains("INDEX alerts_waiting");
    assertThat(plan(Figures.JUDGEMENTS)).contains("USING COVERING INDEX alerts_judged");
  }

  private String plan(String sql, Object... values) {
    return database()
        .read(
            session ->
                String.join(
                    "\n",
                    session.list(
                        "EXPLAIN QUERY PLAN " + sql, row -> row.getString("detail"), values)));
  }

  @Test
  void releasedMigrationsDoNotChange() throws Exception {
    try (Database database = open()) {
      List<String> applied =
          database.read(
              session ->
                  session.list(
                      "SELECT name, sha256 FROM migrations ORDER BY step",
                      row -> row.getString(1) + " " + row.getString(2)));

      assertThat(applied)
          .containsExactly(
              "0001-alerts ca1ecbd02d08fa1cae23e200d3017670aa9a984b0086aa75d2dcbe5cadbb58ba",
              "0002-plant 9dc0e987b1dd9ee883609af4ac058e7dda043ecc200df96003edeb53695d70ef",
              "0003-counting 7e595b980c7a6f51b01d2bf937dd6d14a22ce0e7516e3cff8096f4b8c9346960");
    }
  }
}
