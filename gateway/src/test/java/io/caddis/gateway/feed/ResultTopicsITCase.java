// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import static io.caddis.gateway.feed.JobOutput.alert;
import static io.caddis.gateway.feed.JobOutput.deadLetter;
import static io.caddis.gateway.feed.JobOutput.model;
import static io.caddis.gateway.feed.JobOutput.score;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.broker.KafkaBroker;
import io.caddis.gateway.store.AlertMessage;
import io.caddis.gateway.store.Batch;
import io.caddis.gateway.store.Database;
import io.caddis.gateway.store.FeedStore;
import io.caddis.gateway.store.Figures;
import io.caddis.gateway.store.IssueMessage;
import io.caddis.gateway.store.MovableClock;
import io.caddis.gateway.store.Notice;
import io.caddis.gateway.store.NoticePolicy;
import io.caddis.gateway.store.Retention;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The feed from a real broker. */
class ResultTopicsITCase {
  @TempDir private static Path shared;

  private static KafkaBroker broker;

  @TempDir Path directory;

  private final MovableClock clock = new MovableClock();
  private Database database;
  private Figures figures;
  private String alerts;
  private String scores;
  private String models;

  @BeforeAll
  static void startBroker() throws IOException {
    broker = KafkaBroker.start(shared.resolve("broker"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void openDatabase(TestInfo test) throws IOException {
    database = Database.open(directory.resolve("gateway.db"), clock);
    figures = new Figures(database, clock);
    String name = test.getTestMethod().orElseThrow().getName();
    alerts = name + "-alerts";
    scores = name + "-scores";
    models = name + "-models";
    broker.createTopic(alerts, 2);
    broker.createTopic(scores, 2);
    broker.createTopic(models, 1);
  }

  @AfterEach
  void closeDatabase() {
    database.close();
  }

  @Test
  void everyRecordIsReadOnceWhateverIsStartedAgain() throws IOException {
    broker.send(alerts, 0, List.of(alert("a", 0, "opened", "p"), alert("a", 1, "closed", "p")));
    broker.send(alerts, 1, List.of(alert("b", 0, "opened", "q"), "{", deadLetter("x")));
    broker.send(scores, 0, List.of(score(1, "p", true), score(2, "p", false)));
    broker.send(
        models, 0, List.of(model("v1", 0).replace(",\"model_base64\":\"\"", ""), model("v2", 8)));
    broker.send(new ProducerRecord<>(alerts, 1, "q", null));
    try (Reading first = new Reading(NoticePolicy.NOBODY)) {
      first.drain();
      assertThat(first.feed.lines()).isEqualTo(10);
      assertThat(first.feed.malformedLines()).isEqualTo(2);
      assertThat(first.feed.lagSeconds()).isZero();
    }
    broker.send(scores, 1, List.of(score(3, "q", false)));
    try (Reading second = new Reading(NoticePolicy.NOBODY)) {
      second.drain();
      assertThat(second.feed.lines()).isOne();
    }

    assertThat(figures.alerts()).isEqualTo(2);
    assertThat(figures.models(10)).hasSize(2);
    assertThat(figures.totals())
        .containsEntry(Batch.SCORES, 3L)
        .containsEntry(Batch.ANOMALIES, 1L)
        .containsEntry("models", 2L)
        .containsEntry("malformed:alerts", 2L);
  }

  @Test
  void whatWasInterruptedGoesOnAtWhatIsStored() throws IOException {
    int count = 3_000;
    broker.send(scores, 0, IntStream.range(0, count).mapToObj(i -> score(i, "p", false)).toList());
    broker.send(
        alerts,
        0,
        IntStream.range(0, count).mapToObj(i -> alert("a" + i, 0, "opened", "p")).toList());
    try (Reading broken = new Reading(new BreakingOnce("a2500"))) {
      assertThatThrownBy(broken::drain).hasMessage("broken on purpose");
      assertThat(figures.alerts()).isLessThan(2_501);
      broken.drain();
    }

    assertThat(figures.alerts()).isEqualTo(count);
    assertThat(figures.totals()).containsEntry(Batch.SCORES, (long) count);
  }

  @Test
  @Timeout(120)
  void twoGatewaysThatShareAStoreReadEachRecordOnceTogether() throws IOException {
    try (Reading one = new Reading(NoticePolicy.NOBODY);
        Reading other = new Reading(NoticePolicy.NOBODY)) {
      one.drain();
      other.drain();
      broker.send(scores, 0, List.of(score(1, "p", false), score(2, "p", false)));
      one.drainTo(2);
      other.drain();
      broker.send(scores, 0, List.of(score(3, "p", false)));
      other.drainTo(1);
      one.drain();

      assertThat(one.feed.lines()).isEqualTo(2);
      assertThat(other.feed.lines()).isOne();
    }
    assertThat(figures.totals()).containsEntry(Batch.SCORES, 3L);
  }

  @Test
  void aTopicThatIsNotThereIsToldAndWaitedFor() throws IOException {
    String late = alerts + "-late";
    FeedStore store = new FeedStore(database, clock, NoticePolicy.NOBODY, 10_000);
    ResultTopics topics =
        new ResultTopics(
            new FeedTopics(broker.bootstrapServers(), null, List.of("alerts=" + late)),
            store,
            clock);
    try (Reading reading = new Reading(topics, store)) {
      assertThatThrownBy(reading.feed::poll)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(late);
      broker.createTopic(late, 1);
      broker.send(late, 0, List.of(alert("a", 0, "opened", "p")));
      reading.drain();
    }
    assertThat(figures.alerts()).isOne();
  }

  @Test
  void whatIsNoTopicIsRefused() {
    assertThatThrownBy(() -> new FeedTopics("h:1", null, List.of("alarms=x")))
        .hasMessageContaining("KIND of [alerts, quality, models, dead-letters")
        .hasMessageEndingWith("was 'alarms=x'");
    assertThatThrownBy(() -> new FeedTopics("h:1", null, List.of("alerts=x", "scores=x")))
        .hasMessage("--feed-topic must name each topic once, was 'x' twice");
    assertThatThrownBy(() -> new FeedTopics("h:1", null, List.of()))
        .hasMessage("--feed-topic must be given with --feed-kafka");
  }

  /** A feed of this test's topics, from its start to its end. */
  private final class Reading implements AutoCloseable {
    private final ResultTopics topics;
    private final Feed feed;

    Reading(NoticePolicy policy) {
      this(new FeedStore(database, clock, policy, 10_000));
    }

    private Reading(FeedStore store) {
      this(
          new ResultTopics(
              new FeedTopics(
                  broker.bootstrapServers(),
                  null,
                  List.of("scores=" + scores, "alerts=" + alerts, "models=" + models)),
              store,
              clock),
          store);
    }

    private Reading(ResultTopics topics, FeedStore store) {
      this.topics = topics;
      this.feed =
          new Feed(
              topics, store, new Retention(database, clock, Duration.ofDays(90)), clock, () -> {});
    }

    void drain() throws IOException {
      while (feed.poll()) {
        // Until there is nothing new.
      }
    }

    /** What has just been sent may not come with the first poll. */
    void drainTo(long lines) throws IOException {
      while (feed.lines() < lines) {
        feed.poll();
      }
    }

    @Override
    public void close() {
      topics.close();
    }
  }

  /** Fails at an alert, the first time. */
  private static final class BreakingOnce implements NoticePolicy {
    private final String alertId;
    private boolean broken;

    BreakingOnce(String alertId) {
      this.alertId = alertId;
    }

    @Override
    public List<Notice> about(AlertMessage alert) {
      if (!broken && alert.alertId().equals(alertId)) {
        broken = true;
        throw new IllegalStateException("broken on purpose");
      }
      return List.of();
    }

    @Override
    public List<Notice> about(IssueMessage issue) {
      return List.of();
    }
  }
}
