// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import org.apache.flink.api.common.TaskInfo;
import org.jspecify.annotations.Nullable;

/**
 * A subtask's word on a command.
 *
 * @param command its id
 * @param type what it does
 * @param operator which operator speaks
 * @param subtask which of its subtasks, from 0
 * @param subtasks how many of them will speak
 * @param from event time from which on the command holds, epoch milliseconds; {@link
 *     ControlCommand#FIRST} is from the first reading on
 * @param refusal why it is not obeyed; null when it is
 */
public record Acknowledgement(
    String command,
    ControlType type,
    String operator,
    int subtask,
    int subtasks,
    long from,
    @Nullable String refusal) {

  /** What one of all subtasks that hold a command says. */
  static Acknowledgement applied(ControlCommand command, String operator, TaskInfo task) {
    return of(
        command, operator, task.getIndexOfThisSubtask(), task.getNumberOfParallelSubtasks(), null);
  }

  static Acknowledgement of(
      ControlCommand command,
      String operator,
      int subtask,
      int subtasks,
      @Nullable String refusal) {
    return new Acknowledgement(
        command.id(), command.type(), operator, subtask, subtasks, command.from(), refusal);
  }
}
