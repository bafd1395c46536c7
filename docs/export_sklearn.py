#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
"""Writes a fitted scikit-learn IsolationForest as JSON that `./caddis models import` reads.

In Python, next to the model:

    from export_sklearn import export
    export(model, "forest.json", X)        # X: the training rows; without them, see docs/registry.md

or from a shell, for a model kept with joblib (only load files that you trust):

    python3 export_sklearn.py model.joblib forest.json [training.csv]

training.csv has a header and the model's features in its columns.
"""
import json
import sys

import numpy as np
import sklearn

SCORES_KEPT = 4096


def export(model, path, X=None):
    """Writes the model to path; X, the training rows, give medians and the spread of scores."""
    features = int(model.n_features_in_)
    names = getattr(model, "feature_names_in_", None)
    document = {
        "format": "caddis-sklearn-isolation-forest",
        "version": 1,
        "sklearn_version": sklearn.__version__,
        "max_samples": int(model.max_samples_),
        "offset": float(model.offset_),
        "contamination": None if model.contamination == "auto" else float(model.contamination),
        "seed": int(model.random_state) if isinstance(model.random_state, (int, np.integer)) else 0,
        "features": [f"x{i}" for i in range(features)] if names is None else [str(n) for n in names],
        "trees": [tree(e.tree_, c) for e, c in zip(model.estimators_, model.estimators_features_)],
    }
    if X is None:
        document["medians"] = split_medians(document["trees"], features)
        document["training_rows"] = int(model.max_samples_)
        document["training_scores"] = None
    else:
        scores = np.sort(-model.score_samples(X))
        kept = np.unique(np.linspace(0, len(scores) - 1, SCORES_KEPT).round().astype(int))
        document["medians"] = np.median(np.asarray(X, dtype=float), axis=0).tolist()
        document["training_rows"] = len(scores)
        document["training_scores"] = scores[kept].tolist()
    with open(path, "w", encoding="utf-8") as out:
        json.dump(document, out)


def tree(nodes, columns):
    return {
        "columns": [int(c) for c in columns],
        "left": nodes.children_left.tolist(),
        "right": nodes.children_right.tolist(),
        "feature": nodes.feature.tolist(),
        "threshold": nodes.threshold.tolist(),
        "samples": nodes.n_node_samples.tolist(),
    }


def split_medians(trees, features):
    """A value in the midst of each feature: the median of the thresholds that the forest drew."""
    thresholds = [[0.0] for _ in range(features)]
    for t in trees:
        for left, feature, threshold in zip(t["left"], t["feature"], t["threshold"]):
            if left >= 0:
                thresholds[t["columns"][feature]].append(threshold)
    return [float(np.median(values[1:] or values)) for values in thresholds]


def main(arguments):
    if len(arguments) not in (2, 3):
        sys.exit(__doc__)
    import joblib

    model = joblib.load(arguments[0])
    X = None
    if len(arguments) == 3:
        import pandas

        X = pandas.read_csv(arguments[2])
        X = X[list(model.feature_names_in_)] if hasattr(model, "feature_names_in_") else X.to_numpy()
    export(model, arguments[1], X)


if __name__ == "__main__":
    main(sys.argv[1:])
