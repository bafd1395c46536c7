// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import io.caddis.detectors.stream.Whitening.Spectrum;
import java.io.DataOutput;
import java.io.IOException;

/** All features of a sensor, decorrelated in blocks of {@link SensorModel#MAX_FEATURES}. */
final class SensorBlocks {
  private final SensorModel[] blocks;
  private final int features;

  SensorBlocks(int features, Spectrum spectrum) {
    this.features = features;
    blocks = new SensorModel[(features + SensorModel.MAX_FEATURES - 1) / SensorModel.MAX_FEATURES];
    for (int b = 0; b < blocks.length; b++) {
      int left = features - b * SensorModel.MAX_FEATURES;
      blocks[b] = new SensorModel(Math.min(SensorModel.MAX_FEATURES, left), spectrum);
    }
  }

  boolean ready() {
    return blocks[0].ready();
  }

  /** {@link SensorModel#whiten} of all features; returns the sum of the squares. */
  double whiten(
      double[] values, double[] levels, Damping damping, double[] white, double[] scales) {
    for (int b = 0; b < blocks.length; b++) {
      blocks[b].look(values, levels, from(b));
    }
    return whitenAgain(damping, white, scales);
  }

  /** The same of the same reading with another damping. */
  double whitenAgain(Damping damping, double[] white, double[] scales) {
    double squares = 0;
    for (int b = 0; b < blocks.length; b++) {
      squares += blocks[b].whiten(damping, from(b), white, scales);
    }
    return squares;
  }

  /**
   * Logarithm of a squared distance, less what it is too large by because the correlations are
   * estimated from few readings (Hotelling).
   *
   * @param squares sum of the squares of the white values
   */
  double logDistance(double squares) {
    return StrictMath.log1p(squares * Math.max(0.5, 1 - features / blocks[0].learned()));
  }

  /** {@link SensorModel#learn} of all features. */
  boolean learn(double[] values, double[] levels, double weight, double slowest) {
    boolean joined = false;
    for (int b = 0; b < blocks.length; b++) {
      joined |= blocks[b].learn(values, levels, from(b), weight, slowest);
    }
    return joined;
  }

  void expect(
      double[] values, double[] levels, double[] white, double[] scales, double[] expected) {
    for (int b = 0; b < blocks.length; b++) {
      blocks[b].expect(values, levels, from(b), white, scales, expected);
    }
  }

  /** See {@link SensorModel#forget}. */
  void forget(double readings) {
    for (SensorModel block : blocks) {
      block.forget(readings);
    }
  }

  double mean(int feature) {
    return block(feature).mean(feature % SensorModel.MAX_FEATURES);
  }

  double variance(int feature) {
    return block(feature).variance(feature % SensorModel.MAX_FEATURES);
  }

  void rescale(int feature, double factor) {
    block(feature).rescale(feature % SensorModel.MAX_FEATURES, factor);
  }

  private SensorModel block(int feature) {
    return blocks[feature / SensorModel.MAX_FEATURES];
  }

  /** The largest lag-one autocorrelation of a feature. */
  double autocorrelation() {
    double largest = 0;
    for (SensorModel block : blocks) {
      largest = Math.max(largest, block.autocorrelation());
    }
    return largest;
  }

  private static int from(int block) {
    return block * SensorModel.MAX_FEATURES;
  }

  void write(DataOutput out) throws IOException {
    for (SensorModel block : blocks) {
      block.write(out);
    }
  }

  void read(StateReader in) throws IOException {
    for (SensorModel block : blocks) {
      block.read(in);
    }
  }
}
