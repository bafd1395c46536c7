// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.benchmarks.Contender.Work;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Ours and a peer in turns: an iteration of one, an iteration of the other, the first of a turn the
 * last of the turn before. Two neighbouring iterations so see the machine in the same mood, whoever
 * else works on it. {@link Duel} sets the parameters and the iterations.
 */
@SuppressWarnings("NullAway.Init") // JMH sets the parameters, then calls the setup
@State(Scope.Thread)
public class TurnsBenchmark {
  @Param("isolation_forest.score")
  public String kernel;

  @Param("smile")
  public String peer;

  @Param("100")
  public int trees;

  @Param("256")
  public int sampleSize;

  @Param("16")
  public int features;

  @Param("10000")
  public int trainRows;

  @Param("20000")
  public int testRows;

  @Param("100")
  public int turnMillis;

  /** An interpreter that has scikit-learn. */
  @Param("python3")
  public String python;

  private Contender ours;
  private Contender theirs;
  private int iteration;
  private boolean oursNow;

  @Setup
  public void prepare() {
    KernelCase chosen = KernelCase.named(kernel, peer);
    Workload workload = new Workload(trees, sampleSize, features, trainRows, testRows);
    ours = Contenders.ours(chosen, workload);
    theirs = Contenders.peer(chosen, workload, python, turnMillis);
  }

  @Setup(Level.Iteration)
  public void changeSides() {
    // ours, theirs, theirs, ours, ours, theirs, ...
    oursNow = (iteration + 1) / 2 % 2 == 0;
    iteration++;
  }

  @TearDown
  public void close() {
    ours.close();
    theirs.close();
  }

  @Benchmark
  public Work turn(Tally tally) {
    Work work = (oursNow ? ours : theirs).work();
    if (oursNow) {
      tally.ourUnits += work.units();
      tally.ourNanos += work.cpuNanos();
    } else {
      tally.peerUnits += work.units();
      tally.peerNanos += work.cpuNanos();
    }
    return work;
  }

  /** What was done in an iteration; one of the sides has nothing. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Tally {
    public long ourUnits;
    public long ourNanos;
    public long peerUnits;
    public long peerNanos;
  }
}
