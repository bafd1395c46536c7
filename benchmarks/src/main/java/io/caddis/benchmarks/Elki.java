// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import elki.data.NumberVector;
import elki.data.type.TypeUtil;
import elki.database.Database;
import elki.database.StaticArrayDatabase;
import elki.database.ids.DBIDIter;
import elki.database.relation.DoubleRelation;
import elki.database.relation.Relation;
import elki.datasource.ArrayAdapterDatabaseConnection;
import elki.distance.minkowski.EuclideanDistance;
import elki.outlier.density.IsolationForest;
import elki.outlier.distance.KNNOutlier;
import elki.outlier.lof.LOF;
import elki.result.outlier.OutlierResult;
import elki.utilities.random.RandomFactory;

/** ELKI's detectors, which learn from a set of rows and score the same rows in one go. */
record Elki(String detector, Workload workload) implements Engine {
  @Override
  public Fitted fit(double[][] rows, long seed) {
    throw new UnsupportedOperationException("ELKI scores the rows it learns from, no others");
  }

  @Override
  public double[] fitBatch(double[][] rows, long seed) {
    // A database keeps the neighbours it has found: a new one for every run.
    Database database = new StaticArrayDatabase(new ArrayAdapterDatabaseConnection(rows));
    database.initialize();
    Relation<NumberVector> relation = database.getRelation(TypeUtil.NUMBER_VECTOR_FIELD);
    DoubleRelation found = run(relation, seed).getScores();
    double[] scores = new double[rows.length];
    int i = 0;
    for (DBIDIter row = relation.iterDBIDs(); row.valid(); row.advance()) {
      scores[i++] = found.doubleValue(row);
    }
    return scores;
  }

  private OutlierResult run(Relation<NumberVector> relation, long seed) {
    return switch (detector) {
      case "isolation_forest" ->
          new IsolationForest(workload.trees(), workload.sampleSize(), RandomFactory.get(seed))
              .run(relation);
      case "local_outlier_factor" ->
          new LOF<NumberVector>(20, EuclideanDistance.STATIC).run(relation);
      case "knn" -> new KNNOutlier<NumberVector>(EuclideanDistance.STATIC, 5).run(relation);
      default -> throw new IllegalArgumentException("detector must be ELKI's, was " + detector);
    };
  }
}
