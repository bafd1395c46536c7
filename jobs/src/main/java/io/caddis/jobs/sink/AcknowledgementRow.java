// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static io.caddis.jobs.sink.JsonLine.name;

import io.caddis.operators.Acknowledgement;
import io.caddis.operators.ControlCommand;
import java.util.Locale;
import tools.jackson.core.SerializableString;

/** A line of {@code control/}. */
final class AcknowledgementRow {
  private static final SerializableString COMMAND = name("command");
  private static final SerializableString TYPE = name("type");
  private static final SerializableString STATE = name("state");
  private static final SerializableString EFFECTIVE_FROM = name("effective_from");
  private static final SerializableString OPERATOR = name("operator");
  private static final SerializableString SUBTASK = name("subtask");
  private static final SerializableString SUBTASKS = name("subtasks");
  private static final SerializableString REASON = name("reason");
  private static final SerializableString APPLIED = name("applied");
  private static final SerializableString REFUSED = name("refused");

  private AcknowledgementRow() {}

  static void write(JsonLine line, Acknowledgement said) {
    String refusal = said.refusal();
    line.text(COMMAND, said.command())
        .text(TYPE, said.type().name().toLowerCase(Locale.ROOT))
        .constant(STATE, refusal == null ? APPLIED : REFUSED);
    if (said.from() > ControlCommand.FIRST) {
      line.time(EFFECTIVE_FROM, said.from());
    }
    line.text(OPERATOR, said.operator())
        .number(SUBTASK, said.subtask())
        .number(SUBTASKS, said.subtasks());
    if (refusal != null) {
      line.text(REASON, refusal);
    }
  }
}
