#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
"""Fits an IsolationForest and writes forest.json, and rows.csv with what scikit-learn says of them.

    make_forest.py FOLDER TREES MAX_SAMPLES TRAINING_ROWS OTHER_ROWS
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[5] / "docs"))

import numpy as np
from export_sklearn import export
from sklearn.ensemble import IsolationForest

folder = pathlib.Path(sys.argv[1])
trees, samples, training, others = map(int, sys.argv[2:])
random = np.random.RandomState(11)
shape = [1, 1000, 1e-4, 1]


def rows(count, spread):
    made = random.randn(count, 4) * spread
    # many ties, and halves, which sit on thresholds
    made[:, 3] = np.round(made[:, 3] * 2) / 2
    return made * shape


X = rows(training, 1)
model = IsolationForest(
    n_estimators=trees, max_samples=samples, contamination=0.1, max_features=0.75, random_state=3
).fit(X)
export(model, folder / "forest.json", X)
T = np.vstack([X, rows(others, 1.5)])
with open(folder / "rows.csv", "w") as out:
    for row, raw, label in zip(T, -model.score_samples(T), model.predict(T)):
        out.write(",".join(repr(float(v)) for v in [*row, raw]) + f",{label}\n")
