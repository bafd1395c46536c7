// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataOutput;
import java.io.IOException;

/** Lag-one autocorrelation of a number that comes again and again. */
final class Persistence {
  private double last;
  private double before;
  private double mean;
  private double variance;
  private double lagged;
  private double learned;

  /** Takes in the number. */
  void add(double value) {
    last = value;
  }

  /** -1 to 1, 0 before anything is learned. */
  double autocorrelation() {
    return variance > 0 ? Math.max(-1, Math.min(1, lagged / variance)) : 0;
  }

  /**
   * Learns the last number as usual.
   *
   * @param weight 0 not at all to 1 as any other
   * @param slowest how many numbers this one is at least weighed against
   */
  void learn(double weight, double slowest) {
    learned += weight;
    double rate = weight / Math.max(learned, slowest);
    if (rate <= 0) {
      return;
    }
    double difference = last - mean;
    lagged += rate * ((1 - rate) * difference * before - lagged);
    variance = (1 - rate) * (variance + rate * difference * difference);
    mean += rate * difference;
    before = difference;
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(last);
    out.writeDouble(before);
    out.writeDouble(mean);
    out.writeDouble(variance);
    out.writeDouble(lagged);
    out.writeDouble(learned);
  }

  void read(StateReader in) throws IOException {
    last = in.finite("distance");
    before = in.finite("difference of the distance");
    mean = in.finite("mean of the distance");
    variance = in.notNegative("variance of the distance");
    lagged = in.finite("lagged product of the distance");
    learned = in.notNegative("distances learned");
  }
}
