#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
"""What scikit-learn's detectors reach on the tabular sets, and how fast they score.

  scikit_learn.py [SETS] [> scikit-learn.csv]

SETS is a folder with data/*.csv, labels.csv and series.csv (default ../shared/data/tabular beside the
checkout). Rows before score_from train, the others are scored; robust scaling by the training rows.
Prints detector,set,roc_auc (mean over 5 seeds where the detector has any) and detector,speed,rows/s: single
process, batches of 10,000 rows of 16 features, 2,000 training rows. Needs scikit-learn and pandas.
"""
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor
from sklearn.neural_network import MLPRegressor
from sklearn.svm import OneClassSVM

SEEDS = range(5)


class Autoencoder:
    """An MLP that learns to reproduce its input, with the settings of our autoencoder."""

    def __init__(self, seed):
        self.seed = seed

    def fit(self, x):
        hidden = int(min(64, max(2, x.shape[1] // 2)))
        self.net = MLPRegressor((hidden,), activation="tanh", batch_size=min(32, len(x)),
                                max_iter=100, random_state=self.seed)
        z = np.clip(x, -10, 10)
        self.net.fit(z, z)
        return self

    def score_samples(self, x):
        return -np.mean((self.net.predict(np.clip(x, -10, 10)).reshape(x.shape) - x) ** 2, axis=1)


DETECTORS = {
    "isolation_forest": lambda seed: IsolationForest(n_estimators=100, random_state=seed),
    "local_outlier_factor": lambda seed: LocalOutlierFactor(n_neighbors=20, novelty=True),
    "one_class_svm nu=0.5": lambda seed: OneClassSVM(nu=0.5),
    "one_class_svm nu=0.1": lambda seed: OneClassSVM(nu=0.1),
    "autoencoder": Autoencoder,
}
SEEDED = ("isolation_forest", "autoencoder")


def load(folder, key, score_from):
    data = pd.read_csv(folder / "data" / f"{key}.csv")
    labels = pd.read_csv(folder / "labels.csv").query("key == @key")
    time_of = pd.to_datetime(data.timestamp).values
    anomalous = np.zeros(len(data), bool)
    for start, end in zip(pd.to_datetime(labels.start).values, pd.to_datetime(labels.end).values):
        anomalous |= (time_of >= start) & (time_of <= end)
    train = time_of < pd.to_datetime(score_from).to_datetime64()
    x = data.drop(columns=["timestamp", "key"]).to_numpy(float)
    return x, anomalous, train


def robust(x, train):
    low, middle, high = np.percentile(x[train], [25, 50, 75], axis=0)
    spread = x[train].std(0)
    unit = np.where(high > low, high - low, np.where(spread > 0, spread, 1))
    return (x - middle) / unit


def main():
    warnings.filterwarnings("ignore")
    here = Path(__file__).resolve()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here.parents[5] / "shared/data/tabular"
    series = pd.read_csv(folder / "series.csv").set_index("key")
    print("detector,set,value")
    for key in sorted(series.index):
        x, anomalous, train = load(folder, key, pd.to_datetime(series.score_from[key]).tz_localize(None))
        x = robust(x, train)
        for name, make in DETECTORS.items():
            areas = [
                roc_auc_score(anomalous[~train], -make(seed).fit(x[train]).score_samples(x[~train]))
                for seed in (SEEDS if name in SEEDED else [0])
            ]
            print(f"{name},{key},{np.mean(areas):.5f}", flush=True)
    random = np.random.default_rng(1)
    rows, probes = random.normal(size=(2_000, 16)), random.normal(size=(10_000, 16))
    for name, make in DETECTORS.items():
        fitted = make(0).fit(rows)
        best = 0
        for _ in range(5):
            start = time.process_time()
            fitted.score_samples(probes)
            best = max(best, len(probes) / (time.process_time() - start))
        print(f"{name},speed,{best:.0f}", flush=True)


if __name__ == "__main__":
    main()
