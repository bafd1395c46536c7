// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Every JMH benchmark runs once, tiny. */
class BenchmarksTest {
  @Test
  void everyBenchmarkRuns() throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include("io\\.caddis\\.benchmarks\\..*")
                    .param("trees", "8")
                    .param("sampleSize", "16")
                    .param("features", "3")
                    .param("trainRows", "200")
                    .param("testRows", "50")
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(5))
                    .shouldFailOnError(true)
                    .build())
            .run();
    Set<String> ran =
        results.stream()
            .map(result -> result.getParams().getBenchmark())
            .map(name -> name.substring("io.caddis.benchmarks.".length()))
            .collect(Collectors.toSet());
    assertThat(ran)
        .containsExactlyInAnyOrder(
            "ForestFitBenchmark.caddis",
            "ForestFitBenchmark.smile",
            "ForestScoreBenchmark.caddis",
            "ForestScoreBenchmark.smile",
            "ModelCodecBenchmark.decode",
            "ModelCodecBenchmark.encode",
            "ModelScoreBenchmark.score");
  }
}
