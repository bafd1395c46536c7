// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.files.ResultFolder;
import io.caddis.jobs.sink.Sinks;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import tools.jackson.databind.JsonNode;

/**
 * A savepoint among the test resources, and how many rows of each kind of results the job that
 * wrote it had put out before.
 *
 * <p>The state of the sinks is left out: its format is Flink's and Kafka's, and it holds the files
 * or the transactions that were written to, which a restored sink would commit.
 */
record KeptSavepoint(Path folder) {
  private static final Path RESOURCES = Path.of("src/test/resources/formats");
  private static final String ROWS = "rows-before.properties";
  private static final List<String> RESULTS =
      List.of(
          Sinks.SCORES,
          Sinks.ALERTS,
          Sinks.MODELS,
          Sinks.QUALITY,
          Sinks.CHALLENGER,
          Sinks.CHOICES,
          Sinks.DEAD_LETTERS,
          Sinks.LATE,
          Sinks.CONTROL);

  static KeptSavepoint of(String release, String name) {
    return new KeptSavepoint(RESOURCES.resolve(release).resolve(name));
  }

  /** All that are kept. */
  static List<KeptSavepoint> all() throws IOException {
    try (Stream<Path> files = Files.walk(RESOURCES)) {
      return files
          .filter(file -> file.endsWith("_metadata"))
          .map(file -> new KeptSavepoint(file.getParent()))
          .sorted((a, b) -> a.folder.compareTo(b.folder))
          .toList();
    }
  }

  /** Keeps the savepoint of a job that had put out these results. */
  void write(Path savepoint, Path output) throws IOException {
    Files.createDirectories(folder);
    for (Path kept : List.of(folder, savepoint)) {
      try (Stream<Path> files = Files.list(kept)) {
        for (Path file : files.toList()) {
          if (kept.equals(folder)) {
            Files.delete(file);
          } else {
            Files.copy(file, folder.resolve(file.getFileName()));
          }
        }
      }
    }
    CheckpointMetadata all = metadata(savepoint);
    List<OperatorState> kept =
        all.getOperatorStates().stream()
            .filter(state -> !state.getOperatorUid().orElseThrow().matches(".*-(sink|topic)"))
            .toList();
    try (DataOutputStream out =
        new DataOutputStream(Files.newOutputStream(folder.resolve("_metadata")))) {
      Checkpoints.storeCheckpointMetadata(
          new CheckpointMetadata(all.getCheckpointId(), kept, all.getMasterStates()), out);
    }
    List<String> rows = new ArrayList<>();
    for (String results : RESULTS) {
      rows.add(results + "=" + rows(output, results).size());
    }
    Files.write(folder.resolve(ROWS), rows);
  }

  CheckpointMetadata metadata() throws IOException {
    return metadata(folder);
  }

  private static CheckpointMetadata metadata(Path savepoint) throws IOException {
    Path file = savepoint.resolve("_metadata");
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      ClassLoader loader = KeptSavepoint.class.getClassLoader();
      return Checkpoints.loadCheckpointMetadata(in, loader, savepoint.toUri().toString());
    }
  }

  /**
   * Holds that what was put out before and after is together what an undisturbed run puts out: what
   * came after is of it, and there is as much of it as was missing.
   */
  void assertGoesOn(Path after, Path undisturbed) throws IOException {
    Properties before = new Properties();
    try (InputStream in = Files.newInputStream(folder.resolve(ROWS))) {
      before.load(in);
    }
    for (String results : RESULTS) {
      List<String> all = rows(undisturbed, results);
      List<String> rest = rows(after, results);
      int missing = all.size() - Integer.parseInt(before.getProperty(results));
      for (String row : rest) {
        assertThat(all.remove(row)).as("%s not in an undisturbed run: %s", results, row).isTrue();
      }
      assertThat(rest).as(results).hasSize(missing);
    }
  }

  static List<String> rows(Path output, String results) throws IOException {
    return new ArrayList<>(
        new ResultFolder(output.resolve(results))
            .fresh().stream().map(JsonNode::toString).toList());
  }
}
