// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandAnswersTest {
  @TempDir Path folder;

  @Test
  void whatWasSaidIsKeptUntilTheCommandsFileIsDeleted() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("commands"));
    Path said = Files.createDirectory(folder.resolve("control"));
    CommandFolder commands = new CommandFolder(directory);
    CommandAnswers answers = new CommandAnswers(folder);
    CommandFolder.Sent sent = commands.send("{\"id\": \"c1\", \"type\": \"unpin\"}", Instant.EPOCH);
    Files.writeString(
        said.resolve("control-0.jsonl"),
        "{\"command\":\"c1\",\"state\":\"applied\",\"subtask\":0,\"subtasks\":1}\n");

    assertThat(answers.of(commands.sent())).containsOnlyKeys("c1");
    assertThat(answers.of(commands.sent())).containsOnlyKeys("c1");

    Files.delete(directory.resolve(sent.file()));
    assertThat(answers.of(commands.sent())).isEmpty();
    assertThat(answers.of(List.of(sent))).isEmpty();
  }
}
