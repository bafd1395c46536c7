// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.files.ResultFolder;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A successful run of {@code detect} on the embedded cluster, with its results. */
record DetectRun(JsonNode summary, Path output) {

  /** Runs {@code detect}; fails unless it ends with status 0 and says nothing on standard error. */
  static DetectRun of(Path input, Path output, String... options) {
    List<String> args =
        new ArrayList<>(
            List.of("detect", "--json", "--input", input.toString(), "--output", "" + output));
    args.addAll(List.of(options));
    CommandRun run = CommandRun.of(new DetectionJob(), args.toArray(String[]::new));
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    return new DetectRun(JsonMapper.shared().readTree(run.out()), output);
  }

  List<JsonNode> scores() throws IOException {
    return rows(Sinks.SCORES);
  }

  List<JsonNode> readings() throws IOException {
    return rows(Sinks.READINGS);
  }

  List<JsonNode> alerts() throws IOException {
    return rows(Sinks.ALERTS);
  }

  List<JsonNode> deadLetters() throws IOException {
    return rows(Sinks.DEAD_LETTERS);
  }

  List<JsonNode> quality() throws IOException {
    return rows(Sinks.QUALITY);
  }

  List<JsonNode> models() throws IOException {
    return rows(Sinks.MODELS);
  }

  long count(String name) {
    return summary.get(name).asLong();
  }

  private List<JsonNode> rows(String folder) throws IOException {
    return new ResultFolder(output.resolve(folder)).fresh();
  }
}
