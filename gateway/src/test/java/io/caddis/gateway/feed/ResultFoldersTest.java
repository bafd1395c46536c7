// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import static io.caddis.gateway.feed.JobOutput.alert;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.store.Database;
import io.caddis.gateway.store.FeedStore;
import io.caddis.gateway.store.Figures;
import io.caddis.gateway.store.MovableClock;
import io.caddis.gateway.store.NoticePolicy;
import io.caddis.gateway.store.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a folder is listed again: whatever clocks show, a new file is read. */
class ResultFoldersTest {
  private static final Duration TICK = Duration.ofSeconds(2);

  @TempDir Path directory;

  private final MovableClock clock = new MovableClock();
  private JobOutput job;
  private Path alerts;
  private Database database;
  private Feed feed;

  @BeforeEach
  void open() throws IOException {
    Path out = directory.resolve("out");
    job = new JobOutput(out);
    alerts = out.resolve("alerts");
    database = Database.open(directory.resolve("gateway.db"), clock);
    FeedStore store = new FeedStore(database, clock, NoticePolicy.NOBODY, 10);
    feed =
        new Feed(
            new ResultFolders(out, store, clock, clock::nanos),
            store,
            new Retention(database, clock, Duration.ofDays(90)),
            clock,
            () -> {});
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void filesAreReadThoughTheirClockIsYearsBehindOrAhead() throws IOException {
    int files = 0;
    for (Duration set : List.of(Duration.ofDays(3_650), Duration.ofDays(-7_300))) {
      clock.set(set);
      for (int i = 0; i < 3; i++) {
        commit("f" + files++);
        drain();
        assertThat(alerts()).isEqualTo(files);
        clock.advance(TICK);
        drain();
      }
    }
  }

  @Test
  void aFileThatCameWithinTheSameTickIsRead() throws IOException {
    commit("a");
    FileTime modified = Files.getLastModifiedTime(alerts);
    drain();
    clock.advance(TICK.dividedBy(2));
    drain();

    commit("b");
    Files.setLastModifiedTime(alerts, modified);
    drain();

    assertThat(alerts()).isEqualTo(2);
  }

  @Test
  void aFolderThatSeemsUnchangedIsListedOnceAMinute() throws IOException {
    commit("a");
    FileTime modified = Files.getLastModifiedTime(alerts);
    drain();
    clock.advance(TICK);
    drain();

    commit("b");
    Files.setLastModifiedTime(alerts, modified);
    clock.advance(Duration.ofSeconds(59));
    drain();
    assertThat(alerts()).as("not listed").isOne();
    clock.advance(Duration.ofSeconds(1));
    drain();

    assertThat(alerts()).isEqualTo(2);
  }

  private void commit(String name) throws IOException {
    job.commit("alerts", name + ".jsonl", List.of(alert(name, 0, "opened", "p")));
  }

  private void drain() throws IOException {
    while (feed.poll()) {
      // Until there is nothing new.
    }
  }

  private long alerts() {
    return new Figures(database, clock).alerts();
  }
}
