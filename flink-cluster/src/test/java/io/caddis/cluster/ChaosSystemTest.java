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
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Whatever happens to a job, every score, alert and dead letter that it commits is the one that a
 * reference on one thread gives for the same readings and models, none missing, none twice: in
 * files, in topics and in the gateway. {@code ./caddis campaign chaos} does more to it.
 */
class ChaosSystemTest {
  private static final int FAULTS = Integer.getInteger("caddis.campaign.faults", 3);
  private static final long SEED = Long.getLong("caddis.campaign.seed", 32);
  private static final Duration PATIENCE = Duration.ofSeconds(300);
  private static final int PAGE = 1000;

  @TempDir private Path work;

  @Test
  void whateverHappensTheResultsAreThoseOfTheReference() throws IOException {
    Random random = new Random(SEED);
    Map<Fault, Integer> struck = new EnumMap<>(Fault.class);
    try (SmallDisk results = SmallDisk.mounted(work.resolve("results"), "2g");
        SmallDisk state = SmallDisk.mounted(work.resolve("state"), "1g");
        KafkaBroker broker = KafkaBroker.start(work.resolve("broker"));
        ChaosStage stage = new ChaosStage(work, results, state, broker, SEED)) {
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
      System.out.printf("seed %d: %s%n", SEED, struck);
      end(stage);
      assertAsTheReference(stage);
    }
  }

  /** Each kind once before any comes again. */
  private static List<Fault> schedule(Random random) {
    List<Fault> schedule = new ArrayList<>();
    while (schedule.size() < FAULTS) {
      List<Fault> round = new ArrayList<>(Arrays.asList(Fault.values()));
      Collections.shuffle(round, random);
      schedule.addAll(round);
    }
    return schedule.subList(0, FAULTS);
  }

  /** Lets the job say all that it has to say of all readings. */
  private static void end(ChaosStage stage) {
    int waiting = stage.feed().end();
    long sent = stage.broker().readCommittedRecords(SensorFeed.TOPIC).size();
    SteeredRun.Count scores = new SteeredRun.Count(stage.output().resolve(Sinks.SCORES));
    SteeredRun.Count refused = new SteeredRun.Count(stage.output().resolve(Sinks.DEAD_LETTERS));
    long refusedCommands = stage.commands().deadLetters().size();
    assertThat(
            Patience.await(
                PATIENCE,
                () -> scores.count() + refused.count() >= sent + refusedCommands - waiting))
        .as("%d scores and %d dead letters of %d", scores.count(), refused.count(), sent)
        .isTrue();
    FlinkCli.Result drained = stage.cluster().cli().run(List.of("stop", "--drain", stage.job()));
    assertThat(drained.exitCode()).as(drained.output()).isZero();
    // A JobManager that has led before does not list a job that ended under it.
    assertThat(
            Patience.await(
                PATIENCE,
                () ->
                    stage.cluster().rest().jobs().stream()
                        .allMatch(job -> job.state().equals("FINISHED"))))
        .as("%s", stage.cluster().rest().jobs())
        .isTrue();
  }

  private static void assertAsTheReference(ChaosStage stage) {
    List<ConsumerRecord<String, String>> readings =
        stage.broker().readCommittedRecords(SensorFeed.TOPIC);
    List<JsonNode> models = rows(stage, Sinks.MODELS);
    ReferenceScorer reference = new ReferenceScorer(readings, models, stage.commands().choices());
    List<String> deadLetters = new ArrayList<>(reference.deadLetters());
    deadLetters.addAll(stage.commands().deadLetters());

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
                "alerts in files",
                reference.alerts(),
                rows(stage, Sinks.ALERTS),
                ReferenceScorer.OF_ALERT),
            difference(
                "alerts in the topic",
                reference.alerts(),
                records(stage, ChaosStage.ALERTS),
                ReferenceScorer.OF_ALERT),
            difference(
                "episodes in the gateway",
                reference.episodes(),
                inGateway(stage.gateway(), reference.scores().size()),
                ReferenceScorer.OF_ALERT),
            difference(
                "dead letters",
                deadLetters,
                rows(stage, Sinks.DEAD_LETTERS),
                ReferenceScorer.OF_DEAD_LETTER));
    System.out.printf(
        "%,d readings, %d late, %d models, %d commands obeyed%n",
        readings.size(),
        rows(stage, Sinks.LATE).size(),
        models.size(),
        stage.commands().choices().size());

    assertThat(reference.alerts()).isNotEmpty();
    assertThat(differences).containsOnly(OutputDifference.NONE);
    assertTrainedThroughout(models);
  }

  private static OutputDifference difference(
      String name, Collection<String> expected, List<JsonNode> rows, List<String> fields) {
    OutputDifference difference =
        OutputDifference.between(List.copyOf(expected), ReferenceScorer.told(rows, fields));
    System.out.printf(
        "%,d %s: %d lost, %d doubled, %d wrong%n",
        expected.size(), name, difference.lost(), difference.doubled(), difference.foreign());
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

  private static List<JsonNode> rows(ChaosStage stage, String folder) {
    return ReferenceScorer.rows(CommittedLines.readAll(stage.output().resolve(folder)));
  }

  private static List<JsonNode> records(ChaosStage stage, String topic) {
    return ReferenceScorer.rows(stage.broker().readCommitted(topic));
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
