// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.evaluation.DecisionMetrics;
import io.caddis.detectors.files.Trial;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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
    Map<String, List<LabelledScores.Interval>> truth =
        labels == null ? Map.of() : LabelledScores.intervals(labels);
    List<Trial> trials =
        Trial.read(
            run.output(),
            Long.MAX_VALUE,
            challenger -> "all",
            (sensor, time) ->
                truth.getOrDefault(sensor, List.of()).stream()
                    .anyMatch(interval -> interval.contains(time)));
    if (trials.isEmpty()) {
      throw new ParameterException(
          command.commandLine(),
          "--output must hold readings that a challenger scored as well, in %s, was %s"
              .formatted(Sinks.CHALLENGER, run.output()));
    }
    report(trials.get(0));
    return 0;
  }

  private void report(Trial trial) {
    Trial.Figures champion = trial.of(Trial.Contender.CHAMPION);
    Trial.Figures challenger = trial.of(Trial.Contender.CHALLENGER);
    line("readings", "%d", trial.readings());
    line("agreement", "%.4f", trial.agreement());
    line("", "%-12s %s", "champion", "challenger");
    line("flagged", "%-12.4f %.4f", champion.flagged(), challenger.flagged());
    line("flagged_alone", "%-12d %d", champion.flaggedAlone(), challenger.flaggedAlone());
    if (labels != null) {
      DecisionMetrics own = champion.decisions();
      DecisionMetrics other = challenger.decisions();
      line("precision", "%-12.4f %.4f", own.precision(), other.precision());
      line("recall", "%-12.4f %.4f", own.recall(), other.recall());
    }
    if (champion.meanMicros() > 0 && challenger.meanMicros() > 0) {
      line("mean_us", "%-12.2f %.2f", champion.meanMicros(), challenger.meanMicros());
      line("p99_us", "%-12.2f %.2f", champion.p99Micros(), challenger.p99Micros());
    }
  }

  private void line(String name, String format, Object... values) {
    PrintWriter out = command.commandLine().getOut();
    out.printf(Locale.ROOT, "%-14s %s%n", name, String.format(Locale.ROOT, format, values));
  }
}
