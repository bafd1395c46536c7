// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.ColumnStatistics;

/**
 * A small neural network that learns to reproduce rows through a layer narrower than they are: rows
 * that it cannot reproduce do not follow the pattern of the training rows.
 *
 * <p>The raw score is the mean squared reconstruction error over the features, each in units of its
 * robust spread; 0 or more, higher = more anomalous. The hidden layer is hyperbolic tangent, the
 * output linear.
 *
 * <p>Source: Sakurada, Yairi, "Anomaly detection using autoencoders with nonlinear dimensionality
 * reduction", MLSDA 2014; Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015.
 * Training ends early when the error has not fallen by a ten-thousandth for 10 epochs. It uses at
 * most 10,000 rows, fewer where rows are long; values beyond 10 units count as 10 while learning.
 *
 * @param epochs most passes over the training rows, 1 to 10000, default 100
 * @param batchSize rows of one step, 1 to 4096, default 32
 * @param hidden width of the hidden layer, 1 to 256, or 0 for half the number of features, from 2
 *     to 64
 * @param learningRate of Adam, 1e-6 to 1, default 0.001
 */
public record Autoencoder(int epochs, int batchSize, int hidden, double learningRate)
    implements Detector {
  public static final String NAME = "autoencoder";
  static final int MAX_HIDDEN = 256;

  /** Units beyond which a value counts as this far for the network. */
  static final double FARTHEST = 10;

  private static final int MAX_ROWS = 10_000;
  private static final double MAX_WORK = 1 << 24;

  public Autoencoder {
    Parameters.checked("epochs", epochs, 1, 10_000);
    Parameters.checked("batch_size", batchSize, 1, 4_096);
    Parameters.checked("hidden_layer_size", hidden, 0, MAX_HIDDEN);
    Parameters.checked("learning_rate", learningRate, 1e-6, 1.0);
  }

  /** 100 epochs in batches of 32, hidden layer of half the features. */
  public Autoencoder() {
    this(100, 32, 0, 0.001);
  }

  static Autoencoder of(Parameters parameters) {
    parameters.only(NAME, "epochs", "batch_size", "hidden_layer_size", "learning_rate");
    return new Autoencoder(
        parameters.integer("epochs", 100),
        parameters.integer("batch_size", 32),
        parameters.integerOrAuto("hidden_layer_size", 0),
        parameters.number("learning_rate", 0.001));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    double[][] columns = Detectors.columns(rows);
    int dimension = columns.length;
    double[] centers = new double[dimension];
    double[] units = new double[dimension];
    for (int feature = 0; feature < dimension; feature++) {
      ColumnStatistics statistics = ColumnStatistics.of(columns[feature]);
      centers[feature] = statistics.median();
      units[feature] = Math.max(statistics.robustUnit(), 1e-100);
    }
    int width = hidden > 0 ? hidden : Math.max(2, Math.min(dimension / 2, 64));
    SplitMix random = new SplitMix(seed);
    FittedAutoencoder network =
        new FittedAutoencoder(centers, units, width, new double[size(dimension, width)]);
    int affordable = (int) Math.max(256, MAX_WORK / ((double) dimension * width));
    double[][] sample = ReferenceRows.sample(rows, Math.min(MAX_ROWS, affordable), random);
    double[][] inputs = new double[sample.length][dimension];
    for (int i = 0; i < sample.length; i++) {
      network.inputs(sample[i], inputs[i]);
    }
    new Backpropagation(network, inputs, random).train(epochs, batchSize, learningRate);
    return network;
  }

  /** How many weights a network has. */
  static int size(int dimension, int width) {
    return width * (dimension + 1) + dimension * (width + 1);
  }
}
