// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import static io.caddis.gateway.store.JobMessages.alert;
import static io.caddis.gateway.store.JobMessages.batch;
import static io.caddis.gateway.store.JobMessages.part;
import static io.caddis.gateway.store.JobMessages.score;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How every database must keep what the jobs say. */
interface FeedStoreContract extends OpenStore {
  @Test
  default void theHighestSequenceOfAnAlertWinsInAnyOrder() {
    Random random = new Random(7);
    List<AlertMessage> messages = new ArrayList<>();
    for (int episode = 0; episode < 40; episode++) {
      for (int sequence = 0; sequence <= episode % 5; sequence++) {
        messages.add(alert("e" + episode, sequence));
        messages.add(alert("e" + episode, sequence));
      }
    }
    Collections.shuffle(messages, random);
    FeedStore feed = feed(NoticePolicy.NOBODY);
    for (int from = 0; from < messages.size(); from += 7) {
      Batch batch = new Batch();
      messages.subList(from, Math.min(from + 7, messages.size())).forEach(batch::add);
      assertThat(feed.store(null, part("f" + from, 1), batch)).isTrue();
    }

    AlertStore alerts = new AlertStore(database(), clock());
    assertThat(alerts.list(AlertQuery.ALL).total()).isEqualTo(40);
    for (int episode = 0; episode < 40; episode++) {
      assertThat(alerts.find("e" + episode).orElseThrow().body())
          .contains("\"sequence\":" + episode % 5);
    }
  }

  @Test
  default void aPartOfAFileCountsOnce() {
    FeedStore feed = feed(NoticePolicy.NOBODY);
    FilePosition half = new FilePosition("scores/a", 10, 5);
    FilePosition whole = new FilePosition("scores/a", 10, 10);

    assertThat(feed.store(null, half, batch(score(1)))).isTrue();
    assertThat(feed.store(null, half, batch(score(1)))).isFalse();
    assertThat(feed.store(half, whole, batch(score(2)))).isTrue();
    assertThat(feed.store(half, whole, batch(score(2)))).isFalse();

    assertThat(new Figures(database(), clock()).totals()).containsEntry(Batch.SCORES, 2L);
    assertThat(new ScoreWindow(database()).after(0, 10)).hasSize(2);
    assertThat(feed.positions()).containsExactly(entry("scores/a", whole));
    assertThat(feed.position("scores/a")).contains(whole);
    assertThat(feed.position("scores/b")).isEmpty();
  }

  @Test
  default void whatFailsHalfwayIsAsIfItHadNotBegun() {
    NoticePolicy failing =
        new NoticePolicy() {
          @Override
          public List<Notice> about(AlertMessage alert) {
            throw new IllegalStateException("broken on purpose");
          }

          @Override
          public List<Notice> about(IssueMessage issue) {
            return List.of();
          }
        };
    Batch batch = batch(alert("a", 0));
    batch.add(score(1));

    assertThatThrownBy(() -> feed(failing).store(null, part("a", 1), batch))
        .hasMessage("broken on purpose");

    assertThat(new Figures(database(), clock()).alerts()).isZero();
    assertThat(new ScoreWindow(database()).last()).isZero();
    assertThat(feed(NoticePolicy.NOBODY).positions()).isEmpty();
  }

  @Test
  default void onlyTheNewestScoresAreKept() {
    FeedStore feed = new FeedStore(database(), clock(), NoticePolicy.NOBODY, 5);
    for (int part = 0; part < 4; part++) {
      Batch batch = new Batch();
      for (int i = 0; i < 3; i++) {
        batch.add(score(part * 3 + i));
      }
      feed.store(null, part("scores/" + part, 1), batch);
    }
    ScoreWindow window = new ScoreWindow(database());

    assertThat(window.last()).isEqualTo(12);
    assertThat(window.after(0, 100))
        .extracting(e -> e.reading().timestamp())
        .containsExactly(7L, 8L, 9L, 10L, 11L);
    assertThat(window.after(0, 2)).extracting(ScoreWindow.Entry::feedId).containsExactly(11L, 12L);
    assertThat(window.countAfter(9)).isEqualTo(3);
    assertThat(window.of("pump-1", 2))
        .extracting(e -> e.reading().timestamp())
        .containsExactly(10L, 11L);
    assertThat(window.of("pump-2", 2)).isEmpty();
    assertThat(new Figures(database(), clock()).totals()).containsEntry(Batch.SCORES, 12L);
  }
}
