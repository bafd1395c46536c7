// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import static io.caddis.gateway.feed.JobOutput.alert;
import static io.caddis.gateway.feed.JobOutput.score;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.store.AlertStore;
import io.caddis.gateway.store.Database;
import io.caddis.gateway.store.FeedStore;
import io.caddis.gateway.store.MovableClock;
import io.caddis.gateway.store.NoticePolicy;
import io.caddis.gateway.store.Retention;
import io.caddis.gateway.store.ScoreWindow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveStreamTest {
  private static final Set<String> ALL = Set.of("alert", "score");

  @TempDir Path directory;

  private final MovableClock clock = new MovableClock();
  private JobOutput job;
  private Database database;
  private Feed feed;
  private LiveStream live;

  @BeforeEach
  void openDatabase() throws IOException {
    job = new JobOutput(directory.resolve("out"));
    database = Database.open(directory.resolve("gateway.db"), clock);
    live = new LiveStream(new AlertStore(database, clock), new ScoreWindow(database));
    FeedStore store = new FeedStore(database, clock, NoticePolicy.NOBODY, 10_000);
    feed =
        new Feed(
            new ResultFolders(directory.resolve("out"), store, clock),
            store,
            new Retention(database, clock, Duration.ofDays(90)),
            clock,
            live::pump);
  }

  @AfterEach
  void closeDatabase() {
    live.close();
    database.close();
  }

  @Test
  void whoWatchesIsSentWhatComes() throws Exception {
    commit("alerts", alert("before", 0, "opened", "pump-1"));
    LiveClient client = live.connect(ALL, null, null).orElseThrow();
    commit("alerts", alert("a", 0, "opened", "pump-1"));
    commit("scores", score(1, "pump-1", true));

    assertThat(client.next())
        .matches(
            "(?s)id: 2\nevent: alert\ndata: \\{\"alert_id\":\"a\".*\\}\n\n"
                + "id: 3\nevent: score\ndata: \\{\"timestamp\".*\\}\n\n");
  }

  @Test
  void whoComesBackIsSentWhatTheyMissedInItsLastState() throws Exception {
    commit("alerts", alert("seen", 0, "opened", "pump-1"));
    commit("alerts", alert("missed", 0, "opened", "pump-1"));
    commit("scores", score(1, "pump-1", true));
    commit("alerts", alert("missed", 1, "closed", "pump-1"));

    String text = live.connect(ALL, null, 1L).orElseThrow().next();

    assertThat(text).containsSubsequence("id: 3", "event: score", "id: 4", "event: alert");
    assertThat(text)
        .contains("\"state\":\"closed\"")
        .doesNotContain("opened")
        .doesNotContain("seen");
  }

  @Test
  void nothingIsSentTwiceWhenOneComesBack() throws Exception {
    commit("alerts", alert("a", 0, "opened", "pump-1"));
    LiveClient first = live.connect(ALL, null, 0L).orElseThrow();
    LiveClient second = live.connect(ALL, null, 0L).orElseThrow();
    commit("alerts", alert("b", 0, "opened", "pump-1"));

    assertThat(first.next().split("id: ")).hasSize(3);
    assertThat(second.next().split("id: ")).hasSize(3);
  }

  @Test
  void onlyWhatIsAskedForIsSent() throws Exception {
    LiveClient scores = live.connect(Set.of("score"), "pump-2", null).orElseThrow();
    LiveClient alerts = live.connect(Set.of("alert"), null, null).orElseThrow();
    commit("alerts", alert("a", 0, "opened", "pump-2"));
    commit("scores", score(1, "pump-1", true), score(2, "pump-2", true));

    assertThat(scores.next())
        .contains("pump-2")
        .doesNotContain("pump-1")
        .doesNotContain("alert_id");
    assertThat(alerts.next())
        .contains("alert_id")
        .doesNotContain("event_id\":\"00000000000000aa-2");
  }

  @Test
  void aSlowClientIsToldWhatItLost() throws Exception {
    LiveClient client = live.connect(ALL, null, null).orElseThrow();
    int extra = 123;
    commit(
        "scores",
        IntStream.range(0, LiveClient.CAPACITY + extra)
            .mapToObj(i -> score(i, "pump-1", false))
            .toArray(String[]::new));
    commit("alerts", alert("a", 0, "opened", "pump-1"));
    commit("scores", score(9_999, "pump-1", true));

    String text = client.next();

    assertThat(text).startsWith("event: dropped\ndata: {\"alerts\":0,\"scores\":124}\n\n");
    assertThat(text).contains("\"alert_id\":\"a\"").endsWith("aa-270f\"}\n\n");
    assertThat(text.split("\nevent: score\n")).hasSize(LiveClient.CAPACITY + 1);
    commit("scores", score(1, "pump-1", true));
    assertThat(client.next()).doesNotContain("dropped");
  }

  @Test
  void aStreamIsWrittenUntilItIsClosed() throws Exception {
    LiveClient client = live.connect(ALL, null, null).orElseThrow();
    commit("alerts", alert("a", 0, "opened", "насос-1"));
    ByteArrayOutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public void flush() {
            if (size() > 20) {
              live.close();
            }
          }
        };

    client.writeTo(out);

    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("retry: 2000\n\nid: 1\n")
        .contains("насос-1");
    assertThat(live.clients()).isZero();
    assertThat(live.connect(ALL, null, null)).isEmpty();
  }

  @Test
  void onlySoManyMayWatch() {
    LiveClient first = live.connect(ALL, null, null).orElseThrow();
    for (int i = 1; i < 64; i++) {
      assertThat(live.connect(ALL, null, null)).isPresent();
    }
    assertThat(live.connect(ALL, null, null)).isEmpty();
    live.disconnect(first);
    assertThat(live.connect(ALL, null, null)).isPresent();
  }

  private int files;

  private void commit(String folder, String... lines) throws IOException {
    job.commit(folder, "f" + files++ + ".jsonl", List.of(lines));
    while (feed.poll()) {
      // Until there is nothing new.
    }
  }
}
