// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.evaluation.DecisionSurface;
import io.caddis.detectors.evaluation.LabelledSeries;
import io.caddis.detectors.evaluation.RateStability;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EvaluationReportTest {
  private static LabelledSeries series(String key, int rows) {
    long[] times = new long[rows];
    double[] scores = new double[rows];
    boolean[] flags = new boolean[rows];
    boolean[] labels = new boolean[rows];
    for (int i = 0; i < rows; i++) {
      times[i] = 1_767_225_600_000L + 60_000L * i;
      labels[i] = i % 50 > 44;
      flags[i] = i % 50 > 46 || i == 10;
      scores[i] = flags[i] ? 0.8 : 0.2 + i % 7 / 50.0;
    }
    return new LabelledSeries(key, times, scores, flags, labels);
  }

  private static String page(List<LabelledSeries> series, DecisionSurface surface) {
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("readings", 1234);
    figures.put("roc_auc", 0.91234);
    figures.put("vus_pr", Double.NaN);
    return new EvaluationReport(
            "Run <1> & more",
            List.of("a fact"),
            figures,
            series,
            0.5,
            RateStability.of(series, 10, 0.05),
            surface)
        .html();
  }

  @Test
  void thePageNeedsNothingElse() {
    String page = page(List.of(series("pump", 300)), null);

    assertThat(page)
        .startsWith("<!doctype html>")
        .contains("prefers-color-scheme: dark", "<html lang=\"en\">", "0.9123", "1,234")
        .doesNotContain("<script", "http", "url(", "@import", "src=", "href=", "NaN", "Infinity");
  }

  @Test
  void namesFromTheDataCannotBreakThePage() {
    String page = page(List.of(series("<img src=x onerror='a'>\"&", 100)), null);

    assertThat(page)
        .contains("&lt;img src=x onerror=&#39;a&#39;&gt;&quot;&amp;", "Run &lt;1&gt; &amp; more")
        .doesNotContain("<img");
  }

  @Test
  void everyElementThatIsOpenedIsClosed() {
    DecisionSurface surface =
        new DecisionSurface(
            "x",
            "y",
            new double[] {0, 1},
            new double[] {0, 1},
            new double[][] {{0, 1}, {1, 1}},
            0.5);
    String page = page(List.of(series("a", 200), series("b", 1)), surface);

    List<String> open = new ArrayList<>();
    for (MatchResult tag :
        Pattern.compile("<(/?)([a-z0-9]+)[^>]*?(/?)>").matcher(page).results().toList()) {
      if (tag.group(2).equals("meta") || !tag.group(3).isEmpty()) {
        continue;
      }
      if (tag.group(1).isEmpty()) {
        open.add(tag.group(2));
      } else {
        assertThat(open.remove(open.size() - 1)).isEqualTo(tag.group(2));
      }
    }
    assertThat(open).isEmpty();
    assertThat(page).contains("Decision boundary: x and y", "class=\"boundary\" d=\"M");
  }

  @Test
  void everyDrawingHasANameForThoseWhoDoNotSeeIt() {
    String page = page(List.of(series("pump", 300)), null);

    assertThat(page.split("<svg ", -1)).hasSize(6);
    assertThat(page.split("<svg viewBox=\"[^\"]+\" role=\"img\" aria-label=\"[^\"]+", -1))
        .hasSize(6);
  }

  @Test
  void manySensorsAndReadingsDoNotMakeItHuge() {
    List<LabelledSeries> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(series("s" + i, 3000));
    }

    String page = page(many, null);
    assertThat(page).contains("The 60 sensors of 100").hasSizeLessThan(3_000_000);
  }

  @Test
  void ticksAreRoundNumbers() {
    assertThat(new Axis(0, 1, 0, 1).ticks(5))
        .extracting(Axis.Tick::label)
        .containsExactly("0.0", "0.2", "0.4", "0.6", "0.8", "1.0");
    assertThat(new Axis(-130, 310, 0, 1).ticks(5))
        .extracting(Axis.Tick::label)
        .containsExactly("-100", "0", "100", "200", "300");
    assertThat(new Axis(4, 4, 0, 1).ticks(5)).hasSize(1);
  }
}
