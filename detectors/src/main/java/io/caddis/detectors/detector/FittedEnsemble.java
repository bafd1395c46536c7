// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The members of an {@link Ensemble}, in its order, and what their raw scores mean. */
record FittedEnsemble(List<FittedDetector> members, List<TailScale> scales)
    implements FittedDetector {
  @Override
  public String name() {
    return Ensemble.NAME;
  }

  @Override
  public int dimension() {
    return members.get(0).dimension();
  }

  @Override
  public double rawScore(double[] row) {
    double sum = 0;
    for (int i = 0; i < members.size(); i++) {
      sum += scales.get(i).rarity(members.get(i).rawScore(row));
    }
    return Detectors.bounded(sum / members.size());
  }

  /** Those of the members, each with the weight of its own rarity. */
  @Override
  public double[] contributions(double[] row, Baseline baseline) {
    double[] sums = new double[baseline.features()];
    for (int i = 0; i < members.size(); i++) {
      double rarity = scales.get(i).rarity(members.get(i).rawScore(row));
      double[] shares = members.get(i).contributions(row, baseline);
      double sum = Arrays.stream(shares).sum();
      for (int feature = 0; feature < sums.length && sum > 0; feature++) {
        sums[feature] += rarity * (shares[feature] / sum);
      }
    }
    return sums;
  }

  /** What the covariance says. */
  @Override
  public double expected(double[] row, int column) {
    return members.get(1).expected(row, column);
  }

  @Override
  public void write(PayloadWriter out) {
    for (int i = 0; i < members.size(); i++) {
      members.get(i).write(out);
      scales.get(i).write(out);
    }
  }

  static FittedEnsemble read(int dimension, PayloadReader in) {
    List<FittedDetector> members = new ArrayList<>();
    List<TailScale> scales = new ArrayList<>();
    for (String name : List.of(IsolationForest.NAME, Mcd.NAME, Knn.NAME)) {
      members.add(Detectors.read(name, dimension, in));
      scales.add(TailScale.read(in));
    }
    return new FittedEnsemble(List.copyOf(members), List.copyOf(scales));
  }
}
