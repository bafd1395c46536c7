// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.operators.OperatorMetrics;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules and panels ask for metrics that the operators have. */
class MonitoringRulesTest {
  private static final Pattern OPERATORS =
      Pattern.compile(
          "flink_taskmanager_job_task_operator_%s_([A-Za-z]+)".formatted(OperatorMetrics.GROUP));

  @ParameterizedTest
  @ValueSource(
      strings = {"../conf/prometheus/caddis.rules.yml", "../conf/grafana/dashboards/caddis.json"})
  void everyMetricThatIsAskedForIsThere(String file) throws IOException, IllegalAccessException {
    Set<String> known = new TreeSet<>();
    for (Field field : OperatorMetrics.class.getFields()) {
      if (field.getType() == String.class) {
        known.add((String) field.get(null));
      }
    }
    Set<String> asked = new TreeSet<>();
    Matcher matcher = OPERATORS.matcher(Files.readString(Path.of(file)));
    while (matcher.find()) {
      asked.add(matcher.group(1));
    }

    assertThat(asked).hasSizeGreaterThan(3).isSubsetOf(known);
  }

  @Test
  void everyAlertHasItsSectionOfTheRunbookAndLinksToIt() throws IOException {
    String rules = Files.readString(Path.of("../conf/prometheus/caddis.rules.yml"));
    String runbook = Files.readString(Path.of("../docs/runbook.md"));
    List<String> alerts = found("- alert: (\\w+)", rules);
    assertThat(alerts).hasSizeGreaterThan(5);
    assertThat(found("(?m)^## (Caddis\\w+)$", runbook)).isEqualTo(alerts);
    assertThat(found("runbook: 'docs/runbook.md#(\\w+)'", rules))
        .isEqualTo(alerts.stream().map(alert -> alert.toLowerCase(Locale.ROOT)).toList());
    for (String section : runbook.split("(?m)^## ")) {
      if (section.startsWith("Caddis")) {
        assertThat(section).contains("- **Cause**: ", "- **Check**: ", "- **Remedy**: ");
      }
    }
  }

  private static List<String> found(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(each -> each.group(1)).toList();
  }
}
