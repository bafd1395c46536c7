// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.detector.Detector;
import io.caddis.detectors.detector.FittedDetector;
import io.caddis.detectors.detector.PayloadWriter;
import io.caddis.detectors.detector.Updatable;
import org.jspecify.annotations.Nullable;

/** Ours, any detector. */
record CaddisEngine(Detector detector) implements Engine {
  @Override
  public Fitted fit(double[][] rows, long seed) {
    return new Learned(detector.fit(rows, seed));
  }

  private static final class Learned implements Fitted {
    private final FittedDetector fitted;
    private final Updatable.@Nullable Learner learner;

    Learned(FittedDetector fitted) {
      this.fitted = fitted;
      this.learner = fitted instanceof Updatable updatable ? updatable.learner() : null;
    }

    @Override
    public double score(double[] row) {
      return fitted.rawScore(row);
    }

    @Override
    public double[] batch(double[][] rows) {
      return fitted.rawScores(rows);
    }

    @Override
    public void update(double[] row) {
      if (learner == null) {
        throw new UnsupportedOperationException(fitted.name() + " does not learn row by row");
      }
      learner.update(row);
    }

    @Override
    public long bytes() {
      return written(fitted).length;
    }
  }

  /** The written form. */
  static byte[] written(FittedDetector fitted) {
    PayloadWriter out = new PayloadWriter();
    fitted.write(out);
    return out.toByteArray();
  }
}
