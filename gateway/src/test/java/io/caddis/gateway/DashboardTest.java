// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.feed.JobOutput;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import tools.jackson.databind.JsonNode;

/** What people do on the dashboard. Screenshots are left in target/screenshots. */
class DashboardTest extends InBrowser {
  @Test
  void theOverviewShowsWhatWaitsAndWhere() {
    open("");
    settled();
    page.awaitText("Open, not acknowledged");
    page.await("document.querySelector('.names a')?.innerText === 'pump-03'");
    page.await("document.querySelector('.live.on')");
    screenshot("overview");

    // From the first look to the curve of the worst fault: two clicks.
    page.clickText("pump-03");
    page.awaitText("Anomalies in this range");
    page.click("aside ul button");
    page.awaitText("60.8");
    assertThat(page.eval("document.querySelector('aside table tbody th').innerText").asString())
        .isEqualTo("temperature");
    assertThat(page.problems()).isEmpty();
  }

  /** The canvas is there before its cells are. */
  private void awaitLanes() {
    page.await("performance.getEntriesByName('lanes').length > 0");
  }

  @Test
  void aCellOfTheLanesLeadsToTheSensorAtThatTime() {
    open("#/lanes?seconds=900");
    settled();
    awaitLanes();
    // The worst sensor is the first lane; the fault is 620 to 680 of 900 seconds in.
    int width = number("document.querySelector('canvas').getBoundingClientRect().width");
    page.clickAt("canvas", (int) (width * 650L / 900), 5);
    page.awaitText("Follow live");

    assertThat(page.eval("location.hash").asString())
        .startsWith("#/sensor/pump-03?")
        .contains("to=2026-02-01T11");
    page.awaitText("critical");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void theLanesCanBeReadAndUsedByKeyboard() {
    open("#/lanes?seconds=900");
    settled();
    awaitLanes();
    page.eval("document.querySelector('canvas').focus()");
    page.press("ArrowDown");
    page.awaitText("pump-04, ");
    page.press("ArrowUp");
    page.awaitText("pump-03, ");
    page.press("Enter");
    page.await("location.hash.startsWith('#/sensor/pump-03')");
    page.awaitText("Score");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void lanesAreColouredByTheWorstScore() {
    open("#/lanes?seconds=900");
    settled();
    awaitLanes();
    screenshot("lanes");
    String pixel =
        "((x, y) => { const c = document.querySelector('canvas'); return [...c.getContext('2d')"
            + ".getImageData(c.width * x, y, 1, 1).data].slice(0, 3).join(); })";
    String critical = "179,18,60";
    assertThat(page.eval(pixel + "(650 / 900, 5)").asString()).isEqualTo(critical);
    assertThat(page.eval(pixel + "(100 / 900, 5)").asString()).isNotEqualTo(critical);
  }

  @Test
  void theSensorPageShowsCurvesAndWhy() {
    open(SENSOR_PAGE);
    settled();
    page.awaitText("Why");
    page.awaitText("0000000000000005-26d");
    page.await("document.querySelectorAll('.uplot').length === 4");
    screenshot("sensor");
    assertThat(page.eval("document.querySelector('aside').innerText").asString())
        .contains("critical", "temperature", "flow");
    assertThat(
            page.eval("[...document.querySelectorAll('figcaption')].map((e) => e.innerText)")
                .toString())
        .contains("temperature", "vibration", "pressure");

    page.clickAt(".curve .u-over", 40, 40);
    page.awaitText("Not anomalous");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void alertsAreSortedGroupedAndJudged() {
    open("#/alerts");
    settled();
    page.awaitText("Incident");
    assertThat(page.eval("document.querySelector('.incident').innerText").asString())
        .contains("2 episodes of 2 sensors");
    assertThat(page.eval("document.querySelector('.triage tbody td a').innerText").asString())
        .isEqualTo("pump-03");
    screenshot("alerts");

    page.click("[aria-label='Acknowledge fan-02']");
    page.await("document.querySelector('[aria-label=\"Acknowledge fan-02\"][aria-pressed=true]')");
    page.click("[aria-label='False alarm of fan-02']");
    page.await(
        "document.querySelector('[aria-label=\"False alarm of fan-02\"][aria-pressed=true]')");
    JsonNode judged = gateway.get("/api/alerts/a3").json();
    assertThat(judged.at("/label/label").asString()).isEqualTo("false_alarm");
    assertThat(judged.has("acknowledged")).isTrue();
    page.click("[aria-label='Silence fan-02 for an hour']");
    page.awaitText("fan-02 until");
    page.click("[aria-label='End the silence of fan-02']");
    page.awaitText("None is in force");

    page.clickText("fan-02");
    page.awaitText("What was done");
    page.awaitText("std 7");
    screenshot("alert");
    assertThat(page.eval("document.querySelector('main').innerText").asString())
        .contains("acknowledge", "false alarm", "Mostly because of temperature");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void withoutGroupsWhatBeginsTogetherIsOneIncident() {
    open("#/alerts");
    settled();
    String incidents =
        """
        import('/dashboard/alerts.js').then(({ incidents }) => incidents([%s].map(([id, group, from, to]) =>
          ({ alert_id: id, key: id, group: group || id, start: new Date(from).toISOString(),
            end: new Date(to).toISOString() })))
          .map((one) => one.alerts.map((alert) => alert.alert_id).join('+')).join(' '))""";

    assertThat(
            page.eval(
                    incidents.formatted(
                        "['a','',0,90000],['b','',900,1000]," + "['c','',5000,6000]"))
                .asString())
        .isEqualTo("a+b c");
    assertThat(
            page.eval(
                    incidents.formatted(
                        "['c','g',80000,81000],['a','g',0,30000]," + "['b','h',0,30000]"))
                .asString())
        .isEqualTo("c+a b");
  }

  @Test
  void theUsualRangeIsOfUnsuspiciousReadingsBefore() {
    open("#/overview");
    settled();
    JsonNode bounds =
        page.eval(
            "import('/dashboard/charts.js').then(({ usualRange }) => usualRange("
                + "[1, 2, 1, 2, 1, 2, 1, 2, 99, 1], [-1, -1, -1, -1, -1, -1, -1, -1, 3, -1]))");

    assertThat(bounds.at("/0/7").isNull()).as("too little history").isTrue();
    // Median 1.5, median deviation 0.5, times 1.4826 and 4.
    assertThat(bounds.at("/1/8").asDouble()).isEqualTo(1.5 + 0.5 * 1.4826 * 4);
    assertThat(bounds.at("/0/9").asDouble()).isEqualTo(1.5 - 0.5 * 1.4826 * 4);
  }

  @Test
  void aVersionIsPromotedAfterAQuestion() throws IOException {
    String before =
        gateway.get("/api/registry/pumps_isolation_forest").json().path("champion").asString();
    open("#/models");
    settled();
    page.clickText("pumps_isolation_forest");
    page.awaitText("Where the boundary is");
    page.await("document.querySelector('.surface canvas')?.height > 0");
    screenshot("models");
    page.clickText("Promote");
    page.awaitText("the gateway and the running job score with it");
    screenshot("promote");
    page.click("dialog .primary");
    page.await("!document.querySelector('dialog')");
    page.awaitText("Roll back to " + before);
    page.awaitText("sent, no answer yet");

    JsonNode promoted = gateway.get("/api/registry/pumps_isolation_forest").json();
    assertThat(promoted.path("previous").asString()).isEqualTo(before);
    String applied =
        "{\"command\":\"%s\",\"state\":\"applied\",\"subtask\":%d,\"subtasks\":2,"
            + "\"effective_from\":\"2026-01-31T12:00:00Z\"}";
    String id = promoted.at("/commands/0/id").asString();
    new JobOutput(directory.resolve("out"))
        .commit(
            "control", "said.jsonl", List.of(applied.formatted(id, 0), applied.formatted(id, 1)));
    page.awaitText("applied 2/2");
    page.clickText("Roll back to");
    page.click("dialog .primary");
    page.await("!document.querySelector('dialog')");
    page.await("!document.body.innerText.includes('Roll back to %s')".formatted(before));
    assertThat(
            gateway.get("/api/registry/pumps_isolation_forest").json().path("champion").asString())
        .isEqualTo(before);
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void aChallengerIsShownBesideTheChampion() throws IOException {
    open("#/models");
    settled();
    page.awaitText("No challenger has scored readings");
    String tried =
        gateway
            .get("/api/registry/pumps_isolation_forest")
            .json()
            .at("/versions/0/version")
            .asString();
    // The first readings of pump-03, which are three seconds apart.
    String row =
        "{\"event_id\":\"0000000000000005-%x\",\"is_anomaly\":%s,\"model_version\":\"%s\"}";
    new JobOutput(directory.resolve("out"))
        .commit(
            "challenger",
            "c.jsonl",
            IntStream.range(0, 10).mapToObj(i -> row.formatted(3 * i, i < 5, tried)).toList());
    open("#/overview");
    settled();
    for (String hash : List.of("#/models", "#/models/pumps_isolation_forest")) {
      open(hash);
      settled();
      page.awaitText("The newest 10 readings that both scored");
      page.awaitText("challenger: " + tried);
      page.awaitText("they agree on 50.00 %");
    }
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void dataQualityCountsDeadLettersByReason() {
    open("#/quality");
    settled();
    page.awaitText("not_a_number");
    screenshot("quality");
    page.clickText("duplicate");
    page.awaitText("Newest dead letters: duplicate");
    page.await("document.querySelectorAll('.raw').length === 1");
    assertThat(page.eval("document.querySelector('main').innerText").asString())
        .contains("flow", "imputed", "flatline");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void aReadingIsTriedAndExplained() {
    open("#/try/pumps_isolation_forest");
    settled();
    page.awaitText("Score it");
    for (int field = 1; field <= 3; field++) {
      page.type(".inputs label:nth-child(%d) input".formatted(field), "400");
    }
    page.clickText("Score it");
    page.awaitText("Anomalous");
    page.await("document.querySelectorAll('aside table tbody tr').length === 3");
    screenshot("try");
    assertThat(page.eval("document.querySelector('aside').innerText").asString())
        .contains("temperature", "400");
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void liveAlertsComeWithoutAReload(TestInfo test) throws IOException {
    open("#/alerts?sensor=late-*");
    settled();
    page.awaitText("No alerts of this kind");
    page.await("document.querySelector('.live.on')");
    new JobOutput(directory.resolve("out"))
        .commit(
            "alerts",
            "later.jsonl",
            List.of(JobOutput.alert(test.getDisplayName(), 0, "opened", "late-1")));
    page.awaitText("late-1");
    assertThat(page.problems()).isEmpty();
  }
}
