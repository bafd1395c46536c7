// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The values of readings beside their scores. */
class ReadingsITCase {
  private static final int ROWS = 200;

  @TempDir Path directory;

  @Test
  void everyScoreHasTheValuesOfItsReadingUnderTheSameId() throws IOException {
    List<String> lines = new ArrayList<>(List.of("timestamp,key,flow"));
    for (int i = 0; i < ROWS; i++) {
      lines.add("%d,s%d,%s".formatted(1_767_225_600L + i, i % 2, i == 100 ? "" : "" + i));
    }
    Path input = Files.write(directory.resolve("a.csv"), lines);

    DetectRun run =
        DetectRun.of(
            input, directory.resolve("out"), "--readings", "--set=derived=[\"delta(flow)\"]");

    Map<String, JsonNode> values = new TreeMap<>();
    for (JsonNode reading : run.readings()) {
      values.put(reading.get("event_id").stringValue(), reading.get("features"));
    }
    List<JsonNode> scores = run.scores();
    assertThat(scores).hasSize(values.size()).hasSizeGreaterThan(ROWS - 2);
    for (JsonNode score : scores) {
      String time = score.get("timestamp").stringValue();
      JsonNode features = values.get(score.get("event_id").stringValue());
      long flow = Instant.parse(time).getEpochSecond() - 1_767_225_600L;
      assertThat(features.get("flow").asDouble(Double.NaN)).isEqualTo(flow);
      assertThat(features.size()).as("with the derived one").isEqualTo(2);
    }
  }
}
