// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.broker.KafkaBroker;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whatever happens to a job, every score, alert and dead letter that it commits is the one that a
 * reference on one thread gives for the same readings and models, none missing, none twice: in
 * files, in topics and in the gateway. {@code ./caddis campaign chaos} does more to it.
 */
@Timeout(value = 1, unit = TimeUnit.DAYS)
class ChaosSystemTest {
  private static final int FAULTS = Integer.getInteger("caddis.campaign.faults", 4);

  /** Readings a second. */
  private static final int RATE = Integer.getInteger("caddis.campaign.rate", 1000);

  /** Of all faults, or empty. */
  private static final String KIND = System.getProperty("caddis.campaign.kind", "");

  private static final long SEED = Long.getLong("caddis.campaign.seed", 32);
  private static final Duration PATIENCE = Duration.ofSeconds(300);
  private static final int PAGE = 1000;

  /** Rows that the reference does not have, to be told. */
  private static final int EXAMPLES = 5;

  @TempDir private Path work;

  @Test
  void whateverHappensTheResultsAreThoseOfTheReference() throws IOException {
    Random random = new Random(SEED);
    Map<Fault, Integer> struck = new EnumMap<>(Fault.class);
    try (SmallDisk results = SmallDisk.mounted(work.resolve("results"), "16g");
        SmallDisk state = SmallDisk.mounted(work.resolve("state"), "1g");
        KafkaBroker broker = KafkaBroker.start(work.resolve("broker"));
        ChaosStage stage = new ChaosStage(work, results, state, broker, RATE, SEED)) {
      long since = System.nanoTime();
      for (Fault fault : schedule(random)) {
        stage.awaitProgress();
        long began = System.nanoTime();
        try {
          fault.strike(stage, random);
          struck.merge(fault, 1, Integer::sum);
          System.out.printf("%s healed after %.1f s%n", fault, (System.nanoTime() - began) / 1e9);
        } catch (UnsupportedOperationException e) {
          System.out.println(fault + " left out: " + e.getMessage());
        }
      }
      stage.awaitProgress();
      System.out.printf("seed %d, %.0f s: %s%n", SEED, (System.nanoTime() - since) / 1e9, struck);
      end(stage);
      assertAsTheReference(stage);
    }
  }

  /** Each kind once before any comes again; or one kind only. */
  private static List<Fault> schedule(Random random) {
    List<Fault> kinds = KIND.isEmpty() ? List.of(Fault.values()) : List.of(Fault.valueOf(KIND));
    List<Fault> schedule = new ArrayList<>();
    while (schedule.size() < FAULTS) {
      List<Fault> round = new ArrayList<>(kinds);
      Collections.shuffle(round, random);
      schedule.addAll(round);
    }
    return schedule.subList(0, FAULTS);
  }

  /** Lets the job say all that it has to say of all readings. */
  private static void end(ChaosStage stage) {
    int waiting = stage.feed().end();
    LongAdder records = new LongAdder();
    stage.broker().readCommitted(SensorFeed.TOPIC, record -> records.increment());
    long sent = records.sum();
    SteeredRun.Count scores = new SteeredRun.Count(stage.output().resolve(Sinks.SCORES));
    System.out.printf("%,d readings sent, %,d of them scored so far%n", sent, scores.count());
    SteeredRun.Count refused = new SteeredRun.Count(stage.output().resolve(Sinks.DEAD_LETTERS));
    long refusedCommands = stage.commands().deadLetters().size();
    long expected = sent + refusedCommands - waiting;
    long since = System.nanoTime();
    // What has fallen behind is waited for as long as it gets on.
    long[] seen = {0};
    long before;
    do {
      before = seen[0];
      Patience.await(
          PATIENCE,
          () -> {
            seen[0] = scores.count() + refused.count();
            return seen[0] >= expected;
          });
    } while (seen[0] < expected && seen[0] > before);
    System.out.printf("caught up after %.0f s%n", (System.nanoTime() - since) / 1e9);
    assertThat(seen[0])
        .as("scores and dead letters of %d readings", sent)
        .isGreaterThanOrEqualTo(expected);
    FlinkCli.Result drained = stage.cluster().cli().run(List.of("stop", "--drain", stage.job()));
    assertThat(drained.exitCode()).as(drained.output()).isZero();
    assertThat(stage.nemesis().awaitFinished(stage.job()))
        .as("%s", stage.cluster().rest().jobs())
        .isTrue();
  }

  private static void assertAsTheReference(ChaosStage stage) {
    List<JsonNode> models = new ArrayList<>();
    rows(stage, Sinks.MODELS).accept(models::add);
    ReferenceScorer reference = new ReferenceScorer(models, stage.commands().choices());
    stage.broker().readCommitted(SensorFeed.TOPIC, reference::read);
    reference.score();
    Fingerprints alerts = Fingerprints.of(reference.alerts());
    Fingerprints deadLetters = Fingerprints.of(reference.deadLetters());
    stage.commands().deadLetters().forEach(deadLetters::add);

    List<OutputDifference> differences =
        List.of(
            difference(
                "scores in files",
                reference.scores(),
                rows(stage, Sinks.SCORES),
                ReferenceScorer.OF_SCORE),
            difference(
                "scores in the topic",
                reference.scores(),
                records(stage, ChaosStage.SCORES),
                ReferenceScorer.OF_SCORE),
            difference(
                "alerts in files", alerts, rows(stage, Sinks.ALERTS), ReferenceScorer.OF_ALERT),
            difference(
                "alerts in the topic",
                alerts,
                records(stage, ChaosStage.ALERTS),
                ReferenceScorer.OF_ALERT),
            difference(
                "episodes in the gateway",
                Fingerprints.of(reference.episodes()),
                inGateway(stage.gateway(), reference.scores().size())::forEach,
                ReferenceScorer.OF_ALERT),
            difference(
                "dead letters",
                deadLetters,
                rows(stage, Sinks.DEAD_LETTERS),
                ReferenceScorer.OF_DEAD_LETTER));
    LongAdder late = new LongAdder();
    rows(stage, Sinks.LATE).accept(row -> late.increment());
    System.out.printf(
        "%,d readings, %d late, %d models, %d commands obeyed%n",
        reference.readings(), late.sum(), models.size(), stage.commands().choices().size());

    assertThat(reference.alerts()).isNotEmpty();
    assertThat(differences).containsOnly(OutputDifference.NONE);
    assertTrainedThroughout(models);
  }

  /**
   * @param rows hands over all rows that were committed, each time that it is asked
   */
  private static OutputDifference difference(
      String name, Fingerprints expected, Consumer<Consumer<JsonNode>> rows, List<String> fields) {
    Fingerprints committed = new Fingerprints();
    rows.accept(row -> committed.add(ReferenceScorer.told(row, fields)));
    OutputDifference difference = OutputDifference.between(expected, committed);
    System.out.printf(
        "%,d %s: %d lost, %d doubled, %d wrong%n",
        expected.size(), name, difference.lost(), difference.doubled(), difference.foreign());
    if (difference.foreign() > 0) {
      List<String> examples = new ArrayList<>();
      rows.accept(
          row -> {
            if (examples.size() < EXAMPLES
                && !expected.contains(ReferenceScorer.told(row, fields))) {
              examples.add(row.toString());
            }
          });
      examples.forEach(System.out::println);
    }
    return difference;
  }

  /** A model of each interval from the first to the last, whatever was struck when. */
  private static void assertTrainedThroughout(List<JsonNode> models) {
    List<Long> ends =
        models.stream()
            .map(model -> Instant.parse(model.get("train_to").asString()).toEpochMilli())
            .sorted()
            .toList();
    assertThat(ends).isNotEmpty();
    for (int i = 1; i < ends.size(); i++) {
      assertThat(ends.get(i) - ends.get(i - 1)).isEqualTo(ChaosStage.TRAIN_WINDOW.toMillis());
    }
  }

  private static Consumer<Consumer<JsonNode>> rows(ChaosStage stage, String folder) {
    return row ->
        new CommittedLines(stage.output().resolve(folder))
            .poll(line -> row.accept(JsonMapper.shared().readTree(line)));
  }

  private static Consumer<Consumer<JsonNode>> records(ChaosStage stage, String topic) {
    return row ->
        stage
            .broker()
            .readCommitted(
                topic, record -> row.accept(JsonMapper.shared().readTree(record.value())));
  }

  /** All alerts of a gateway, once it has read all scores. */
  private static List<JsonNode> inGateway(GatewayProcess gateway, int scores) {
    assertThat(
            Patience.await(
                PATIENCE, () -> gateway.get("/api/feed").at("/totals/scores").asLong() >= scores))
        .isTrue();
    assertThat(gateway.get("/api/feed").at("/totals/scores").asLong()).isEqualTo(scores);
    List<JsonNode> alerts = new ArrayList<>();
    long total;
    do {
      JsonNode page =
          gateway.get("/api/alerts?sort=time&limit=%d&offset=%d".formatted(PAGE, alerts.size()));
      page.get("alerts").forEach(alerts::add);
      total = page.get("total").asLong();
    } while (alerts.size() < total);
    return alerts;
  }
}
