// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.browser.Chromium;
import io.caddis.browser.Page;
import io.caddis.gateway.feed.JobOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * How fast the dashboard is with a thousand sensors and a day of readings every five minutes. No
 * test, because it depends on the machine: {@code ./caddis bench dashboard}.
 */
class DashboardMeasurement {
  private static final int SENSORS = 1_000;
  private static final int MINUTES = 24 * 60;
  private static final int EVERY = 5;
  private static final int RUNS = 3;
  private static final int ALERTS_PER_SECOND = 50;
  private static final int LIVE_SECONDS = 10;
  private static final Instant START = Instant.parse("2026-02-01T00:00:00Z");

  /** When the first figures could be seen, before anything else of the page runs. */
  private static final String OBSERVER =
      """
      new MutationObserver((changes, observer) => {
        if (document.querySelector('.card .big')) {
          observer.disconnect();
          requestAnimationFrame(() => setTimeout(() => { window.firstFigures = performance.now(); }));
        }
      }).observe(document, { childList: true, subtree: true });""";

  @TempDir Path directory;

  @Test
  void measure() throws IOException {
    Path out = directory.resolve("out");
    JobOutput job = new JobOutput(out);
    write(job);
    try (TestGateway gateway =
            new TestGateway(
                TestGateway.options(directory.resolve("models")), TestGateway.alerts(out, null));
        Chromium chromium = Chromium.start(Chromium.program().orElseThrow())) {
      long begin = System.nanoTime();
      int lines = SENSORS * MINUTES / EVERY;
      while (gateway.get("/api/feed").json().path("lines").asInt() < lines) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
      say("feed: %,.0f scores/s", lines / seconds(begin));
      String url = "http://127.0.0.1:" + gateway.port() + "/dashboard";
      for (int run = 0; run < RUNS; run++) {
        Page page = chromium.newPage(1400, 1000);
        page.beforeScripts(OBSERVER);
        page.open(url);
        page.await("window.firstFigures");
        say(
            "overview: first paint %.0f ms, first figures %.0f ms, %.0f ms of processor, %.0f KB",
            page.eval("performance.getEntriesByName('first-contentful-paint')[0].startTime")
                .asDouble(),
            page.eval("window.firstFigures").asDouble(),
            1_000 * page.processorSeconds().getOrDefault("TaskDuration", 0.0),
            received(page));
      }
      for (int run = 0; run < RUNS; run++) {
        Page page = chromium.newPage(1400, 1000);
        page.open(url + "#/lanes?seconds=86400&limit=1000");
        page.await("performance.getEntriesByName('lanes').length > 0");
        JsonNode drawn =
            page.eval("Math.max(...performance.getEntriesByName('lanes').map((e) => e.duration))");
        JsonNode answered =
            page.eval(
                "performance.getEntriesByType('resource')"
                    + ".find((e) => e.name.includes('/api/lanes')).duration");
        say(
            "lanes of %,d x 24 h: answered in %.0f ms, drawn in %.1f ms, %.0f KB",
            SENSORS, answered.asDouble(), drawn.asDouble(), received(page));
      }
      live(job, chromium.newPage(1400, 1000), url);
    }
  }

  private static void live(JobOutput job, Page page, String url) throws IOException {
    page.open(url + "#/alerts");
    page.await("document.querySelector('.live.on')");
    page.eval(
        """
        (() => { window.frames = []; let last = performance.now();
          const frame = (now) => { window.frames.push(now - last); last = now; requestAnimationFrame(frame); };
          requestAnimationFrame(frame); })()""");
    Map<String, Double> before = page.processorSeconds();
    long begin = System.nanoTime();
    int files = LIVE_SECONDS * 5;
    for (int file = 0; file < files; file++) {
      List<String> alerts = new ArrayList<>();
      for (int i = 0; i < ALERTS_PER_SECOND / 5; i++) {
        alerts.add(
            JobOutput.alert(
                "live-" + file + "-" + i,
                0,
                "opened",
                "sensor-" + i,
                "high",
                START.plusSeconds(file)));
      }
      job.commit("alerts", "live-" + file + ".jsonl", alerts);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
    page.awaitText(files * ALERTS_PER_SECOND / 5 + " alerts");
    say(
        "live, %d alerts/s: %.0f frames/s, %.1f %% of frames later than 50 ms, the latest %.0f ms",
        ALERTS_PER_SECOND,
        page.eval("1000 * window.frames.length / window.frames.reduce((a, b) => a + b)").asDouble(),
        page.eval("100 * window.frames.filter((f) => f > 50).length / window.frames.length")
            .asDouble(),
        page.eval("Math.max(...window.frames)").asDouble());
    double elapsed = seconds(begin);
    double lists =
        page.eval(
                "performance.getEntriesByType('resource')"
                    + ".filter((e) => e.name.includes('/api/alerts')).length")
            .asDouble();
    Map<String, Double> after = page.processorSeconds();
    say("live: the list was drawn again %.1f times a second; each time, of processor:", lists / elapsed);
    for (String work :
        List.of("TaskDuration", "ScriptDuration", "RecalcStyleDuration", "LayoutDuration")) {
      double used = after.getOrDefault(work, 0.0) - before.getOrDefault(work, 0.0);
      say("  %-20s %.1f ms", work, 1_000 * used / lists);
    }
    assertThat(page.problems()).isEmpty();
  }

  private static double received(Page page) {
    return page.eval(
                "[...performance.getEntriesByType('resource'),"
                    + " ...performance.getEntriesByType('navigation')]"
                    + ".reduce((sum, e) => sum + e.transferSize, 0)")
            .asDouble()
        / 1_000;
  }

  private static void write(JobOutput job) throws IOException {
    Random random = new Random(3);
    for (int minute = 0; minute < MINUTES; minute += EVERY) {
      List<String> lines = new ArrayList<>(SENSORS);
      for (int sensor = 0; sensor < SENSORS; sensor++) {
        boolean anomaly = random.nextInt(500) == 0;
        lines.add(
            """
            {"timestamp":"%s","key":"sensor-%04d","score":%.3f,"is_anomaly":%s,"raw_score":1,\
            "threshold":0.5,"model_version":"v1","severity":"%s","event_id":"%016x-%x"}"""
                .formatted(
                    START.plusSeconds(minute * 60L),
                    sensor,
                    anomaly ? 0.5 + random.nextDouble() / 2 : random.nextDouble() / 2,
                    anomaly,
                    anomaly ? "high" : "low",
                    sensor,
                    minute));
      }
      job.commit("scores", "s-%04d.jsonl".formatted(minute), lines);
    }
  }

  private static double seconds(long beginNanos) {
    return (System.nanoTime() - beginNanos) / 1e9;
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, "MEASURED " + format + "%n", values);
  }
}
