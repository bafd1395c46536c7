// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.control.CommandJson;
import io.caddis.operators.ControlCommand;
import io.caddis.operators.ControlType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class CommandParserTest {
  private static ControlCommand parse(String json) {
    return CommandParser.toControl(
        CommandJson.parse(json.getBytes(StandardCharsets.UTF_8)), "c.json");
  }

  private static long millis(String time) {
    return Instant.parse(time).toEpochMilli();
  }

  @Test
  void theJobKnowsEveryTypeThatCanBeWritten() {
    assertThat(
            Arrays.stream(ControlType.values()).map(type -> type.name().toLowerCase(Locale.ROOT)))
        .containsExactlyInAnyOrderElementsOf(CommandJson.types());
  }

  @Test
  void everyPartOfACommandIsTaken() {
    assertThat(
            parse(
                """
                {"id": "m", "type": "maintenance", "sensors": "pump-*",
                 "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}
                """))
        .isEqualTo(
            new ControlCommand(
                "m",
                "c.json",
                ControlType.MAINTENANCE,
                "pump-*",
                null,
                Double.NaN,
                millis("2026-01-01T00:00:00Z"),
                millis("2026-01-02T00:00:00Z"),
                null,
                null,
                null,
                null,
                0,
                null));
    ControlCommand promote =
        parse("{\"id\": \"p\", \"type\": \"promote\", \"group\": \"g\", \"version\": \"2026\"}");
    assertThat(promote.group()).isEqualTo("g");
    assertThat(promote.version()).isEqualTo("2026");
    assertThat(promote.from()).isEqualTo(ControlCommand.NOT_GIVEN);
    assertThat(promote.to()).isEqualTo(ControlCommand.WITHOUT_END);
    assertThat(parse("{\"type\": \"undo\", \"command\": \"p\"}").target()).isEqualTo("p");
  }

  @Test
  void theVersionOfARegisteredModelIsNotOneThatTheJobTrained() {
    assertThat(
            parse("{\"type\": \"promote\", \"model\": \"pumps\", \"version\": \"2026\"}").version())
        .isNull();
  }
}
