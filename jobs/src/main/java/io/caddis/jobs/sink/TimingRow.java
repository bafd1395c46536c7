// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static io.caddis.jobs.sink.JsonLine.name;

import io.caddis.operators.ScoreTiming;
import tools.jackson.core.SerializableString;

/** A line of {@code timings/}. */
final class TimingRow {
  private static final SerializableString CHALLENGER = name("challenger");
  private static final SerializableString MODEL_VERSION = name("model_version");
  private static final SerializableString SUBTASK = name("subtask");
  private static final SerializableString MEASURED = name("measured");
  private static final SerializableString MEAN_NANOS = name("mean_nanos");
  private static final SerializableString P99_NANOS = name("p99_nanos");

  private TimingRow() {}

  static void write(JsonLine line, ScoreTiming timing) {
    line.flag(CHALLENGER, timing.challenger())
        .text(MODEL_VERSION, timing.modelVersion())
        .number(SUBTASK, timing.subtask())
        .number(MEASURED, timing.measured())
        .number(MEAN_NANOS, timing.meanNanos())
        .number(P99_NANOS, timing.p99Nanos());
  }
}
