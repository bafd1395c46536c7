// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.files.ResultFolder;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Models that score a share of the sensors first. */
class CanaryITCase extends PromotionRuns {
  /** Those of the sensors that a share of 0.45 has. */
  private static final TreeSet<String> CANARIES = new TreeSet<>(List.of("s0", "s2"));

  @ParameterizedTest
  @ValueSource(strings = {"global", "sensor"})
  void aCanaryScoresAShareOfTheSensorsAndThenAllOrNone(String scope) throws IOException {
    String[] canary = {"--set=promotion.watch=20s", "--set=promotion.canary=0.45"};
    DetectRun one = runOf(scope, "one", 1, canary);
    DetectRun two = runOf(scope, "two", 2, canary);
    assertThat(texts(two.scores(), "")).isEqualTo(texts(one.scores(), ""));
    assertThat(texts(two.alerts(), "")).isEqualTo(texts(one.alerts(), ""));

    List<JsonNode> trained = where(two.models(), row -> !row.has("verdict"));
    for (String sensor : List.of("s0", "s1", "s2", "s3")) {
      List<JsonNode> ofSensor =
          where(trained, row -> is(row, "group", "all") || is(row, "group", sensor));
      for (JsonNode model : ofSensor.subList(1, ofSensor.size())) {
        long from = second(model, "train_to") + (CANARIES.contains(sensor) ? 0 : 20);
        List<JsonNode> byIt =
            where(
                two.scores(),
                row ->
                    is(row, "key", sensor)
                        && is(row, "model_version", model.get("model_version").asString()));
        assertThat(byIt)
            .extracting(row -> second(row, "timestamp"))
            .containsExactlyInAnyOrderElementsOf(
                LongStream.range(from, Math.min(from + 60, ROWS)).boxed().toList());
      }
    }
  }

  @Test
  void aCanaryThatIsTakenBackByCommandLeavesNoAlertAndWhatIsUndoneIsAsIfItHadNotBeen()
      throws IOException {
    String bad = publishModelOfFortyPercentAnomalies();
    DetectRun without = run("without", 2, "--set=promotion.watch=40s");
    String canary = "'id':'c','type':'promote','model':'m','version':'latest','share':0.45";
    command("1.json", canary, 181);
    command("2.json", "'type':'undo','command':'c'", 189);
    DetectRun one = run("one", 1, "--set=promotion.watch=40s");
    DetectRun two = run("two", 2, "--set=promotion.watch=40s");

    assertThat(texts(two.scores(), "")).isEqualTo(texts(one.scores(), ""));
    assertThat(texts(two.alerts(), "")).isEqualTo(texts(one.alerts(), ""));
    List<JsonNode> byCanary = where(two.scores(), row -> is(row, "model_version", bad));
    assertThat(byCanary).hasSize(8 * CANARIES.size());
    assertThat(texts(byCanary, "key")).isEqualTo(CANARIES);
    TreeSet<String> changed = texts(byCanary, "event_id");
    Predicate<JsonNode> untouched = row -> !changed.contains(row.get("event_id").asString());
    assertThat(texts(where(two.scores(), untouched), ""))
        .isEqualTo(texts(where(without.scores(), untouched), ""));
    List<JsonNode> raised =
        where(
            two.alerts(),
            row -> row.has("lineage") && is(row.get("lineage"), "model_version", bad));
    assertThat(raised).isNotEmpty();
    assertThat(texts(where(two.alerts(), row -> is(row, "state", "retracted")), "alert_id"))
        .isEqualTo(texts(where(raised, row -> is(row, "state", "opened")), "alert_id"));
    assertThat(new ResultFolder(two.output().resolve(Sinks.CONTROL)).fresh())
        .hasSize(2)
        .allMatch(row -> is(row, "state", "applied"));
  }
}
