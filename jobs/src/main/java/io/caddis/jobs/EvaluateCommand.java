// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.evaluation.DecisionMetrics;
import io.caddis.detectors.evaluation.DecisionSurface;
import io.caddis.detectors.evaluation.EventMetrics;
import io.caddis.detectors.evaluation.LabelledSeries;
import io.caddis.detectors.evaluation.RankMetrics;
import io.caddis.detectors.evaluation.RateStability;
import io.caddis.detectors.evaluation.VolumeUnderSurface;
import io.caddis.detectors.evaluation.report.EvaluationReport;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.jobs.registry.Registries;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
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
      "Labels are CSV with the columns key, start and end; both times are inclusive.",
      "Exit status: 0 done, 1 failed or the anomaly rate drifts too far, 2 wrong usage."
    })
final class EvaluateCommand implements Callable<Integer> {
  private static final int SURFACE_COLUMNS = 136;
  private static final int SURFACE_ROWS = 90;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--scores",
      required = true,
      paramLabel = "PATH",
      description = "The results of a run, their scores folder, or a file that score wrote.")
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

  @Option(
      names = "--contamination",
      paramLabel = "C",
      description = {
        "Share of the readings that should be flagged (default: as the model given by --name was",
        "trained to, else the share of all readings that is)."
      })
  private double contamination = Double.NaN;

  @Option(
      names = "--rate-windows",
      paramLabel = "N",
      description = "Windows of time to watch that share in (default: ${DEFAULT-VALUE}).")
  private int rateWindows = 24;

  @Option(
      names = "--max-rate-drift",
      paramLabel = "D",
      description = "Fail when a window's share is farther from it than this, e.g. 0.05.")
  private @Nullable Double maxRateDrift;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write a page of HTML with figures, curves and timelines.")
  private @Nullable Path report;

  @ArgGroup(exclusive = false)
  private @Nullable Boundary boundary;

  /** The model and features to draw the decision boundary for. */
  private static final class Boundary {
    @Option(
        names = "--registry",
        required = true,
        paramLabel = "DIR",
        description = "Where the model is that gave the scores.")
    private String registry = "";

    @Option(names = "--name", required = true, paramLabel = "M", description = "Of that model.")
    private String name = "";

    @Option(
        names = "--model-version",
        paramLabel = "V",
        description = "Its version (default: ${DEFAULT-VALUE}).")
    private String version = "champion";

    @Option(
        names = "--features",
        split = ",",
        paramLabel = "A,B",
        description = "Two numeric features to draw its decision boundary over.")
    private List<String> features = List.of();

    private Model model() throws IOException {
      return Registries.open(registry).load(name, version).model();
    }
  }

  @Override
  public Integer call() throws Exception {
    if (!Files.exists(scores)) {
      throw wrong("--scores must be the scores folder of a run, or a file, was " + scores);
    }
    Path folder = scores.resolve(Sinks.SCORES);
    if (Files.isDirectory(folder)) {
      scores = folder;
    }
    if (!Files.isReadable(labels)) {
      throw wrong("--labels must be a readable file, was " + labels);
    }
    if (skipRows < 0 || vusWindow < 0 || rateWindows < 1) {
      throw wrong("--skip-rows and --vus-window must not be negative, --rate-windows above 0");
    }
    LabelledScores read;
    DecisionSurface surface;
    double expected = contamination;
    try {
      read = LabelledScores.read(scores, labels, skipRows);
      Model model = boundary == null ? null : boundary.model();
      if (model != null
          && Double.isNaN(expected)
          && model.thresholdRule().method() == ThresholdRule.Method.CONTAMINATION) {
        expected = model.thresholdRule().value();
      }
      surface = surface(model);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    List<LabelledSeries> series = read.series();
    if (series.stream().allMatch(s -> s.rows() == 0)) {
      throw wrong("--scores must hold scored readings, none are left in " + scores);
    }
    if (!read.unknown().isEmpty()) {
      command
          .commandLine()
          .getErr()
          .println(
              "no scores of labelled sensors: "
                  + LabelledScores.listed(read.unknown())
                  + "; their labels are not counted");
    }
    RateStability stability = RateStability.of(series, rateWindows, expected);
    Map<String, Number> figures = measure(series);
    figures.put("flagged_share", stability.rate());
    figures.put("flagged_share_drift", stability.drift());
    if (report != null) {
      EvaluationReport page =
          new EvaluationReport(
              "Evaluation of " + scores,
              facts(figures),
              figures,
              series,
              read.threshold(),
              stability,
              surface);
      Files.writeString(report, page.html());
    }
    print(figures);
    if (maxRateDrift != null && !stability.isStable(maxRateDrift)) {
      command
          .commandLine()
          .getErr()
          .printf(
              Locale.ROOT,
              "anomaly rate must stay within %.4f of %.4f, was %.4f away in a window of time%n",
              maxRateDrift,
              stability.expected(),
              stability.drift());
      return 1;
    }
    return 0;
  }

  private @Nullable DecisionSurface surface(@Nullable Model model) {
    if (boundary == null || model == null || boundary.features.isEmpty()) {
      return null;
    }
    if (boundary.features.size() != 2) {
      throw new IllegalArgumentException(
          "--features must be two, separated by a comma, was " + boundary.features);
    }
    return DecisionSurface.of(
        model, boundary.features.get(0), boundary.features.get(1), SURFACE_COLUMNS, SURFACE_ROWS);
  }

  private List<String> facts(Map<String, Number> figures) {
    List<String> facts = new ArrayList<>();
    for (String name : List.of("readings", "sensors", "events")) {
      facts.add(String.format(Locale.ROOT, "%,d %s", figures.getOrDefault(name, 0), name));
    }
    facts.add("labels: " + labels.getFileName());
    if (boundary != null) {
      facts.add("model: " + boundary.name + " " + boundary.version);
    }
    return facts;
  }

  private Map<String, Number> measure(List<LabelledSeries> series) {
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("sensors", series.size());
    figures.put("readings", series.stream().mapToLong(LabelledSeries::rows).sum());
    List<RankMetrics> ranks =
        series.stream().map(s -> RankMetrics.of(s.scores(), s.labels())).toList();
    figures.put("roc_auc", mean(ranks, RankMetrics::rocAuc));
    figures.put("average_precision", mean(ranks, RankMetrics::averagePrecision));
    figures.put("best_f1", mean(ranks, RankMetrics::bestF1));
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

  private static <T> double mean(List<T> sensors, ToDoubleFunction<T> metric) {
    return sensors.stream()
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
        (name, value) -> {
          boolean share = value instanceof Double;
          String format = share ? Double.isNaN(value.doubleValue()) ? "-" : "%.4f" : "%,d";
          out.printf(Locale.ROOT, "%-24s " + format + "%n", name, value);
        });
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
