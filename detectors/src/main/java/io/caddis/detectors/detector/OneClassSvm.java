// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One-class support vector machine with a Gaussian kernel: a smooth boundary around all but a share
 * of the training rows.
 *
 * <p>The raw score is the distance below the boundary in the kernel's feature space: 0 on it,
 * higher = more anomalous; scikit-learn's {@code decision_function} with the opposite sign. Far
 * from all training rows it levels off, so that far and very far rows score alike.
 *
 * <p>Source: Schölkopf et al., "Estimating the support of a high-dimensional distribution", Neural
 * Computation 2001; Fan, Chen, Lin, "Working set selection using second order information", JMLR
 * 2005. Deviation: fitted on a sample of the training rows.
 *
 * @param nu share of the training rows left outside, 0.001 to 1, or 0 for the share that is
 *     {@linkplain #expecting expected} to be anomalous, 0.5 when none is
 * @param gamma factor of the squared distance in the kernel, 1e-12 to 1e12, or 0 for {@code scale}:
 *     1 / (features * variance of all values)
 * @param maxSamples 2 to 2000 rows, default 2000; fewer when a row has more than 1,024 features
 */
public record OneClassSvm(double nu, double gamma, int maxSamples) implements Detector {
  public static final String NAME = "one_class_svm";
  private static final double LEAST_NU = 0.001;

  public OneClassSvm {
    if (nu != 0) {
      Parameters.checked("nu", nu, LEAST_NU, 1.0);
    }
    if (gamma != 0) {
      Parameters.checked("gamma", gamma, 1e-12, 1e12);
    }
    Parameters.checked("max_samples", maxSamples, 2, 2_000);
  }

  /** nu as expected, gamma by scale, 2,000 rows. */
  public OneClassSvm() {
    this(0, 0, 2_000);
  }

  static OneClassSvm of(Parameters parameters) {
    parameters.only(NAME, "nu", "gamma", "max_samples");
    boolean scale = parameters.text("gamma", "scale").equals("scale");
    return new OneClassSvm(
        parameters.text("nu", "auto").equals("auto") ? 0 : givenNu(parameters),
        scale ? 0 : parameters.number("gamma", 1),
        parameters.integer("max_samples", 2_000));
  }

  private static double givenNu(Parameters parameters) {
    return Parameters.checked("nu", parameters.number("nu", 0.5), LEAST_NU, 1.0);
  }

  @Override
  public Detector expecting(double contamination) {
    double share = Math.max(LEAST_NU, Math.min(contamination, 1));
    return nu == 0 ? new OneClassSvm(share, gamma, maxSamples) : this;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    double[][] sample =
        ReferenceRows.sample(Detectors.checked(rows), maxSamples, new SplitMix(seed));
    double factor = gamma == 0 ? scale(sample) : gamma;
    SupportVectors solver = new SupportVectors(sample, factor, nu == 0 ? 0.5 : nu);
    double boundary = solver.solve();
    double[] weights = solver.weights();
    int[] support = IntStream.range(0, sample.length).filter(i -> weights[i] > 0).toArray();
    return new FittedOneClassSvm(
        ReferenceRows.of(Arrays.stream(support).mapToObj(i -> sample[i]).toArray(double[][]::new)),
        Arrays.stream(support).mapToDouble(i -> weights[i]).toArray(),
        factor,
        boundary);
  }

  private static double scale(double[][] rows) {
    double mean = 0;
    double squares = 0;
    long count = 0;
    for (double[] row : rows) {
      for (double value : row) {
        count++;
        double before = value - mean;
        mean += before / count;
        squares += before * (value - mean);
      }
    }
    double variance = squares / count;
    double gamma = variance > 0 ? 1 / (rows[0].length * variance) : 1;
    return Math.max(1e-300, Math.min(gamma, 1e300));
  }
}
