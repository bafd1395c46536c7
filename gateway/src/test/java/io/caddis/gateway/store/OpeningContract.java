// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import static io.caddis.gateway.store.JobMessages.alert;
import static io.caddis.gateway.store.JobMessages.batch;
import static io.caddis.gateway.store.JobMessages.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What every database must do when it is opened and closed. */
interface OpeningContract extends OpenStore {
  @Test
  default void migrationsAreAppliedOnce() throws Exception {
    feed(NoticePolicy.NOBODY).store(null, part("a", 1), batch(alert("a", 0)));
    reopen();

    assertThat(new Figures(database(), clock()).alerts()).isOne();
    assertThat(count("migrations")).isEqualTo(Migrations.STEPS.size());
  }

  @Test
  default void aStoreOfAnEarlierProgramIsBroughtToThisForm() throws Exception {
    feed(NoticePolicy.NOBODY).store(null, part("a", 1), batch(alert("a", 0)));
    List<String> indexes = List.of("outbox_by_outcome", "alerts_waiting", "alerts_judged");
    dropIndexes(indexes);
    database().write(session -> session.update("DELETE FROM migrations WHERE step > 2"));
    reopen();

    assertThat(new Figures(database(), clock()).alerts()).isOne();
    assertThat(count("migrations")).isEqualTo(Migrations.STEPS.size());
    // They are there again, or this fails.
    dropIndexes(indexes);
  }

  private void dropIndexes(List<String> names) {
    for (String name : names) {
      database().write(session -> session.update("DROP INDEX " + name));
    }
  }

  @Test
  default void aStepThatIsNotTheOneAppliedIsRefused() {
    database().write(session -> session.update("UPDATE migrations SET sha256 = 'x'"));
    database().close();

    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("migration 1 of the store must be 0001-alerts");
  }

  @Test
  default void aStoreOfANewerProgramIsRefused() {
    database()
        .write(session -> session.update("INSERT INTO migrations VALUES (99, 'later', 'x', 0)"));
    database().close();

    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a newer Caddis wrote it");
  }

  @Test
  default void itCanBeWrittenTo() {
    database().checkWritable();
    database().close();

    assertThatThrownBy(database()::checkWritable).isInstanceOf(StoreException.class);
  }

  private long count(String table) {
    return database().read(session -> session.number("SELECT COUNT(*) FROM " + table));
  }
}
