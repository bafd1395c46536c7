// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Severity;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every database must do with readings and lanes. */
interface PlantContract extends OpenStore {
  long T1 = 1_800_000_000_000L;

  private static ScoredReading scored(String sensor, long at, double score) {
    return new ScoredReading(
        at,
        sensor,
        score,
        0.5,
        score >= 0.5,
        score > 0.9 ? Severity.CRITICAL : Severity.LOW,
        "v1",
        sensor + at,
        null);
  }

  private void store(String file, Batch batch) {
    assertThat(feed(NoticePolicy.NOBODY).store(null, new FilePosition(file, 1, 1), batch)).isTrue();
  }

  @Test
  default void theWorstScoreOfAnIntervalWinsWhateverComesFirst() {
    double[] scores = {0.3, 0.95, 0.1};
    for (int i = 0; i < scores.length; i++) {
      Batch batch = new Batch();
      batch.add(scored("a", T1 + i, scores[i]));
      store("s" + i, batch);
    }

    Lanes.Picture picture = new Lanes(database()).draw(T1 - 20_000, T1 + 20_000, null, 10);

    assertThat(picture.lanes()).hasSize(1);
    Lanes.Lane lane = picture.lanes().get(0);
    assertThat(lane.worst()).isEqualTo(0.95);
    assertThat(lane.anomalies()).isOne();
    assertThat(lane.severity()).isEqualTo(Severity.CRITICAL.ordinal());
    assertThat(lane.scores()).containsExactly(Double.NaN, Double.NaN, 0.95, Double.NaN);
    assertThat(lane.severities()).containsExactly(-1, -1, 3, -1);
  }

  @Test
  default void lanesOfAnEmptyStoreAreEmpty() {
    Lanes lanes = new Lanes(database());

    assertThat(lanes.newest()).isZero();
    assertThat(lanes.sensors()).isZero();
    assertThat(lanes.readingsPerSecond()).isZero();
    assertThat(lanes.draw(0, 1_000_000, "x*", 10).lanes()).isEmpty();
  }

  @Test
  default void ofManyTheWorstAreDrawnAndTheOthersCountedOverADay() {
    Batch batch = new Batch();
    long day = 86_400_000;
    for (int sensor = 0; sensor < 20; sensor++) {
      for (long at = T1; at < T1 + day; at += day / 24) {
        boolean anomaly = sensor == 7 && at == T1 + day / 2;
        batch.add(scored("s" + sensor, at, anomaly ? 0.95 : sensor / 100.0));
      }
    }
    store("s", batch);
    // Before the range, but in the hour in which it begins.
    Batch before = new Batch();
    before.add(scored("gone", T1 + 1, 0.99));
    store("b", before);

    Lanes.Picture picture = new Lanes(database()).draw(T1 + 1_800_000, T1 + day, null, 3);

    assertThat(picture.lanes()).extracting(Lanes.Lane::sensor).startsWith("s7");
    assertThat(picture.lanes()).hasSize(2);
    assertThat(picture.lanes().get(0).anomalies()).isOne();
    assertThat(picture.sensors()).isEqualTo(21);
    assertThat(picture.cellMillis()).isEqualTo(300_000);
  }

  @Test
  default void retentionLeavesLanesThatAreFew() {
    Batch batch = new Batch();
    batch.add(scored("a", T1, 0.3));
    store("s", batch);

    new Retention(database(), clock(), Duration.ofDays(1)).apply();

    assertThat(new Lanes(database()).draw(T1, T1 + 10_000, null, 10).lanes()).hasSize(1);
  }

  @Test
  default void readingsStandBesideTheirScoresAndTheOldestGiveWay() {
    for (int part = 0; part < 1_500; part += 500) {
      Batch values = new Batch();
      Batch scores = new Batch();
      for (int i = part; i < part + 500; i++) {
        values.add(new SensorValues(T1 + i, "a", "a" + (T1 + i), "{\"x\":%d}".formatted(i)));
        scores.add(scored("a", T1 + i, 0.25));
      }
      store("r" + part, values);
      store("s" + part, scores);
    }

    List<Plant.Reading> readings = new Plant(database()).series("a", T1, T1 + 2_000, 2_000);

    assertThat(readings).hasSize(1_000);
    assertThat(readings.get(0).features()).isEqualTo("{\"x\":500}");
    assertThat(readings.get(999).features()).isEqualTo("{\"x\":1499}");
    assertThat(new Plant(database()).reading("a", "a" + (T1 + 1_499)))
        .hasValueSatisfying(one -> assertThat(one.features()).isEqualTo("{\"x\":1499}"));
    assertThat(new Plant(database()).reading("b", "a" + T1)).isEmpty();
  }

  @Test
  default void theNewestDeadLettersAreKept() {
    Batch batch = new Batch();
    for (int i = 0; i < 1_500; i++) {
      batch.add(new DeadLetter(i % 2 == 0 ? "even" : "odd", "{\"n\":%d}".formatted(i)));
    }
    store("d", batch);

    Plant plant = new Plant(database());

    assertThat(plant.deadLetters(null, 1_500)).hasSize(1_000).startsWith("{\"n\":1499}");
    assertThat(plant.deadLetters("even", 1)).containsExactly("{\"n\":1498}");
  }

  @Test
  default void featuresWithoutEndFillNoDisk() {
    Batch batch = new Batch();
    for (int i = 0; i < 1_200; i++) {
      batch.countFeature("ignored", "f" + i);
    }
    store("f", batch);
    int known = new Plant(database()).features().size();
    Batch again = new Batch();
    String first = new Plant(database()).features().get(0).feature();
    again.countFeature("ignored", first);
    store("g", again);

    assertThat(known).isEqualTo(1_000);
    assertThat(new Plant(database()).features().get(0))
        .isEqualTo(new Plant.FeatureTally("ignored", first, 2));
  }
}
