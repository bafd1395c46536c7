// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.threshold;

/**
 * A generalized Pareto distribution of what exceeds a high level.
 *
 * <p>Fitted by the quasi-Bayesian estimator of Zhang and Stephens, "A New and Efficient Estimation
 * Method for the Generalized Pareto Distribution", Technometrics 51, 2009: no search that can fail
 * to converge, and small errors for tails from bounded to very heavy. The shape is then drawn
 * towards {@value #PRIOR_SHAPE}, so that a few dozen excesses do not give a tail that ends too
 * early. SPOT's paper searches the roots of the likelihood instead.
 *
 * @param shape below 0 for bounded tails, 0 for exponential ones, above 0 for heavy ones
 * @param scale above 0
 */
record ParetoTail(double shape, double scale) {
  private static final double PRIOR = 3;

  /** The shape is drawn to a somewhat heavy one, as if so many excesses more had shown it. */
  private static final double PRIOR_SHAPE = 0.2;

  private static final double PRIOR_EXCESSES = 10;
  private static final int LEAST_CANDIDATES = 30;

  /** Excesses that are smaller beside the largest would make it overflow. */
  private static final double SMALLEST = 1e-200;

  /**
   * @param sorted excesses, ascending, finite, above 0, at least two
   */
  static ParetoTail fit(double[] sorted) {
    int count = sorted.length;
    double largest = sorted[count - 1];
    int quarter = Math.max(0, (int) (count / 4.0 + 0.5) - 1);
    double quartile = Math.max(sorted[quarter], largest * SMALLEST);
    int candidates = LEAST_CANDIDATES + (int) Math.sqrt(count);
    double[] thetas = new double[candidates];
    double[] likelihoods = new double[candidates];
    double best = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < candidates; i++) {
      thetas[i] = 1 / largest + (1 - Math.sqrt(candidates / (i + 0.5))) / (PRIOR * quartile);
      double shape = shape(thetas[i], sorted);
      // its limit where theta, and with it the shape, is 0
      double ratio = shape == 0 ? 1 / mean(sorted) : -thetas[i] / shape;
      likelihoods[i] = count * (StrictMath.log(ratio) - shape - 1);
      best = Math.max(best, likelihoods[i]);
    }
    double weights = 0;
    double theta = 0;
    for (int i = 0; i < candidates; i++) {
      double weight = StrictMath.exp(likelihoods[i] - best);
      weights += weight;
      theta += weight * thetas[i];
    }
    theta /= weights;
    double shape = shape(theta, sorted);
    double scale = shape == 0 ? mean(sorted) : -shape / theta;
    double shrunk = (count * shape + PRIOR_EXCESSES * PRIOR_SHAPE) / (count + PRIOR_EXCESSES);
    return new ParetoTail(shrunk, scale);
  }

  private static double shape(double theta, double[] excesses) {
    double sum = 0;
    for (double excess : excesses) {
      sum += StrictMath.log1p(-theta * excess);
    }
    return sum / excesses.length;
  }

  private static double mean(double[] values) {
    double mean = 0;
    for (int i = 0; i < values.length; i++) {
      mean += (values[i] - mean) / (i + 1);
    }
    return mean;
  }

  /**
   * The excess that a share of the excesses exceeds.
   *
   * @param share above 0, at most 1
   */
  double excess(double share) {
    double log = -StrictMath.log(share);
    return Math.abs(shape * log) < 1e-9
        ? scale * log
        : scale * StrictMath.expm1(shape * log) / shape;
  }
}
