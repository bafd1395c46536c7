// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlCliTest {
  @TempDir Path directory;

  private CommandRun run(String... args) {
    List<String> all = new ArrayList<>(List.of("control"));
    all.addAll(List.of(args));
    all.add("--control=" + directory);
    return CommandRun.of((env, spec) -> {}, all.toArray(String[]::new));
  }

  private void said(String folder, String... lines) throws IOException {
    Path results = Files.createDirectories(directory.resolve("output").resolve(folder));
    Files.write(results.resolve(folder + "-1.jsonl"), List.of(lines));
  }

  private CommandRun status(String... more) {
    List<String> all =
        new ArrayList<>(List.of("status", "--output=" + directory.resolve("output")));
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
  }

  @Test
  void whatIsSentIsListedInTheOrderOfSending() {
    assertThat(run("send", "set-threshold", "--id=b", "--sensors=pump-*", "--threshold=0.8").out())
        .isEqualTo("sent b%n".formatted());
    assertThat(run("send", "promote", "--id=a", "--model=pumps", "--group=g").status()).isZero();
    assertThat(run("send", "undo", "--command=b").status()).isZero();

    CommandRun listed = run("list");
    assertThat(listed.status()).isZero();
    assertThat(listed.out().lines().map(line -> line.replaceAll(" +", " ")))
        .hasSize(3)
        .startsWith("b set_threshold pump-* 0.8", "a promote g pumps champion")
        .element(2)
        .asString()
        .endsWith("undo b");
    assertThat(directory).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void theSameIdIsNotSentTwice() {
    assertThat(run("send", "mute", "--id=a").status()).isZero();
    CommandRun again = run("send", "unmute", "--id=a");
    assertThat(again.status()).isEqualTo(2);
    assertThat(again.err()).startsWith("--id must be new to the directory, was a");
    assertThat(run("list").out().lines()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "send explode                        | type must be one of [set_threshold,",
        "send set_threshold                  | threshold must be a number from 0 to 1, was missing",
        "send promote --version latest      | the version of a model is --model-version",
        "send mute --threshold=0.4           | must have no keys but",
        "send mute --until=tomorrow          | until must be a time in ISO-8601",
        "send undo                           | command must be given",
        "status x --output=nowhere           | ID must be that of a command",
        "status --output=nowhere --wait=soon | --wait must be a duration"
      })
  void mistakesAreToldAndNothingIsSent(String args, String message) {
    CommandRun wrong = run(args.split(" "));
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains(message);
    assertThat(run("list").out()).isEmpty();
  }

  @Test
  void aDirectoryThatIsNotThereIsNamed() {
    CommandRun wrong = CommandRun.of((env, spec) -> {}, "control", "list", "--control=nowhere");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).startsWith("--control must be an existing directory, was nowhere");
  }

  @Test
  void statusTellsWhatEachSubtaskHasSaid() throws IOException {
    for (String id : List.of("a", "b", "c", "d")) {
      assertThat(run("send", "mute", "--id=" + id).status()).isZero();
    }
    Files.writeString(directory.resolve("bad.json"), "{}");
    said(
        Sinks.CONTROL,
        "{\"command\":\"a\",\"state\":\"applied\",\"subtask\":0,\"subtasks\":2}",
        "{\"command\":\"a\",\"state\":\"applied\",\"subtask\":1,\"subtasks\":2}",
        "{\"command\":\"b\",\"state\":\"applied\",\"effective_from\":\"2026-01-01T00:00:00Z\","
            + "\"subtask\":1,\"subtasks\":2}",
        "{\"command\":\"c\",\"state\":\"refused\",\"subtask\":0,\"subtasks\":1,"
            + "\"reason\":\"no\"}");
    said(
        Sinks.DEAD_LETTERS,
        "{\"reason\":\"invalid_command\",\"source\":\"bad.json\",\"detail\":\"type is missing\"}");

    CommandRun all = status();
    assertThat(all.status()).isEqualTo(1);
    assertThat(all.out().lines())
        .satisfiesExactly(
            a -> assertThat(a).endsWith("applied 2/2 from the first reading"),
            b -> assertThat(b).endsWith("applied 1/2 from 2026-01-01T00:00:00Z"),
            c -> assertThat(c).endsWith("refused: no"),
            d -> assertThat(d).endsWith("waiting"),
            bad -> assertThat(bad).endsWith("refused: type is missing"));
    assertThat(status("a", "--wait=1min").status()).isZero();
    assertThat(status("b").status()).isEqualTo(1);
    assertThat(status("c", "--wait=1min").status()).isEqualTo(1);
  }
}
