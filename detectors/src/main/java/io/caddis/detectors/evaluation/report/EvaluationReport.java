// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation.report;

import io.caddis.detectors.evaluation.Curves;
import io.caddis.detectors.evaluation.DecisionMetrics;
import io.caddis.detectors.evaluation.DecisionSurface;
import io.caddis.detectors.evaluation.LabelledSeries;
import io.caddis.detectors.evaluation.RateStability;
import io.caddis.detectors.evaluation.WorstEvents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as one HTML page: figures, curves, distributions, timelines, the worst events, and
 * the decision boundary. It loads nothing, runs no script and follows the reader's light or dark
 * setting.
 *
 * @param title of the page
 * @param facts short statements about the run
 * @param figures what was measured, by name
 * @param series what it was measured on, at least one with a row
 * @param threshold score from which on readings were flagged
 * @param stability of the flags over time
 * @param surface the decision boundary, null to leave it out
 */
public record EvaluationReport(
    String title,
    List<String> facts,
    Map<String, Number> figures,
    List<LabelledSeries> series,
    double threshold,
    RateStability stability,
    @Nullable DecisionSurface surface) {
  private static final int MAX_TIMELINES = 60;
  private static final int WORST_OF_EACH_KIND = 10;

  /** The page. */
  public String html() {
    StringBuilder page = new StringBuilder(1 << 16);
    page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<title>")
        .append(Svg.escaped(title))
        .append("</title>\n<style>\n")
        .append(styles())
        .append("</style>\n</head>\n<body>\n<main>\n<h1>")
        .append(Svg.escaped(title))
        .append("</h1>\n<p class=\"facts\">")
        .append(Svg.escaped(String.join(" \u00b7 ", facts)))
        .append("</p>\n");
    tiles(page);
    curves(page);
    section(
        page,
        "Scores of normal and anomalous readings",
        "The less the two overlap, the better the detector tells them apart. "
            + "Each is drawn as a share of its own kind.",
        legend("normal:normal", "anomalous:anomalous", "threshold:threshold")
            + figure(Charts.histogram(series, threshold)));
    stability(page);
    timelines(page);
    worst(page);
    if (surface != null) {
      section(
          page,
          "Decision boundary: " + surface.first() + " and " + surface.second(),
          "Score of the model while all its other features stay at their training median. "
              + "Blue is normal, orange anomalous, stronger orange more so.",
          legend("boundary:where anomalous begins") + figure(BoundaryChart.of(surface)));
    }
    figures(page);
    return page.append("</main>\n</body>\n</html>\n").toString();
  }

  private void tiles(StringBuilder page) {
    page.append("<div class=\"tiles\">\n");
    tile(page, "roc_auc", "ROC-AUC, mean of sensors");
    tile(page, "average_precision", "average precision, mean of sensors");
    tile(page, "precision", "precision at the threshold");
    tile(page, "recall", "recall at the threshold");
    tile(page, "false_alarm_rate", "false-alarm rate");
    tile(page, "event_recall", "of the events detected");
    page.append("</div>\n");
  }

  private void tile(StringBuilder page, String name, String label) {
    Number value = figures.get(name);
    if (value != null) {
      page.append("<div class=\"tile\"><b>")
          .append(shown(value))
          .append("</b><span>")
          .append(label)
          .append("</span></div>\n");
    }
  }

  private void curves(StringBuilder page) {
    Curves curves = Curves.of(series);
    DecisionMetrics chosen = DecisionMetrics.of(series);
    page.append("<div class=\"pair\">\n");
    section(
        page,
        "ROC curve",
        "All sensors' readings together; the dot is the detector's own threshold.",
        figure(
            Charts.curve(
                "ROC curve: share of anomalous readings flagged, by share of normal ones flagged",
                "normal readings flagged",
                "anomalous readings flagged",
                curves.roc(),
                new Curves.Point(chosen.falseAlarmRate(), chosen.recall()),
                true)));
    section(
        page,
        "Precision and recall",
        "All sensors' readings together; the dot is the detector's own threshold.",
        figure(
            Charts.curve(
                "Precision-recall curve",
                "recall",
                "precision",
                curves.precisionRecall(),
                new Curves.Point(chosen.recall(), chosen.precision()),
                false)));
    page.append("</div>\n");
  }

  private void stability(StringBuilder page) {
    section(
        page,
        "Stability of the anomaly rate",
        String.format(
            Locale.ROOT,
            "%.2f %% of all readings are flagged, %.2f %% were expected; the window that is"
                + " farthest from that is %.2f points away.",
            100 * stability.rate(),
            100 * stability.expected(),
            100 * stability.drift()),
        legend("normal:flagged share of a window", "threshold:expected")
            + figure(Charts.rates(stability)));
  }

  private void timelines(StringBuilder page) {
    StringBuilder charts = new StringBuilder();
    List<LabelledSeries> worstFirst = new ArrayList<>(series);
    worstFirst.removeIf(s -> s.rows() == 0);
    int all = worstFirst.size();
    if (all > MAX_TIMELINES) {
      worstFirst.sort(Comparator.comparingLong(EvaluationReport::errors).reversed());
      worstFirst.subList(MAX_TIMELINES, all).clear();
    }
    for (LabelledSeries one : worstFirst) {
      charts
          .append("<div class=\"series\"><h3>")
          .append(Svg.escaped(one.key()))
          .append(String.format(Locale.ROOT, "<small>%,d readings</small></h3>\n", one.rows()))
          .append(Timeline.of(one, threshold))
          .append("</div>\n");
    }
    String which =
        all > MAX_TIMELINES
            ? "The " + MAX_TIMELINES + " sensors of " + all + " with the most wrong decisions. "
            : "";
    section(
        page,
        "Scores over time",
        which + "Times are UTC.",
        legend(
                "normal:score",
                "label:labelled anomalous",
                "threshold:threshold",
                "hit:flagged, rightly",
                "miss:flagged, false alarm")
            + charts);
  }

  private static long errors(LabelledSeries series) {
    DecisionMetrics metrics = DecisionMetrics.of(List.of(series));
    return metrics.falsePositives() + metrics.falseNegatives();
  }

  private void worst(StringBuilder page) {
    List<WorstEvents.Event> events = WorstEvents.of(series, WORST_OF_EACH_KIND);
    if (events.isEmpty()) {
      section(page, "Worst events", "No event was missed and no alarm was false.", "");
      return;
    }
    StringBuilder table =
        new StringBuilder(
            "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">what</th>"
                + "<th scope=\"col\">sensor</th><th scope=\"col\">from</th>"
                + "<th scope=\"col\">to</th><th scope=\"col\" class=\"number\">readings</th>"
                + "<th scope=\"col\" class=\"number\">highest score</th></tr></thead>\n<tbody>\n");
    for (WorstEvents.Event event : events) {
      table
          .append("<tr><th scope=\"row\">")
          .append(event.kind() == WorstEvents.Kind.MISSED ? "missed" : "false alarm")
          .append("</th><td>")
          .append(Svg.escaped(event.key()))
          .append("</td><td>")
          .append(Instant.ofEpochMilli(event.start()))
          .append("</td><td>")
          .append(Instant.ofEpochMilli(event.end()))
          .append(
              String.format(
                  Locale.ROOT,
                  "</td><td class=\"number\">%,d</td><td class=\"number\">%.3f</td></tr>\n",
                  event.readings(),
                  event.peak()));
    }
    section(
        page,
        "Worst events",
        "The longest events without a flagged reading, and the false alarms that scored highest.",
        table.append("</tbody></table></div>\n").toString());
  }

  private void figures(StringBuilder page) {
    StringBuilder table = new StringBuilder("<div class=\"scroll\"><table><tbody>\n");
    figures.forEach(
        (name, value) ->
            table
                .append("<tr><th scope=\"row\">")
                .append(Svg.escaped(name.replace('_', ' ')))
                .append("</th><td class=\"number\">")
                .append(shown(value))
                .append("</td><td class=\"meaning\">")
                .append(Svg.escaped(FigureNames.MEANINGS.getOrDefault(name, "")))
                .append("</td></tr>\n"));
    section(page, "All figures", "", table.append("</tbody></table></div>\n").toString());
  }

  private static String shown(@Nullable Number value) {
    if (value == null || Double.isNaN(value.doubleValue())) {
      return "\u2013";
    }
    return value instanceof Double
        ? String.format(Locale.ROOT, "%.4f", value.doubleValue())
        : String.format(Locale.ROOT, "%,d", value.longValue());
  }

  private static void section(StringBuilder page, String title, String note, String content) {
    page.append("<section>\n<h2>").append(Svg.escaped(title)).append("</h2>\n");
    if (!note.isBlank()) {
      page.append("<p class=\"note\">").append(Svg.escaped(note)).append("</p>\n");
    }
    page.append(content).append("\n</section>\n");
  }

  private static String figure(String svg) {
    return "<figure>" + svg + "</figure>";
  }

  /** A key to a drawing; each entry is a class of the style sheet, a colon and its meaning. */
  private static String legend(String... entries) {
    StringBuilder legend = new StringBuilder("<ul class=\"legend\">");
    for (String entry : entries) {
      String[] parts = entry.split(":", 2);
      legend
          .append("<li><i class=\"k-")
          .append(parts[0])
          .append("\"></i>")
          .append(parts[1])
          .append("</li>");
    }
    return legend.append("</ul>").toString();
  }

  private static String styles() {
    try (InputStream css = EvaluationReport.class.getResourceAsStream("report.css")) {
      return new String(
          Objects.requireNonNull(css, "report.css").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("the style sheet must be readable", e);
    }
  }
}
