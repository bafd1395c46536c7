// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import static io.caddis.gateway.feed.JobOutput.alert;
import static io.caddis.gateway.feed.JobOutput.deadLetter;
import static io.caddis.gateway.feed.JobOutput.issue;
import static io.caddis.gateway.feed.JobOutput.model;
import static io.caddis.gateway.feed.JobOutput.score;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.event.Severity;
import io.caddis.gateway.store.AlertMessage;
import io.caddis.gateway.store.AlertQuery;
import io.caddis.gateway.store.AlertStore;
import io.caddis.gateway.store.Batch;
import io.caddis.gateway.store.Database;
import io.caddis.gateway.store.EpisodeState;
import io.caddis.gateway.store.FeedStore;
import io.caddis.gateway.store.Figures;
import io.caddis.gateway.store.IssueMessage;
import io.caddis.gateway.store.MovableClock;
import io.caddis.gateway.store.Notice;
import io.caddis.gateway.store.NoticePolicy;
import io.caddis.gateway.store.Retention;
import io.caddis.gateway.store.ScoreWindow;
import io.caddis.gateway.store.StoredAlert;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedTest {
  @TempDir Path directory;

  private final MovableClock clock = new MovableClock();
  private final AtomicInteger stored = new AtomicInteger();
  private Path out;
  private JobOutput job;
  private Database database;
  private Figures figures;

  @BeforeEach
  void openDatabase() throws IOException {
    out = directory.resolve("out");
    job = new JobOutput(out);
    database = Database.open(directory.resolve("gateway.db"), clock);
    figures = new Figures(database, clock);
  }

  @AfterEach
  void closeDatabase() {
    database.close();
  }

  @Test
  void nothingIsThereBeforeTheJobHasWritten() throws IOException {
    Feed feed = feed();

    assertThat(feed.poll()).isFalse();

    assertThat(feed.isFresh()).isTrue();
    assertThat(feed.lagSeconds()).isZero();
  }

  @Test
  void everyFolderIsReadOnce() throws IOException {
    job.commit("alerts", "alerts-1.jsonl", List.of(alert("a", 0, "opened", "pump-1")));
    job.commit("scores", "s.jsonl", List.of(score(1, "pump-1", false), score(2, "pump-1", true)));
    job.commit("quality", "q.jsonl", List.of(issue("1", "drift", "all")));
    job.commit("dead-letters", "d.jsonl", List.of(deadLetter("not_a_number"), deadLetter("ÄÖ")));
    job.commit("models", "m.jsonl", List.of(model("v1", 10), model("v2", 3_000_000)));
    job.commit("control", "c.jsonl", List.of("{}"));
    Feed feed = feed();

    drain(feed);
    drain(feed);
    drain(feed());

    assertThat(figures.alerts()).isOne();
    assertThat(figures.totals())
        .containsEntry(Batch.SCORES, 2L)
        .containsEntry(Batch.ANOMALIES, 1L)
        .containsEntry("quality:drift", 1L)
        .containsEntry("dead-letter:not_a_number", 1L)
        .containsEntry("dead-letter:other", 1L)
        .containsEntry("models", 2L)
        .doesNotContainKey("malformed:models");
    assertThat(figures.issues("all", 10)).hasSize(1);
    assertThat(figures.models(10))
        .hasSize(2)
        .allSatisfy(body -> assertThat(body).contains("\"drift\":[").doesNotContain("base64"));
    assertThat(new ScoreWindow(database).of("pump-1", 10)).hasSize(2);
    assertThat(feed.lines()).isEqualTo(8);
    assertThat(feed.malformedLines()).isZero();
  }

  @Test
  void aRetractedAlertIsNeitherOpenNorCountedAndItsModelIsNoSecondOne() throws IOException {
    job.commit("alerts", "1.jsonl", List.of(alert("a", 0, "opened", "pump-1")));
    job.commit("alerts", "2.jsonl", List.of(alert("b", 0, "opened", "pump-1")));
    String judged = model("v1", 10).replace("\"sha256\"", "\"verdict\":\"rolled_back\",\"sha256\"");
    job.commit("models", "m.jsonl", List.of(model("v1", 10), judged, model("v1", 10)));
    drain(feed());
    AlertStore alerts = new AlertStore(database, clock);
    LocalDate day = LocalDate.ofInstant(JobOutput.START, ZoneOffset.UTC);
    assertThat(figures.day(day).counts().get(Severity.HIGH)).isEqualTo(2);

    job.commit("alerts", "3.jsonl", List.of(alert("a", 1, "retracted", "pump-1")));
    drain(feed());

    assertThat(figures.day(day).counts().get(Severity.HIGH)).isOne();
    assertThat(alerts.find("a").orElseThrow().body()).contains("\"state\":\"retracted\"");
    assertThat(ids(alerts, EpisodeState.RETRACTED)).containsExactly("a");
    assertThat(ids(alerts, EpisodeState.OPEN)).containsExactly("b");
    assertThat(figures.models(10))
        .singleElement()
        .satisfies(body -> assertThat(body).contains("rolled_back"));
    assertThat(figures.totals()).containsEntry("models", 2L).containsEntry("model-verdicts", 1L);
  }

  @Test
  void anAmendedAlertIsOverWithTheNewFiguresAndOneThatIsUpdatedLaterIsOpenAgain()
      throws IOException {
    Instant earlier = JobOutput.START.minusSeconds(86_400);
    job.commit(
        "alerts",
        "1.jsonl",
        List.of(
            alert("a", 0, "opened", "pump-1"),
            alert("a", 1, "closed", "pump-1"),
            JobOutput.alert("a", 2, "amended", "pump-1", "critical", earlier)));
    drain(feed());
    AlertStore alerts = new AlertStore(database, clock);
    assertThat(ids(alerts, EpisodeState.CLOSED)).containsExactly("a");
    LocalDate day = LocalDate.ofInstant(earlier, ZoneOffset.UTC);
    assertThat(figures.day(day).counts().get(Severity.CRITICAL)).isOne();
    assertThat(figures.day(day.plusDays(1)).alerts()).isZero();

    job.commit("alerts", "2.jsonl", List.of(alert("a", 3, "updated", "pump-1")));
    Feed feed = feed();
    drain(feed);

    assertThat(ids(alerts, EpisodeState.OPEN)).containsExactly("a");
    assertThat(ids(alerts, EpisodeState.CLOSED)).isEmpty();
    assertThat(feed.malformedLines()).isZero();
  }

  private static List<String> ids(AlertStore alerts, EpisodeState state) {
    AlertQuery query =
        new AlertQuery(
            null,
            null,
            Set.of(Severity.values()),
            null,
            null,
            state,
            null,
            null,
            null,
            null,
            true,
            10,
            0);
    return alerts.list(query).alerts().stream().map(StoredAlert::alertId).toList();
  }

  @Test
  void filesInProgressAreLeftAloneUntilTheyAreCommitted() throws IOException {
    Path file = job.begin("alerts", "a.jsonl", List.of(alert("a", 0, "opened", "pump-1")));
    Files.copy(file, file.resolveSibling("_SUCCESS"));
    Files.copy(file, file.resolveSibling("b.inprogress.2"));
    Feed feed = feed();
    drain(feed);
    assertThat(figures.alerts()).isZero();

    job.rename(file, "a.jsonl");
    drain(feed);

    assertThat(figures.alerts()).isOne();
  }

  @Test
  void aSecondRunOfTheJobDoublesNoAlert() throws IOException {
    List<String> lines =
        IntStream.range(0, 50).mapToObj(i -> alert("a" + i, 0, "opened", "pump-1")).toList();
    job.commit("alerts", "alerts-first-run.jsonl", lines);
    drain(feed());
    job.commit("alerts", "alerts-second-run.jsonl", lines);
    drain(feed());

    assertThat(figures.alerts()).isEqualTo(50);
  }

  @Test
  void linesThatCannotBeUsedAreCountedAndPassedOver() throws IOException {
    String good = alert("good", 0, "opened", "pump-1");
    job.commit(
        "alerts",
        "a.jsonl",
        List.of(
            "",
            "{",
            "[]",
            "null",
            "{}",
            good.replace("\"high\"", "\"dreadful\""),
            good.replace("\"sequence\":0", "\"sequence\":1e400"),
            good.replace("\"peak_score\":0.875", "\"peak_score\":null"),
            good.replace("2026-02-01T00:00:00Z", "yesterday"),
            good.replace("2026-02-01T00:00:00Z", "+999999999-12-31T00:00:00Z"),
            good.replace("pump-1", "p".repeat(2_000)),
            good.replace("pump-1", "p".repeat(2_000_000)),
            good + good,
            good));
    job.commit("scores", "s.jsonl", List.of(score(1, "p", true).replace("true", "1")));
    Feed feed = feed();
    drain(feed);

    assertThat(figures.alerts()).isOne();
    assertThat(figures.totals())
        .containsEntry("malformed:alerts", 12L)
        .containsEntry("malformed:scores", 1L);
    assertThat(feed.malformedLines()).isEqualTo(13);
    assertThat(feed.alertLines()).isEqualTo(2);
  }

  @Test
  void namesThatDatabasesDislikeAreRepaired() throws IOException {
    job.commit(
        "alerts",
        "a.jsonl",
        List.of(alert("a", 0, "opened", "p\\u0000\\ud83d"), alert("b", 0, "opened", "Пумп-😀")));
    drain(feed());

    assertThat(figures.alerts()).isEqualTo(2);
    assertThat(new AlertStore(database, clock).find("b").orElseThrow().body()).contains("Пумп-😀");
  }

  @Test
  void theLastLineMayLackItsEnd() throws IOException {
    Path file = job.begin("scores", "s.jsonl", List.of());
    Files.write(file, score(1, "p", true).getBytes(StandardCharsets.UTF_8));
    job.rename(file, "s.jsonl");
    drain(feed());

    assertThat(figures.totals()).containsEntry(Batch.SCORES, 1L);
  }

  @Test
  void aFileOfAnotherSizeIsAnotherFile() throws IOException {
    job.commit("alerts", "a.jsonl", List.of(alert("a", 0, "opened", "p")));
    Feed feed = feed();
    drain(feed);
    job.commit(
        "alerts", "a.jsonl", List.of(alert("b", 0, "opened", "p"), alert("c", 0, "opened", "p")));
    drain(feed);

    assertThat(figures.alerts()).isEqualTo(3);
  }

  @Test
  void whatWasInterruptedInTheMiddleOfAFileGoesOnThere() throws IOException {
    int count = 9_000;
    job.commit(
        "alerts",
        "a.jsonl",
        IntStream.range(0, count).mapToObj(i -> alert("a" + i, 0, "opened", "p")).toList());
    job.commit(
        "scores",
        "s.jsonl",
        IntStream.range(0, count).mapToObj(i -> score(i, "p", i % 10 == 0)).toList());
    Feed broken = feed(breakingAt("a4711"));
    assertThatThrownBy(() -> drain(broken)).hasMessage("broken on purpose");
    assertThat(figures.alerts()).isPositive().isLessThan(4_712);

    drain(feed());

    assertThat(figures.alerts()).isEqualTo(count);
    assertThat(figures.totals())
        .containsEntry(Batch.SCORES, (long) count)
        .containsEntry(Batch.ANOMALIES, count / 10L);
  }

  @Test
  void alertsNeedNotWaitForAllScores() throws IOException {
    Path scores =
        job.commit(
            "scores",
            "s.jsonl",
            IntStream.range(0, 60_000).mapToObj(i -> score(i, "p", false)).toList());
    Files.setLastModifiedTime(scores, FileTime.from(clock.instant().minusSeconds(30)));
    Feed feed = feed();
    feed.poll();
    assertThat(feed.lagSeconds()).isEqualTo(30);
    job.commit("alerts", "a.jsonl", List.of(alert("a", 0, "opened", "p")));
    feed.poll();

    assertThat(figures.alerts()).isOne();
    assertThat(figures.totals().get(Batch.SCORES)).isLessThan(60_000);
  }

  @Test
  void whoeverWatchesIsToldOfEachPart() throws IOException {
    job.commit("scores", "s.jsonl", List.of(score(1, "p", false)));
    job.commit("alerts", "a.jsonl", List.of(alert("a", 0, "opened", "p")));
    drain(feed());

    assertThat(stored).hasValue(2);
  }

  @Test
  void itIsNotFreshWhenItStandsStill() throws IOException {
    Feed feed = feed();
    feed.poll();
    clock.advance(Duration.ofMinutes(2));
    assertThat(feed.isFresh()).isFalse();
    clock.set(Duration.ofHours(-1));
    assertThat(feed.isFresh()).as("though the clock is set back").isFalse();
    feed.poll();
    assertThat(feed.isFresh()).isTrue();
  }

  private static void drain(Feed feed) throws IOException {
    while (feed.poll()) {
      // Until there is nothing new.
    }
  }

  private Feed feed() {
    return feed(NoticePolicy.NOBODY);
  }

  private Feed feed(NoticePolicy policy) {
    FeedStore store = new FeedStore(database, clock, policy, 10_000);
    return new Feed(
        new ResultFolders(out, store, clock, clock::nanos),
        store,
        new Retention(database, clock, Duration.ofDays(90)),
        clock,
        clock::nanos,
        stored::incrementAndGet);
  }

  private static NoticePolicy breakingAt(String alertId) {
    return new NoticePolicy() {
      @Override
      public List<Notice> about(AlertMessage alert) {
        if (alert.alertId().equals(alertId)) {
          throw new IllegalStateException("broken on purpose");
        }
        return List.of();
      }

      @Override
      public List<Notice> about(IssueMessage issue) {
        return List.of();
      }
    };
  }
}
