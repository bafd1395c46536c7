// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.model.Model;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a reading costs a scorer: encode, impute, scale, detector, score scale. */
@SuppressWarnings("NullAway.Init") // JMH sets the parameters, then calls the setup
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class ModelScoreBenchmark {
  private static final String[] NO_TEXTS = {};

  @Param({"zscore", "iqr", "isolation_forest"})
  public String detector;

  @Param({"4", "16"})
  public int features;

  @Param("10000")
  public int trainRows;

  @Param("20000")
  public int testRows;

  private double[][] rows;
  private Model model;
  private int next;

  @Setup
  public void fit() {
    rows = SyntheticRows.of(testRows, features, 2);
    model = BenchmarkModels.fit(detector, features, trainRows);
  }

  @Benchmark
  public double score() {
    next = next + 1 == rows.length ? 0 : next + 1;
    return model.score(model.rawScore(rows[next], NO_TEXTS));
  }
}
