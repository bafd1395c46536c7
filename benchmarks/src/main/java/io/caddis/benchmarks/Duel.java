// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Rates of both sides in each turn that counts.
 *
 * @param ours units a second of CPU time
 * @param peer the peer's
 * @param ratios of ours to the peer's within the turn
 */
record Duel(Figures ours, Figures peer, Figures ratios) {
  /** Turns of a case that takes long, as a share of the others'. */
  private static final int SLOW_SHARE = 5;

  private static final int LEAST_TURNS = 3;

  /** Of rates in the same turns. */
  static Duel of(List<Double> ours, List<Double> peer) {
    List<Double> ratios = new ArrayList<>();
    for (int turn = 0; turn < ours.size(); turn++) {
      ratios.add(ours.get(turn) / peer.get(turn));
    }
    return new Duel(Figures.of(ours), Figures.of(peer), Figures.of(ratios));
  }

  /** Runs a case in a JVM of its own. */
  static Duel run(
      KernelCase kernel, Workload workload, int turns, int warmUpTurns, int millis, String python)
      throws RunnerException {
    int counting =
        kernel.slow() ? Math.max(Math.min(turns, LEAST_TURNS), turns / SLOW_SHARE) : turns;
    int warming = kernel.slow() ? Math.min(warmUpTurns, 1) : warmUpTurns;
    Options options =
        new OptionsBuilder()
            .include(TurnsBenchmark.class.getName() + ".turn")
            .param("kernel", kernel.name())
            .param("peer", kernel.peer())
            .param("trees", Integer.toString(workload.trees()))
            .param("sampleSize", Integer.toString(workload.sampleSize()))
            .param("features", Integer.toString(workload.features()))
            .param("trainRows", Integer.toString(workload.trainRows()))
            .param("testRows", Integer.toString(workload.testRows()))
            .param("turnMillis", Integer.toString(millis))
            .param("python", python)
            .forks(1)
            // One thread: no threads of the collector, none of the common pool.
            .jvmArgs(
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=0")
            .warmupIterations(2 * warming)
            .warmupTime(TimeValue.milliseconds(millis))
            .measurementIterations(2 * counting)
            .measurementTime(TimeValue.milliseconds(millis))
            .timeout(TimeValue.minutes(2))
            .shouldFailOnError(true)
            .build();
    var silent = OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT);
    RunResult result = new Runner(options, silent).runSingle();
    List<Double> ours = new ArrayList<>();
    List<Double> peer = new ArrayList<>();
    for (BenchmarkResult fork : result.getBenchmarkResults()) {
      for (IterationResult iteration : fork.getIterationResults()) {
        if (count(iteration, "ourUnits") > 0) {
          ours.add(count(iteration, "ourUnits") * 1e9 / count(iteration, "ourNanos"));
        } else {
          peer.add(count(iteration, "peerUnits") * 1e9 / count(iteration, "peerNanos"));
        }
      }
    }
    return of(ours, peer);
  }

  private static double count(IterationResult iteration, String name) {
    return Objects.requireNonNull(iteration.getSecondaryResults().get(name), name).getScore();
  }
}
