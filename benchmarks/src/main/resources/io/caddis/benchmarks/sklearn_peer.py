# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
"""scikit-learn's side of a benchmark, on one thread.

    sklearn_peer.py DETECTOR VERB FEATURES TREES SAMPLE_SIZE TRAINING ROWS

TRAINING and ROWS are files of little-endian doubles, FEATURES a row. Prints "ready 0", then answers
every line "MILLIS" on standard input with "UNITS NANOS": the work done in at least so many
milliseconds, and its CPU time. For the verb "bytes" UNITS is the size of the pickled model.
"""
import pickle
import sys
import time
import warnings

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
from sklearn.neural_network import MLPRegressor
from sklearn.svm import OneClassSVM


class Reconstruction:
    """The autoencoder that MLPRegressor makes when it learns its own input."""

    def __init__(self, features):
        self.network = MLPRegressor(
            hidden_layer_sizes=(max(2, min(features // 2, 64)),),
            activation="tanh",
            batch_size=32,
            max_iter=100,
            random_state=42,
        )

    def fit(self, rows):
        self.network.fit(rows, rows)
        return self

    def score_samples(self, rows):
        return -((self.network.predict(rows).reshape(rows.shape) - rows) ** 2).mean(axis=1)


class Neighbours:
    """Mean distance to the nearest training rows."""

    def fit(self, rows):
        self.index = NearestNeighbors(n_neighbors=5).fit(rows)
        return self

    def score_samples(self, rows):
        return -self.index.kneighbors(rows)[0].mean(axis=1)


def main():
    warnings.filterwarnings("ignore")
    detector, verb, features, trees, sample_size = sys.argv[1:6]
    training, rows = (np.fromfile(path, "<f8").reshape(-1, int(features)) for path in sys.argv[6:])
    make = {
        "isolation_forest": lambda: IsolationForest(
            n_estimators=int(trees), max_samples=int(sample_size), random_state=42
        ),
        "one_class_svm": OneClassSVM,
        "local_outlier_factor": lambda: LocalOutlierFactor(n_neighbors=20, novelty=True),
        "knn": Neighbours,
        "autoencoder": lambda: Reconstruction(int(features)),
    }[detector]
    model = make().fit(training)
    single = [row.reshape(1, -1) for row in rows]
    turn = 0

    def fit():
        make().fit(training)
        return 1

    def score():
        nonlocal turn
        model.score_samples(single[turn % len(single)])
        turn += 1
        return 1

    def batch():
        model.score_samples(rows)
        return len(rows)

    work = {"fit": fit, "score": score, "batch": batch, "bytes": lambda: len(pickle.dumps(model))}[verb]
    print("ready 0", flush=True)
    for line in sys.stdin:
        deadline = time.monotonic() + int(line) / 1e3
        start = time.process_time_ns()
        units = work()
        while time.monotonic() < deadline:
            units += work()
        print(units, time.process_time_ns() - start, flush=True)


if __name__ == "__main__":
    main()
