// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.evaluation.DecisionMetrics;
import io.caddis.detectors.files.ResultFolder;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** What a challenger made of the readings beside what the champion made of the same ones. */
@Command(
    name = "compare",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Compares a run's challenger with its champion, reading by reading.",
    footer = {
      "",
      "Needs the results of a run of detect that had a model on trial:",
      "  compare --output results/ --labels labels.csv",
      "Exit status: 0 done, 1 the results cannot be read, 2 wrong usage."
    })
final class CompareCommand implements Callable<Integer> {
  /** Bits of how one reading was flagged, and whether it should have been. */
  private static final int CHAMPION = 1;

  private static final int CHALLENGER = 2;
  private static final int LABEL = 4;

  /** What a model made of a reading. */
  private record Verdict(String model, boolean flag) {
    static Verdict of(JsonNode row) {
      return new Verdict(row.path("model_version").asString(), row.path("is_anomaly").asBoolean());
    }
  }

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Mixin private RunOption run = new RunOption();

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "The truth: CSV with the columns key, start and end, both inclusive.")
  private @Nullable Path labels;

  @Override
  public Integer call() throws IOException {
    Map<String, Verdict> challenger = new HashMap<>();
    new ResultFolder(run.output().resolve(Sinks.CHALLENGER))
        .forEach(row -> challenger.put(row.path("event_id").asString(), Verdict.of(row)));
    if (challenger.isEmpty()) {
      throw new ParameterException(
          command.commandLine(),
          "--output must hold readings that a challenger scored, in %s, was %s"
              .formatted(Sinks.CHALLENGER, run.output()));
    }
    Map<String, List<LabelledScores.Interval>> truth =
        labels == null ? Map.of() : LabelledScores.intervals(labels);
    long[] counts = new long[8];
    new ResultFolder(run.output().resolve(Sinks.SCORES))
        .forEach(
            row -> {
              Verdict other = challenger.get(row.path("event_id").asString());
              Verdict own = Verdict.of(row);
              // The challenger may be in force for a share of the sensors.
              if (other != null && !other.model().equals(own.model())) {
                long time = Instant.parse(row.path("timestamp").asString()).toEpochMilli();
                boolean label =
                    truth.getOrDefault(row.path("key").asString(), List.of()).stream()
                        .anyMatch(interval -> interval.contains(time));
                counts[
                    (own.flag() ? CHAMPION : 0)
                        + (other.flag() ? CHALLENGER : 0)
                        + (label ? LABEL : 0)]++;
              }
            });
    report(counts);
    reportTimes();
    return 0;
  }

  private void report(long[] counts) {
    long readings = count(counts, 0, 0);
    long both = count(counts, CHAMPION | CHALLENGER, CHAMPION | CHALLENGER);
    long neither = count(counts, CHAMPION | CHALLENGER, 0);
    long byChampion = count(counts, CHAMPION, CHAMPION);
    long byChallenger = count(counts, CHALLENGER, CHALLENGER);
    line("readings", "%d", readings);
    line("agreement", "%.4f", (double) (both + neither) / readings);
    line("", "%-12s %s", "champion", "challenger");
    line("flagged", "%-12.4f %.4f", share(byChampion, readings), share(byChallenger, readings));
    line("flagged_alone", "%-12d %d", byChampion - both, byChallenger - both);
    if (labels != null) {
      DecisionMetrics champion = metrics(counts, CHAMPION);
      DecisionMetrics challenger = metrics(counts, CHALLENGER);
      line("precision", "%-12.4f %.4f", champion.precision(), challenger.precision());
      line("recall", "%-12.4f %.4f", champion.recall(), challenger.recall());
    }
  }

  /** Of each model and subtask the last figures, those of all weighted by what was measured. */
  private void reportTimes() throws IOException {
    Map<String, JsonNode> last = new HashMap<>();
    new ResultFolder(run.output().resolve(Sinks.TIMINGS))
        .forEach(
            row ->
                last.merge(
                    row.path("challenger").asBoolean()
                        + row.path("model_version").asString()
                        + row.path("subtask").asInt(),
                    row,
                    (one, other) ->
                        one.path("measured").asLong() > other.path("measured").asLong()
                            ? one
                            : other));
    List<JsonNode> champions = ofRole(last, false);
    List<JsonNode> challengers = ofRole(last, true);
    if (!champions.isEmpty() && !challengers.isEmpty()) {
      line("mean_us", "%-12.2f %.2f", micros(champions, "mean"), micros(challengers, "mean"));
      line("p99_us", "%-12.2f %.2f", micros(champions, "p99"), micros(challengers, "p99"));
    }
  }

  private static List<JsonNode> ofRole(Map<String, JsonNode> rows, boolean challenger) {
    return rows.values().stream()
        .filter(row -> row.path("challenger").asBoolean() == challenger)
        .toList();
  }

  private static double micros(List<JsonNode> rows, String figure) {
    double sum = 0;
    long measured = 0;
    for (JsonNode row : rows) {
      long weight = row.path("measured").asLong();
      measured += weight;
      sum += weight * row.path(figure + "_nanos").asDouble();
    }
    return sum / measured / 1000;
  }

  private static double share(long part, long all) {
    return (double) part / all;
  }

  /** Readings of which those bits of a mask are set that a value has. */
  private static long count(long[] counts, int mask, int value) {
    long count = 0;
    for (int bits = 0; bits < counts.length; bits++) {
      count += (bits & mask) == value ? counts[bits] : 0;
    }
    return count;
  }

  private static DecisionMetrics metrics(long[] counts, int model) {
    return new DecisionMetrics(
        count(counts, model | LABEL, model | LABEL),
        count(counts, model | LABEL, model),
        count(counts, model | LABEL, LABEL),
        count(counts, model | LABEL, 0));
  }

  private void line(String name, String format, Object... values) {
    PrintWriter out = command.commandLine().getOut();
    out.printf(Locale.ROOT, "%-14s %s%n", name, String.format(Locale.ROOT, format, values));
  }
}
