// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.spec.SpecLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorUidsTest {
  /** Uid and, where Flink adds to it, name; a sink has two operators. */
  private static final List<String> RELEASED =
      List.of(
          "readings-source | Source: readings-source",
          "parse",
          "order",
          "features",
          "sample",
          "train",
          "score",
          "triage",
          "scores-sink | scores-sink: Writer",
          "Sink Committer: scores-sink | scores-sink: Committer",
          "alerts-sink | alerts-sink: Writer",
          "Sink Committer: alerts-sink | alerts-sink: Committer",
          "dead-letters-sink | dead-letters-sink: Writer",
          "Sink Committer: dead-letters-sink | dead-letters-sink: Committer",
          "late-sink | late-sink: Writer",
          "Sink Committer: late-sink | late-sink: Committer",
          "quality-sink | quality-sink: Writer",
          "Sink Committer: quality-sink | quality-sink: Committer",
          "models-sink | models-sink: Writer",
          "Sink Committer: models-sink | models-sink: Committer");

  /** What commands add. */
  private static final List<String> CONTROL =
      List.of(
          "control-source | Source: control-source",
          "control-parse",
          "control-admission",
          "control",
          "label",
          "model-control",
          "control-sink | control-sink: Writer",
          "Sink Committer: control-sink | control-sink: Committer");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "files, sensor, growing",
    "files, global, growing",
    "files, global, tumbling",
    "socket, sensor, tumbling",
    "socket, global, growing",
    "simulator, sensor, growing",
    "simulator, global, tumbling"
  })
  void namesOfAllOperatorsAreThoseReleased(String source, String scope, String window)
      throws IOException {
    assertThat(operators(source, scope, window, "detector.name=isolation_forest"))
        .as(
            """
            uids of operators. A savepoint finds the state of an operator by its uid: one that is \
            renamed loses its state in every running job when the job is upgraded, and one that is \
            used again gets the state of another. Add operators here; never change or remove one \
            without a migration\
            """)
        .containsExactlyInAnyOrderElementsOf(RELEASED);
  }

  @Test
  void aDetectorThatLearnsByReadingTakesThePlaceOfTrainingAndScoring() throws IOException {
    List<String> expected = new ArrayList<>(RELEASED);
    expected.removeIf(name -> name.matches("sample|train|score|.*models-sink.*"));
    expected.add("stream-score");
    expected.add("choices-sink | choices-sink: Writer");
    expected.add("Sink Committer: choices-sink | choices-sink: Committer");

    assertThat(operators("files", "sensor", "growing", "detector.name=univariate"))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void aRegistryAddsOneOperatorAndChangesNoOther() throws IOException {
    List<String> expected = new ArrayList<>(RELEASED);
    expected.add("models-registry");

    assertThat(
            operators(
                "files",
                "global",
                "growing",
                "detector.name=isolation_forest",
                "registry.directory=" + directory.resolve("registry"),
                "registry.name=pump"))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @CsvSource({"archive=alerts, archive-sink", "sink.readings=true, readings-sink"})
  void whatIsWrittenOnRequestAddsASinkAndChangesNoOtherOperator(String setting, String sink)
      throws IOException {
    List<String> expected = new ArrayList<>(RELEASED);
    expected.add("%1$s | %1$s: Writer".formatted(sink));
    expected.add("Sink Committer: %1$s | %1$s: Committer".formatted(sink));

    assertThat(operators("files", "global", "growing", "detector.name=isolation_forest", setting))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @CsvSource({"isolation_forest, adwin", "isolation_forest, page-hinkley"})
  void driftOfScoresIsOneMoreOperatorWhenItIsAskedFor(String detector, String method)
      throws IOException {
    List<String> expected = new ArrayList<>(RELEASED);
    expected.add("drift");

    assertThat(
            operators(
                "files",
                "sensor",
                "growing",
                "detector.name=" + detector,
                "quality.drift.method=" + method))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void commandsAddOperatorsAndLeaveTheOthersAsTheyAre() throws IOException {
    List<String> expected = new ArrayList<>(RELEASED);
    expected.addAll(CONTROL);

    assertThat(
            operators(
                "files",
                "global",
                "growing",
                "detector.name=isolation_forest",
                "control.directory=" + directory.resolve("control")))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void challengersAddOperatorsAndTwoSinks() throws IOException {
    String control = "control.directory=" + directory.resolve("control");
    String[] plain = {"detector.name=isolation_forest", control};
    List<String> expected = new ArrayList<>(operators("files", "global", "growing", plain));
    expected.addAll(
        List.of(
            "watch-sample",
            "watch-label",
            "watched",
            "challenger-score",
            "challenger-sink | challenger-sink: Writer",
            "Sink Committer: challenger-sink | challenger-sink: Committer",
            "timings-sink | timings-sink: Writer",
            "Sink Committer: timings-sink | timings-sink: Committer"));

    assertThat(
            operators(
                "files", "global", "growing", plain[0], control, "promotion.challengers=promote"))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void topicsAddSinksAndChangeNoOtherOperator() throws IOException {
    List<String> expected = new ArrayList<>(RELEASED);
    expected.addAll(CONTROL);
    List<String> settings =
        new ArrayList<>(
            List.of(
                "detector.name=isolation_forest",
                "kafka.bootstrap-servers=localhost:9092",
                "source.kafka.topics=[readings]",
                "control.topic=commands"));
    for (String results :
        List.of("scores", "alerts", "dead-letters", "late", "quality", "models", "control")) {
      settings.add("sink.kafka." + results + "=caddis-" + results);
      expected.add("%1$s-topic | %1$s-topic: Writer".formatted(results));
      expected.add("Sink Committer: %1$s-topic | %1$s-topic: Committer".formatted(results));
    }

    assertThat(operators("kafka", "global", "growing", settings.toArray(String[]::new)))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void aWatchAddsOperatorsAndLeavesTheOthersAsTheyAre() throws IOException {
    List<String> expected = new ArrayList<>(RELEASED);
    expected.addAll(List.of("watch-sample", "watched", "model-control"));

    assertThat(
            operators(
                "files",
                "global",
                "growing",
                "detector.name=isolation_forest",
                "promotion.watch=1h"))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  private List<String> operators(String source, String scope, String window, String... more)
      throws IOException {
    Path input = Files.writeString(directory.resolve("a.csv"), "timestamp,key,x\n1,s,2\n");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
    SpecLoader loader = new SpecLoader(name -> null);
    Stream.concat(
            Stream.of(more),
            Stream.of(
                "source.type=" + source,
                "source.path=" + input,
                "features=[{name: x}]",
                "training.scope=" + scope,
                "training.window=" + window,
                "training.size=" + (window.equals("growing") ? "100" : "1h"),
                "sink.directory=" + directory.resolve("out")))
        .map(setting -> setting.split("=", 2))
        .forEach(setting -> loader.set(setting[0], setting[1], "test"));
    new DetectionJob().build(env, loader.load());
    assertThat(env.getStreamGraph(false).getStreamNodes())
        .filteredOn(node -> !node.getOperatorName().matches(".*: (Writer|Committer)"))
        .as("what Flink's web UI shows")
        .allSatisfy(
            node ->
                assertThat(node.getOperatorDescription())
                    .startsWith(node.getTransformationUID() + ": "));
    return env.getStreamGraph(false).getStreamNodes().stream()
        .map(OperatorUidsTest::describe)
        .toList();
  }

  private static String describe(StreamNode node) {
    String uid = node.getTransformationUID();
    String name = node.getOperatorName();
    return name.equals(uid) ? uid : uid + " | " + name;
  }
}
