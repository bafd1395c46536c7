// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.jobs.sink.Sinks;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.jobs.spec.SpecLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code what-if}: the alerts that a run's scores would have raised under other settings. */
@Command(
    name = "what-if",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Raises the alerts of a run's scores again, under a changed threshold or triage.",
    footer = {
      "",
      "Nothing is trained or scored, and the run's results stay as they are:",
      "  what-if --output results/ --change threshold=0.7",
      "  what-if --output results/ --change triage.quiet-period=1min --since 2026-03-01T00:00:00Z",
      "Exit status: 0 done, 1 the results cannot be read, 2 wrong usage."
    })
final class WhatIfCommand implements Callable<Integer> {
  private static final String THRESHOLD = "threshold";
  private static final Set<String> TRIAGE =
      new TreeSet<>(
          Set.of(
              "triage.quiet-readings",
              "triage.quiet-period",
              "triage.medium",
              "triage.high",
              "triage.critical"));
  private static final int MOST_LISTED = 20;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Mixin private RunOption run = new RunOption();

  @Option(
      names = "--change",
      required = true,
      paramLabel = "KEY=VALUE",
      description =
          "threshold: score from which on a reading is anomalous, 0 to 1; or triage.quiet-readings, "
              + "triage.quiet-period, triage.medium, triage.high, triage.critical. Repeatable.")
  private List<String> changes = new ArrayList<>();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Specification of the run, if it says anything about triage.")
  private @Nullable Path config;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only readings from this event time on, such as 2026-03-01T00:00:00Z.")
  private @Nullable String since;

  @Override
  public Integer call() throws IOException {
    if (!Files.isDirectory(run.output().resolve(Sinks.SCORES))) {
      throw wrong("--output must hold the folder scores of a run of detect, was " + run.output());
    }
    Double threshold = null;
    SpecLoader loader = loader();
    for (String change : changes) {
      int equals = change.indexOf('=');
      String key = change.substring(0, Math.max(0, equals));
      String value = change.substring(equals + 1);
      if (key.equals(THRESHOLD)) {
        threshold = share(value);
      } else if (TRIAGE.contains(key)) {
        loader.set(key, value, "--change");
      } else {
        throw wrong(
            "--change must be KEY=VALUE with a key of threshold, %s, was '%s'"
                .formatted(String.join(", ", TRIAGE), change));
      }
    }
    PipelineSpec.Triage before = loader().load().triage();
    PipelineSpec.Triage after = loader.load().triage();
    RunScores scores = RunScores.read(run.output(), from());
    report(scores.alerts(before, null).values(), scores.alerts(after, threshold).values());
    return 0;
  }

  /** Of the run's specification, as far as triage goes. */
  private SpecLoader loader() {
    SpecLoader loader = new SpecLoader(System::getenv);
    if (config != null) {
      loader.file(config);
    }
    loader.set("source.type", "files", "what-if");
    loader.set("source.path", run.output().toString(), "what-if");
    loader.set("sink.directory", run.output().toString(), "--output");
    return loader;
  }

  private double share(String value) {
    try {
      double share = Double.parseDouble(value);
      if (share >= 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw wrong("threshold must be 0 to 1, was '" + value + "'");
  }

  private long from() {
    if (since == null) {
      return Long.MIN_VALUE;
    }
    try {
      return Instant.parse(since).toEpochMilli();
    } catch (DateTimeException e) {
      throw wrong("--since must be a time such as 2026-03-01T00:00:00Z, was '" + since + "'");
    }
  }

  private void report(Collection<RunScores.Raised> before, Collection<RunScores.Raised> after) {
    PrintWriter out = command.commandLine().getOut();
    List<RunScores.Raised> gone = missing(before, after);
    List<RunScores.Raised> added = missing(after, before);
    Set<RunScores.Raised> same = new HashSet<>(after);
    long otherwise = before.stream().filter(one -> !same.contains(one)).count() - gone.size();
    out.printf("Alerts before %d, after %d%n", before.size(), after.size());
    out.printf(
        "  no longer raised %d, newly raised %d, of other severity, begin or end %d%n",
        gone.size(), added.size(), otherwise);
    list("-", gone, out);
    list("+", added, out);
  }

  /**
   * Those during which the others have none of the same sensor. An alert's id goes by its begin,
   * which another threshold moves.
   */
  private static List<RunScores.Raised> missing(
      Collection<RunScores.Raised> from, Collection<RunScores.Raised> others) {
    Map<String, List<RunScores.Raised>> bySensor =
        others.stream().collect(Collectors.groupingBy(RunScores.Raised::key));
    return from.stream()
        .filter(
            one ->
                bySensor.getOrDefault(one.key(), List.of()).stream()
                    .noneMatch(other -> other.start() <= one.end() && one.start() <= other.end()))
        .toList();
  }

  private static void list(String sign, List<RunScores.Raised> alerts, PrintWriter out) {
    alerts.stream()
        .limit(MOST_LISTED)
        .forEach(
            alert ->
                out.printf(
                    "  %s %s %s, %s to %s, peak %.4f, %s, %d anomalies%n",
                    sign,
                    alert.id(),
                    alert.key(),
                    Instant.ofEpochMilli(alert.start()),
                    Instant.ofEpochMilli(alert.end()),
                    alert.peakScore(),
                    alert.severity(),
                    alert.anomalies()));
    if (alerts.size() > MOST_LISTED) {
      out.printf("  %s and %d more%n", sign, alerts.size() - MOST_LISTED);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
