// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * Robust covariance: the Mahalanobis distance from the most compact part of the training rows, the
 * minimum covariance determinant.
 *
 * <p>The raw score is the distance in standard deviations along the direction of the row, 0 or
 * more, higher = more anomalous; scaled so that its median on the training rows is that of Gaussian
 * data. It sees what no single feature shows: values that are usual each but not together.
 *
 * <p>Source: Rousseeuw, Van Driessen, "A fast algorithm for the minimum covariance determinant
 * estimator", Technometrics 1999. Deviations: a ridge of a ten-thousandth of each feature's robust
 * variance keeps the covariance regular; no reweighting step; with more than 512 features
 * covariances between features are taken as 0.
 *
 * @param supportFraction share of the rows that the covariance is taken from, 0.5 to 1, default
 *     0.75
 */
public record Mcd(double supportFraction) implements Detector {
  public static final String NAME = "mcd";

  /** Most features whose covariances are used. */
  static final int MAX_CORRELATED = 512;

  public Mcd {
    Parameters.checked("support_fraction", supportFraction, 0.5, 1.0);
  }

  /** Three quarters of the rows. */
  public Mcd() {
    this(0.75);
  }

  static Mcd of(Parameters parameters) {
    return new Mcd(parameters.only(NAME, "support_fraction").number("support_fraction", 0.75));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedMcd fit(double[][] rows, long seed) {
    return new CompactSubset(Detectors.checked(rows), supportFraction, new SplitMix(seed)).fit();
  }
}
