// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.files.Publish;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.RecordLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Files of readings, and the environment that the tests read them in. */
final class SensorFiles {
  static final RecordLayout LAYOUT =
      RecordLayout.of(
          "ts", "sensor", new FeatureSchema(List.of(new Feature("v", Encoding.NUMERIC))));

  /** 2020-01-01. */
  static final long START = 1_577_836_800_000L;

  private SensorFiles() {}

  /** One reading a second. */
  static void write(Path directory, String name, String sensor, long fromSecond, int rows)
      throws IOException {
    StringBuilder text = new StringBuilder("ts,sensor,v\n");
    for (int i = 0; i < rows; i++) {
      long time = START + (fromSecond + i) * 1000;
      text.append(time).append(',').append(sensor).append(',').append(i).append('\n');
    }
    Publish.file(
        new java.io.ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8)),
        Files.createDirectories(directory).resolve(name));
  }

  static FileReadings bounded(Path root) throws IOException {
    return FileReadings.bounded(List.of(root.toString()), LAYOUT, Limits.DEFAULT);
  }

  static StreamExecutionEnvironment environment(int parallelism) {
    Configuration strict = new Configuration();
    strict.set(PipelineOptions.GENERIC_TYPES, false);
    strict.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(strict);
    env.setParallelism(parallelism);
    return env;
  }
}
