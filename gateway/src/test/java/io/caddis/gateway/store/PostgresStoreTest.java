// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import static io.caddis.gateway.store.JobMessages.batch;
import static io.caddis.gateway.store.JobMessages.score;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresStoreTest extends StoreContract {
  private static final List<PostgresServer> SERVERS = new ArrayList<>();
  private String url;

  @BeforeAll
  static void startServer() throws Exception {
    Optional<Path> programs = PostgresServer.programs();
    assumeTrue(programs.isPresent(), "PostgreSQL is not installed: apt-get install postgresql-15");
    SERVERS.add(PostgresServer.start(programs.get()));
  }

  @AfterAll
  static void stopServer() throws Exception {
    for (PostgresServer server : SERVERS) {
      server.close();
    }
    SERVERS.clear();
  }

  @BeforeEach
  @Override
  void openDatabase() throws Exception {
    url = SERVERS.get(0).newDatabase();
    super.openDatabase();
  }

  @Override
  public Database open() {
    return Database.open(url, null, null, clock());
  }

  @Test
  void twoGatewaysThatReadTheSameFilesCountEachPartOnce() throws Exception {
    int files = 100;
    ExecutorService threads = Executors.newFixedThreadPool(2);
    List<Future<Integer>> stored = new ArrayList<>();
    try (Database one = open();
        Database other = open()) {
      for (Database database : List.of(one, other)) {
        stored.add(threads.submit(() -> storeAll(database, files)));
      }
      int sum = stored.get(0).get() + stored.get(1).get();

      assertThat(sum).isEqualTo(files);
      assertThat(new Figures(one, clock()).totals()).containsEntry(Batch.SCORES, (long) files);
      assertThat(new ScoreWindow(one).last()).isEqualTo(files);
    } finally {
      threads.shutdown();
    }
  }

  private int storeAll(Database database, int files) {
    FeedStore feed = new FeedStore(database, clock(), NoticePolicy.NOBODY, 1_000);
    int stored = 0;
    for (int i = 0; i < files; i++) {
      FilePosition whole = new FilePosition("scores/" + i, 1, 1);
      stored += feed.store(null, whole, batch(score(i))) ? 1 : 0;
    }
    return stored;
  }
}
