// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.operators.ControlCommand;
import io.caddis.operators.ControlType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandJsonTest {

  private static CommandJson.Parsed parse(String json) {
    return CommandJson.parse("c.json", json.getBytes(StandardCharsets.UTF_8));
  }

  private static long millis(String time) {
    return Instant.parse(time).toEpochMilli();
  }

  @Test
  void everyKeyOfAThresholdIsTaken() {
    ControlCommand command =
        parse(
                """
                {"id": "t-1", "type": "set_threshold", "sensors": "pump-*", "threshold": 0.8,
                 "effective_from": "2026-01-01T00:00:00Z"}
                """)
            .command();
    assertThat(command)
        .isEqualTo(
            new ControlCommand(
                "t-1",
                "c.json",
                ControlType.SET_THRESHOLD,
                "pump-*",
                null,
                0.8,
                millis("2026-01-01T00:00:00Z"),
                ControlCommand.WITHOUT_END,
                null,
                null,
                null,
                null));
  }

  @Test
  void readingsAreAcceptedOrLabelledByTheirTimes() {
    String span = ", \"from\": \"2026-01-01T00:00:00Z\", \"to\": \"2026-01-02T00:00:00Z\"";
    long from = millis("2026-01-01T00:00:00Z");
    ControlCommand accepted = parse("{\"type\": \"accept\"" + span + "}").command();

    assertThat(accepted.span()).isEqualTo(new ControlCommand.Span(from, from + 86_400_000, true));
    assertThat(accepted.from()).isEqualTo(ControlCommand.NOT_GIVEN);
    assertThat(parse("{\"type\": \"label\", \"label\": \"anomaly\"" + span + "}").command().span())
        .isEqualTo(new ControlCommand.Span(from, from + 86_400_000, false));
  }

  @Test
  void withoutAnIdItsContentIsTheId() {
    String json = "{\"type\": \"mute\"}";
    assertThat(parse(json).command().id())
        .matches("[0-9a-f]{16}")
        .isEqualTo(parse(json + "\n").command().id())
        .isNotEqualTo(parse("{\"type\": \"unmute\"}").command().id());
    assertThat(parse(json).command().sensors()).isEqualTo("*");
    assertThat(parse(json).command().from()).isEqualTo(ControlCommand.NOT_GIVEN);
  }

  @Test
  void aModelOfTheRegistryIsNamedByModelAndVersion() {
    CommandJson.Parsed named =
        parse("{\"type\": \"promote\", \"model\": \"pumps\", \"version\": \"2026\"}");
    assertThat(named.model()).isEqualTo("pumps");
    assertThat(named.version()).isEqualTo("2026");
    assertThat(named.command().version()).isNull();
    assertThat(parse("{\"type\": \"promote\", \"model\": \"pumps\"}").version())
        .isEqualTo("champion");

    CommandJson.Parsed own = parse("{\"type\": \"promote\", \"version\": \"2026\"}");
    assertThat(own.model()).isNull();
    assertThat(own.command().version()).isEqualTo("2026");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "not json                                              | a command must be JSON",
        "[]                                                    | must be a JSON object",
        "{\"type\": \"mute\"} {}                           | a command must be JSON",
        "{\"type\": \"mute\", \"type\": \"mute\"}      | a command must be JSON",
        "{}                                                    | was missing",
        "{\"type\": \"explode\"}                           | type must be one of",
        "{\"type\": 7}                                       | type must be a text",
        "{\"type\": \"mute\", \"threshold\": 1}          | had 'threshold'",
        "{\"type\": \"set_threshold\"}                     | from 0 to 1, was missing",
        "{\"type\": \"set_threshold\", \"threshold\": 2} | from 0 to 1, was 2",
        "{\"type\": \"set_threshold\", \"threshold\": \"1\"} | from 0 to 1, was \"1\"",
        "{\"type\": \"mute\", \"id\": \"../x\"}        | id must have 1 to 64",
        "{\"type\": \"mute\", \"sensors\": \"\"}       | sensors must be a text",
        "{\"type\": \"mute\", \"until\": \"soon\"}     | until must be a time in ISO-8601",
        "{\"type\": \"mute\", \"until\": \"+999999999-01-01T00:00:00Z\"} | until must be",
        "{\"type\": \"maintenance\"}                       | from must be given",
        "{\"type\": \"maintenance\", \"from\": \"2026-01-02T00:00:00Z\", \"to\": \"2026-01-01T00:00:00Z\"} | to must be after from",
        "{\"type\": \"promote\"}                           | must have a model of the registry",
        "{\"type\": \"promote\", \"model\": \"../x\"}  | name must have 1 to 128",
        "{\"type\": \"accept\"}                            | from must be given",
        "{\"type\": \"accept\", \"from\": \"2026-01-02T00:00:00Z\", \"to\": \"2026-01-02T00:00:00Z\"} | to must be after from",
        "{\"type\": \"label\", \"from\": \"2026-01-01T00:00:00Z\", \"to\": \"2026-01-02T00:00:00Z\"} | label must be given",
        "{\"type\": \"label\", \"from\": \"2026-01-01T00:00:00Z\", \"to\": \"2026-01-02T00:00:00Z\", \"label\": \"odd\"} | label must be normal or anomaly",
        "{\"type\": \"undo\"}                              | command must be given"
      })
  void whatIsNoCommandIsRefusedWithTheReason(String json, String reason) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }
}
