// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.evaluation.DecisionMetrics;
import io.caddis.detectors.evaluation.EventMetrics;
import io.caddis.detectors.evaluation.LabelledSeries;
import io.caddis.detectors.evaluation.RankMetrics;
import io.caddis.detectors.evaluation.VolumeUnderSurface;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code evaluate}: how good a run's scores are, by labels. */
@Command(
    name = "evaluate",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Measures the scores of a run against labelled intervals.",
    footer = {
      "",
      "ROC-AUC, average precision, best F1 and VUS-PR are means over the sensors that have both",
      "normal and anomalous readings; everything else counts all readings or events together.",
      "Labels are CSV with the columns key, start and end; both times are inclusive."
    })
final class EvaluateCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--scores",
      required = true,
      paramLabel = "DIR",
      description = "The scores folder of a run, e.g. out/scores.")
  private Path scores = Path.of("");

  @Option(names = "--labels", required = true, paramLabel = "FILE", description = "The truth.")
  private Path labels = Path.of("");

  @Option(
      names = "--skip-rows",
      paramLabel = "N",
      description = "Leave out each sensor's first N readings, for example its training rows.")
  private int skipRows;

  @Option(
      names = "--vus-window",
      paramLabel = "N",
      description = "Widest buffer around an event for VUS, readings (default: 125).")
  private int vusWindow = 125;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    if (!Files.isDirectory(scores)) {
      throw wrong("--scores must be the scores folder of a run, was " + scores);
    }
    if (!Files.isReadable(labels)) {
      throw wrong("--labels must be a readable file, was " + labels);
    }
    if (skipRows < 0 || vusWindow < 0) {
      throw wrong("--skip-rows and --vus-window must not be negative");
    }
    List<LabelledSeries> series;
    try {
      series = LabelledScores.read(scores, labels, skipRows);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    if (series.stream().allMatch(s -> s.rows() == 0)) {
      throw wrong("--scores must hold scored readings, none are left in " + scores);
    }
    print(measure(series));
    return 0;
  }

  private Map<String, Number> measure(List<LabelledSeries> series) {
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("sensors", series.size());
    figures.put("readings", series.stream().mapToLong(LabelledSeries::rows).sum());
    figures.put("roc_auc", mean(series, s -> RankMetrics.of(s.scores(), s.labels()).rocAuc()));
    figures.put(
        "average_precision",
        mean(series, s -> RankMetrics.of(s.scores(), s.labels()).averagePrecision()));
    figures.put("best_f1", mean(series, s -> RankMetrics.of(s.scores(), s.labels()).bestF1()));
    figures.put(
        "vus_pr", mean(series, s -> VolumeUnderSurface.of(s.scores(), s.labels(), vusWindow).pr()));
    DecisionMetrics decisions = DecisionMetrics.of(series);
    figures.put("precision", decisions.precision());
    figures.put("recall", decisions.recall());
    figures.put("f1", decisions.f1());
    figures.put("false_alarm_rate", decisions.falseAlarmRate());
    figures.put("missed_alarm_rate", decisions.missedAlarmRate());
    EventMetrics events = EventMetrics.of(series);
    figures.put("events", events.events());
    figures.put("events_detected", events.detected());
    figures.put("alarms", events.alarms());
    figures.put("false_alarms", events.falseAlarms());
    figures.put("event_recall", events.recall());
    figures.put("event_precision", events.precision());
    figures.put("median_delay_readings", events.medianDelayRows());
    return figures;
  }

  private static double mean(List<LabelledSeries> series, ToDoubleFunction<LabelledSeries> metric) {
    return series.stream()
        .mapToDouble(metric)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  private void print(Map<String, Number> figures) {
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      figures.replaceAll((name, value) -> Double.isNaN(value.doubleValue()) ? null : value);
      out.println(JsonMapper.shared().writeValueAsString(figures));
      return;
    }
    figures.forEach(
        (name, value) ->
            out.println(
                value instanceof Double number
                    ? String.format(
                        Locale.ROOT,
                        "%-24s %s",
                        name,
                        number.isNaN() ? "-" : String.format(Locale.ROOT, "%.4f", number))
                    : String.format(Locale.ROOT, "%-24s %,d", name, value.longValue())));
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
