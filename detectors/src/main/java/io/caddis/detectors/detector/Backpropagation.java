// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;

/**
 * Trains the weights of a {@link FittedAutoencoder} in place, by Adam on batches in random order.
 *
 * <p>Not thread-safe; used once, before the network is handed on.
 */
final class Backpropagation {
  private static final double MEAN_DECAY = 0.9;
  private static final double SQUARE_DECAY = 0.999;
  private static final double TOLERANCE = 1e-4;
  private static final int PATIENCE = 10;

  private final FittedAutoencoder network;
  private final double[][] inputs;
  private final SplitMix random;
  private final int dimension;
  private final double[] weights;
  private final double[] gradient;
  private final double[] means;
  private final double[] squares;
  private double meanWeight = 1;
  private double squareWeight = 1;

  Backpropagation(FittedAutoencoder network, double[][] inputs, SplitMix random) {
    this.network = network;
    this.inputs = inputs;
    this.random = random;
    this.dimension = network.dimension();
    this.weights = network.weights();
    this.gradient = new double[weights.length];
    this.means = new double[weights.length];
    this.squares = new double[weights.length];
  }

  /** Gradient of half the squared error, summed over the last batch. */
  double[] gradient() {
    return gradient;
  }

  void train(int epochs, int batchSize, double rate) {
    double reach = Math.sqrt(6.0 / (dimension + network.width()));
    Arrays.setAll(weights, i -> isBias(i) ? 0 : (2 * random.unit() - 1) * reach);
    double least = Double.POSITIVE_INFINITY;
    int patience = PATIENCE;
    for (int epoch = 0; epoch < epochs && patience > 0; epoch++) {
      shuffle();
      double loss = 0;
      for (int from = 0; from < inputs.length; from += batchSize) {
        int to = Math.min(from + batchSize, inputs.length);
        Arrays.fill(gradient, 0);
        for (int i = from; i < to; i++) {
          loss += backward(inputs[i]);
        }
        step(rate, to - from);
      }
      loss /= 2.0 * dimension * inputs.length;
      patience = loss > least - TOLERANCE ? patience - 1 : PATIENCE;
      least = Math.min(loss, least);
    }
  }

  /** Biases start at 0: a network that only ever sees 0 then reproduces it. */
  private boolean isBias(int weight) {
    int width = network.width();
    int outputs = width * (dimension + 1);
    return weight < outputs ? weight % (dimension + 1) == 0 : (weight - outputs) % (width + 1) == 0;
  }

  private void shuffle() {
    for (int i = inputs.length - 1; i > 0; i--) {
      int pick = random.below(i + 1);
      double[] row = inputs[pick];
      inputs[pick] = inputs[i];
      inputs[i] = row;
    }
  }

  /** Adds the gradient of one row; returns its summed squared error. */
  private double backward(double[] input) {
    int width = network.width();
    double[] hidden = new double[width];
    double[] output = new double[dimension];
    network.forward(input, hidden, output);
    double[] back = new double[width];
    double squared = 0;
    int at = width * (dimension + 1);
    for (int i = 0; i < dimension; i++) {
      double error = output[i] - input[i];
      squared += error * error;
      gradient[at++] += error;
      for (int j = 0; j < width; j++) {
        back[j] += error * weights[at];
        gradient[at++] += error * hidden[j];
      }
    }
    at = 0;
    for (int j = 0; j < width; j++) {
      double error = back[j] * (1 - hidden[j] * hidden[j]);
      gradient[at++] += error;
      for (int i = 0; i < dimension; i++) {
        gradient[at++] += error * input[i];
      }
    }
    return squared;
  }

  private void step(double rate, int rows) {
    meanWeight *= MEAN_DECAY;
    squareWeight *= SQUARE_DECAY;
    double scale = rate * Math.sqrt(1 - squareWeight) / (1 - meanWeight);
    for (int i = 0; i < weights.length; i++) {
      double slope = gradient[i] / rows;
      means[i] = MEAN_DECAY * means[i] + (1 - MEAN_DECAY) * slope;
      squares[i] = SQUARE_DECAY * squares[i] + (1 - SQUARE_DECAY) * slope * slope;
      weights[i] -= scale * means[i] / (Math.sqrt(squares[i]) + 1e-8);
    }
  }
}
