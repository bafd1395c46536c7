// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunSummaryTest {
  private static final RunSummary FULL =
      RunSummary.of(
          Map.ofEntries(
              Map.entry("readings", 12_345L),
              Map.entry("scored", 12_300L),
              Map.entry("anomalies", 1),
              Map.entry("deadLetters", 45L),
              Map.entry("cellsImputed", 5L),
              Map.entry("duplicates", 3L),
              Map.entry("late", 2L),
              Map.entry("missedTraining", 7L),
              Map.entry("qualityIssues", 6L),
              Map.entry("models", 4L),
              Map.entry("modelsRolledBack", 2L),
              Map.entry("retractions", 1L),
              Map.entry("other", "text")),
          Duration.ofMillis(3_210));

  @Test
  void closingLineSaysAllThatHappened() {
    assertThat(FULL.text())
        .isEqualTo(
            "12,345 rows read, 12,300 readings scored, 1 anomaly, 45 dead letters (5 of them scored"
                + " with a cell imputed), 3 duplicates, 2 late, 7 missed training, 6 quality issues, 4 models trained, 2 rolled back, 1 alert retracted in 3.2 s");
  }

  @Test
  void whatDidNotHappenIsZeroOrLeftOut() {
    assertThat(RunSummary.of(Map.of("readings", 1L), Duration.ZERO).text())
        .isEqualTo(
            "1 row read, 0 readings scored, 0 anomalies, 0 dead letters, 0 late, 0 missed training,"
                + " 0 quality issues, 0 models trained in 0.0 s");
  }

  @Test
  void jsonHasTheSameFigures() {
    assertThat(FULL.json())
        .isEqualTo(
            "{\"rows_read\":12345,\"scored\":12300,\"anomalies\":1,\"dead_letters\":45,"
                + "\"cells_imputed\":5,\"duplicates\":3,\"late\":2,\"missed_training\":7,\"quality_issues\":6,"
                + "\"models_trained\":4,\"models_refused\":0,\"models_rolled_back\":2,\"retractions\":1,\"seconds\":3.21}");
  }

  @Test
  void itTellsWhenNoRowCouldBeUsed() {
    assertThat(RunSummary.of(Map.of("readings", 2L, "deadLetters", 2L), Duration.ZERO))
        .matches(RunSummary::onlyDeadLetters);
    assertThat(RunSummary.of(Map.of("readings", 2L, "deadLetters", 1L), Duration.ZERO))
        .matches(summary -> !summary.onlyDeadLetters());
    assertThat(RunSummary.of(Map.of(), Duration.ZERO))
        .matches(summary -> !summary.onlyDeadLetters());
  }
}
