// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * Means and standard deviations of {@link ZScore}, with what it takes to learn more rows: how many
 * there were, and how far from the means.
 */
final class FittedZScore implements Updatable {
  private final FittedBands bands;
  private final double[] means;
  private final long rows;

  /** Sum of the squared distances from the mean, for each feature. */
  private final double[] squares;

  /** Arrays are kept. */
  FittedZScore(double[] means, double[] units, long rows, double[] squares) {
    this(new FittedBands(ZScore.NAME, means, means, units), rows, squares);
  }

  private FittedZScore(FittedBands bands, long rows, double[] squares) {
    this.bands = bands;
    this.means = bands.low();
    this.rows = rows;
    this.squares = squares;
  }

  @Override
  public String name() {
    return ZScore.NAME;
  }

  @Override
  public int dimension() {
    return means.length;
  }

  @Override
  public double rawScore(double[] row) {
    return bands.rawScore(row);
  }

  @Override
  public double[] contributions(double[] row, Baseline baseline) {
    return bands.contributions(row, baseline);
  }

  @Override
  public double expected(double[] row, int column) {
    return means[column];
  }

  @Override
  public void write(PayloadWriter out) {
    bands.write(out);
    out.i64(rows);
    for (double square : squares) {
      out.f64(square);
    }
  }

  /** Older models end with the bands: they score as they did, but cannot learn. */
  static FittedDetector read(int dimension, PayloadReader in) {
    FittedBands bands = FittedBands.read(ZScore.NAME, dimension, in);
    if (in.remaining() == 0) {
      return bands;
    }
    long rows = in.i64("rows");
    if (rows < 1) {
      throw new IllegalArgumentException("rows must be at least 1, was " + rows);
    }
    double[] squares = new double[dimension];
    for (int feature = 0; feature < dimension; feature++) {
      squares[feature] = in.finite("squared deviations");
      if (squares[feature] < 0) {
        throw new IllegalArgumentException(
            "squared deviations must be at least 0, was " + squares[feature]);
      }
    }
    return new FittedZScore(bands, rows, squares);
  }

  @Override
  public Learner learner() {
    return new Moments(means.clone(), rows, squares.clone());
  }

  /**
   * Welford, "Note on a method for calculating corrected sums of squares and products",
   * Technometrics 1962.
   */
  private static final class Moments implements Learner {
    private final double[] means;
    private long rows;
    private final double[] squares;

    Moments(double[] means, long rows, double[] squares) {
      this.means = means;
      this.rows = rows;
      this.squares = squares;
    }

    @Override
    public void update(double[] row) {
      rows++;
      for (int feature = 0; feature < means.length; feature++) {
        double distance = row[feature] - means[feature];
        means[feature] += distance / rows;
        double more = distance * (row[feature] - means[feature]);
        squares[feature] = Math.min(squares[feature] + more, Double.MAX_VALUE);
      }
    }

    @Override
    public double rawScore(double[] row) {
      return fitted().rawScore(row);
    }

    @Override
    public Updatable fitted() {
      double[] units = new double[means.length];
      for (int feature = 0; feature < units.length; feature++) {
        double deviation = Math.sqrt(squares[feature] / rows);
        units[feature] = deviation > 0 ? deviation : 1;
      }
      return new FittedZScore(means.clone(), units, rows, squares.clone());
    }
  }
}
