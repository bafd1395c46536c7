// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandJsonTest {

  private static JobCommand parse(String json) {
    return CommandJson.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void everyKeyOfAThresholdIsTaken() {
    assertThat(
            parse(
                """
                {"id": "t-1", "type": "set_threshold", "sensors": "pump-*", "threshold": 0.8,
                 "effective_from": "2026-01-01T00:00:00.0009Z"}
                """))
        .isEqualTo(
            new JobCommand(
                "t-1",
                "set_threshold",
                "pump-*",
                null,
                0.8,
                Instant.parse("2026-01-01T00:00:00Z"),
                null,
                null,
                null,
                null,
                null,
                0,
                null));
  }

  @Test
  void featuresAreNamedByAPattern() {
    JobCommand drop = parse("{\"type\": \"drop_feature\", \"feature\": \"heat*\"}");
    assertThat(drop.feature()).isEqualTo("heat*");
    assertThat(drop.sensors()).isEqualTo("*");
    assertThatThrownBy(() -> parse("{\"type\": \"add_feature\"}"))
        .hasMessage("feature must be given");
  }

  @Test
  void readingsAreAcceptedOrLabelledByTheirTimes() {
    String span = ", \"from\": \"2026-01-01T00:00:00Z\", \"to\": \"2026-01-02T00:00:00Z\"";
    Instant from = Instant.parse("2026-01-01T00:00:00Z");
    Instant to = Instant.parse("2026-01-02T00:00:00Z");
    JobCommand accepted = parse("{\"type\": \"accept\"" + span + "}");

    assertThat(accepted.span()).isEqualTo(new JobCommand.Span(from, to, true));
    assertThat(accepted.from()).isNull();
    assertThat(parse("{\"type\": \"label\", \"label\": \"anomaly\"" + span + "}").span())
        .isEqualTo(new JobCommand.Span(from, to, false));
  }

  @Test
  void withoutAnIdItsContentIsTheId() {
    String json = "{\"type\": \"mute\"}";
    assertThat(parse(json).id())
        .matches("[0-9a-f]{16}")
        .isEqualTo(parse(json + "\n").id())
        .isNotEqualTo(parse("{\"type\": \"unmute\"}").id());
    assertThat(parse(json).sensors()).isEqualTo("*");
    assertThat(parse(json).from()).isNull();
  }

  @Test
  void aModelIsNamedByModelOrVersionOrBoth() {
    JobCommand named =
        parse("{\"type\": \"promote\", \"model\": \"pumps\", \"version\": \"2026\"}");
    assertThat(named.model()).isEqualTo("pumps");
    assertThat(named.version()).isEqualTo("2026");

    JobCommand own = parse("{\"type\": \"promote\", \"version\": \"2026\"}");
    assertThat(own.model()).isNull();
    assertThat(own.version()).isEqualTo("2026");
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

  @Test
  void anIntegerBeyondEveryDoubleIsNoThreshold() {
    String json = "{\"type\": \"set_threshold\", \"threshold\": 1" + "0".repeat(400) + "}";
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("threshold must be a number from 0 to 1, was 1000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\": \"%s\"}",
        "{\"type\": {\"a\": \"%s\"}}",
        "{\"type\": \"mute\", \"%s\": 1}",
        "{\"%1$s\": 1, \"%1$s\": 1}",
        "{\"type\": \"mute\", \"until\": \"%s\"}",
        "{\"type\": \"set_threshold\", \"threshold\": \"%s\"}",
        "{\"type\": %s}"
      })
  void aRefusalOfALongFileIsShort(String json) {
    for (String text : List.of("x", "\ud83d\ude00", "\\ud83d")) {
      assertThatThrownBy(() -> parse(json.formatted("x" + text.repeat(8_000))))
          .isInstanceOf(IllegalArgumentException.class)
          .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(1_000));
    }
  }
}
