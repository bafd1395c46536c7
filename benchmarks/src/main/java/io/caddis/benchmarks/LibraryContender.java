// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.Supplier;

/** A library in this process, on this thread; its CPU time is this thread's. */
final class LibraryContender implements Contender {
  /** Of the model that is scored with. */
  static final long SEED = 42;

  /** Rows between two looks at the clock. */
  private static final int ROWS = 500;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final double[][] rows;
  private final long units;
  private final Supplier<Object> operation;
  private int next;
  private long seed = SEED;

  LibraryContender(Engine engine, KernelCase kernel, Workload workload) {
    double[][] training = workload.training(kernel);
    this.rows = workload.test(kernel);
    switch (kernel.verb()) {
      case FIT -> {
        units = 1;
        operation = () -> engine.fit(training, seed++);
      }
      case FIT_BATCH -> {
        units = 1;
        operation = () -> engine.fitBatch(training, seed++);
      }
      case BATCH -> {
        Engine.Fitted fitted = engine.fit(training, SEED);
        units = rows.length;
        operation = () -> fitted.batch(rows);
      }
      case SCORE -> {
        Engine.Fitted fitted = engine.fit(training, SEED);
        units = ROWS;
        operation = () -> score(fitted);
      }
      case UPDATE -> {
        Engine.Fitted fitted = engine.fit(training, SEED);
        units = ROWS;
        operation = () -> update(fitted);
      }
      default -> throw new IllegalArgumentException(kernel.name() + " takes no time");
    }
  }

  @Override
  public Work work() {
    long start = THREADS.getCurrentThreadCpuTime();
    Object result = operation.get();
    return new Work(units, THREADS.getCurrentThreadCpuTime() - start, result);
  }

  private double score(Engine.Fitted fitted) {
    double sum = 0;
    for (int i = 0; i < ROWS; i++) {
      sum += fitted.score(row());
    }
    return sum;
  }

  private Engine.Fitted update(Engine.Fitted fitted) {
    for (int i = 0; i < ROWS; i++) {
      fitted.update(row());
    }
    return fitted;
  }

  private double[] row() {
    next = next + 1 == rows.length ? 0 : next + 1;
    return rows[next];
  }

  @Override
  public void close() {}
}
