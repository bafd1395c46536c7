# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
"""The references that our detectors are held against: scikit-learn and NumPy.

    exactness.py data FOLDER      writes FOLDER/NAME.rows, big-endian: i32 rows, i32 features, f64 each
    exactness.py compare FOLDER   reads what Java has written beside them: NAME.DETECTOR.model, the
                                  detector's payload after training on the first TRAINED of the
                                  rows, and NAME.DETECTOR.scores, f64 a row. Prints a line for each:
                                  detector, reference, data, largest difference in standard
                                  deviations of the reference's scores
    exactness.py streams FOLDER MODULE
                                  writes FOLDER/NAME.series of a module of references for detectors
                                  that learn by reading: i32 readings, i32 features, i64 each time,
                                  f64 each value. Prints a line for each case: name, detector,
                                  number, parameters
    exactness.py compare-streams FOLDER MODULE
                                  reads what Java has written: NAME.DETECTOR.NUMBER.said, f64 a
                                  reading: raw score, score, expected values, contributions. Prints
                                  lines as above, largest difference in deviations of its column

Detectors that are deterministic are fitted again by the reference. Of those that choose at random
the reference reads the model, as the format is documented, and scores by the formula of the paper.
"""
import glob
import importlib
import os
import struct
import sys
import warnings

import numpy as np

TRAINED = 0.7
NEIGHBORS = 10


def write_data(folder):
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

    random = np.random.default_rng(7)
    heavy = random.standard_t(2, (400, 5)) * [1, 1e-3, 1e3, 1, 1]
    heavy[:, 3] = np.round(heavy[:, 3])
    sets = {"gaussian": random.normal(size=(400, 4)), "heavy-tailed": heavy}
    for load in load_breast_cancer, load_diabetes, load_wine:
        rows = load().data
        sets[load.__name__[5:].replace("_", "-")] = rows[random.permutation(len(rows))]
    for name, rows in sets.items():
        with open(os.path.join(folder, name + ".rows"), "wb") as out:
            out.write(struct.pack(">ii", *rows.shape))
            out.write(np.ascontiguousarray(rows, ">f8").tobytes())


class Payload:
    """A detector's part of a model; see ModelCodec."""

    def __init__(self, content, features):
        self.content, self.at, self.features = content, 0, features

    def take(self, form, count=None):
        dtype = np.dtype(">" + form)
        values = np.frombuffer(self.content, dtype, 1 if count is None else count, self.at)
        self.at += values.nbytes
        return values[0].item() if count is None else values.astype(dtype.newbyteorder("="))


def average_path(size):
    if size <= 2:
        return max(size - 1, 0)
    return 2 * (np.log(size - 1) + 0.5772156649015329) - 2 * (size - 1) / size


def isolation_forest(payload, rows):
    size, trees = payload.take("i4"), payload.take("i4")
    bits = (rows.astype("f4") + np.float32(0)).view("i4").astype("i8")
    keys = bits ^ ((bits >> 31) & 0x7FFFFFFF)
    paths = np.zeros(len(rows))
    for _ in range(trees):
        nodes = payload.take("i8", payload.take("i4"))
        at = np.zeros(len(rows), int)
        key, feature, left = nodes >> 32, (nodes >> 20) & 0xFFF, nodes & 0xFFFFF
        while (inner := key[at] < 0x7F800000).any():
            above = keys[np.arange(len(rows)), feature[at]] > key[at]
            at = np.where(inner, at + left[at] + above, at)
        paths += (key[at] - 0x7F800000) * 2.0**-17 + (nodes[at] & 0xFFFFFFFF) * 2.0**-49
    return 2 ** (-paths / trees / average_path(size))


def extended_isolation_forest(payload, rows):
    size, terms, trees = payload.take("i4"), payload.take("u1"), payload.take("i4")
    paths = np.zeros(len(rows))
    for _ in range(trees):
        nodes = []
        for _ in range(payload.take("i4")):
            left, value = payload.take("i4"), payload.take("f8")
            cut = [(payload.take("u2"), payload.take("f8")) for _ in range(terms if left else 0)]
            nodes.append((left, value, cut))
        for i, row in enumerate(rows):
            at = 0
            while nodes[at][0]:
                left, value, cut = nodes[at]
                at += left + (sum(weight * row[feature] for feature, weight in cut) > value)
            paths[i] += nodes[at][1]
    return 2 ** (-paths / trees / average_path(size))


def half_space_trees(payload, rows):
    trees, height, _, seen, _ = (payload.take(form) for form in ("i4", "u1", "i4", "i4", "i4"))
    inner = 2**height - 1
    splits = [(payload.take("u2"), payload.take("f8")) for _ in range(trees * inner)]
    masses = payload.take("i4", 2 * trees * (2 * inner + 1))[::2]
    sums = np.zeros(len(rows))
    for tree in range(trees):
        mass = masses[tree * (2 * inner + 1) :]
        for i, row in enumerate(rows):
            node, width = 0, 1
            while node < inner and mass[node] > 0.1 * seen:
                feature, threshold = splits[tree * inner + node]
                node, width = 2 * node + (2 if row[feature] > threshold else 1), 2 * width
            sums[i] += mass[node] * width
    return -np.log2((sums / trees + 0.5) / seen)


def kmeans(payload, rows):
    centers = payload.take("f8", payload.take("i4") * payload.features).reshape(-1, payload.features)
    return np.sqrt(((rows[:, None] - centers[None]) ** 2).sum(2).min(1))


def autoencoder(payload, rows):
    hidden, features = payload.take("u2"), payload.features
    center, unit = payload.take("f8", 2 * features).reshape(-1, 2).T
    first = payload.take("f8", hidden * (features + 1)).reshape(hidden, -1)
    second = payload.take("f8", features * (hidden + 1)).reshape(features, -1)
    values = (rows - center) / unit
    inside = np.tanh(first[:, 0] + np.clip(values, -10, 10) @ first[:, 1:].T)
    return ((values - second[:, 0] - inside @ second[:, 1:].T) ** 2).mean(1)


def zscore(training, rows):
    return (np.abs(rows - training.mean(0)) / training.std(0)).max(1)


def iqr(training, rows):
    low, high = np.percentile(training, [25, 75], axis=0)
    unit = np.where(high > low, high - low, training.std(0))
    return np.maximum(0, np.maximum(low - rows, rows - high) / unit).max(1)


def hbos(training, rows, bins):
    scores = np.zeros(len(rows))
    for feature in range(training.shape[1]):
        low, high = np.percentile(training[:, feature], [HBOS_SPAN, 100 - HBOS_SPAN])
        width = (high - low) / bins

        def bin_of(values):
            position = (values - low) / width
            inside = np.minimum(position.astype(int), bins - 1) + 1
            return np.where(position < 0, 0, np.where(position > bins * (1 + 1e-9), bins + 1, inside))

        counts = np.bincount(bin_of(training[:, feature]), minlength=bins + 2)
        rarity = -np.log((counts + 0.5) / (len(training) + 0.5 * (bins + 2)) * bins)
        value = rows[:, feature]
        position = (value - low) / width
        beyond = np.log1p(np.maximum(0, np.maximum(-position, position - bins)))
        placed = bin_of(value)
        scores += rarity[placed] + np.where((placed == 0) | (placed == bins + 1), beyond, 0)
    return scores


HBOS_SPAN = 1


def mcd(payload, rows):
    center = payload.take("f8", payload.features)
    factor = np.zeros((payload.features, payload.features))
    lower = np.tril_indices(payload.features)
    factor[lower] = payload.take("f8", len(lower[0]))
    return np.sqrt((((rows - center) @ factor.T) ** 2).sum(1))


def log_determinant(training, scores):
    """Of the covariance of the rows that ours was fitted to, less that of scikit-learn's."""
    from sklearn.covariance import MinCovDet

    unit = training.std(0)
    theirs = MinCovDet(support_fraction=0.75, random_state=1).fit(training / unit)
    support = np.argsort(scores)[: theirs.raw_support_.sum()]

    def of(picks):
        return np.linalg.slogdet(np.cov((training / unit)[picks].T, bias=True))[1]

    return of(support) - of(theirs.raw_support_)


def one_class_svm(training, rows):
    from sklearn.svm import OneClassSVM

    return -OneClassSVM(nu=0.1, gamma="scale", tol=1e-9).fit(training).decision_function(rows)


def local_outlier_factor(training, rows):
    from sklearn.neighbors import LocalOutlierFactor

    return -LocalOutlierFactor(NEIGHBORS, novelty=True).fit(training).score_samples(rows)


def knn(payload, rows):
    from sklearn.neighbors import NearestNeighbors

    neighbors, _ = payload.take("u2"), payload.take("u1")
    kept = payload.take("f8", payload.take("i4") * payload.features).reshape(-1, payload.features)
    return NearestNeighbors(n_neighbors=neighbors).fit(kept).kneighbors(rows)[0].mean(1)


FITTED = {
    "zscore": ("NumPy", zscore),
    "iqr": ("NumPy", iqr),
    "hbos": ("NumPy", lambda training, rows: hbos(training, rows, 20)),
    "local_outlier_factor": ("scikit-learn LocalOutlierFactor", local_outlier_factor),
    "one_class_svm": ("scikit-learn OneClassSVM", one_class_svm),
}
READ = {
    "knn": knn,
    "mcd": mcd,
    "isolation_forest": isolation_forest,
    "extended_isolation_forest": extended_isolation_forest,
    "half_space_trees": half_space_trees,
    "kmeans": kmeans,
    "autoencoder": autoencoder,
}


def compare(folder):
    warnings.filterwarnings("ignore")
    for path in sorted(glob.glob(os.path.join(folder, "*.scores"))):
        data, detector, _ = os.path.basename(path).split(".")
        with open(os.path.join(folder, data + ".rows"), "rb") as file:
            shape = struct.unpack(">ii", file.read(8))
            rows = np.frombuffer(file.read(), ">f8").reshape(shape).astype("f8")
        ours = np.fromfile(path, ">f8").astype("f8")
        training = int(TRAINED * len(rows))
        if detector in FITTED:
            reference, score = FITTED[detector]
            theirs = score(rows[:training], rows)
        else:
            with open(path[: -len("scores")] + "model", "rb") as file:
                payload = Payload(file.read(), rows.shape[1])
            reference = "scikit-learn" if detector == "knn" else "NumPy"
            reference, theirs = reference + ", from the model", READ[detector](payload, rows)
            assert payload.at == len(payload.content), "the model must end where it is read to"
        if detector == "mcd":
            excess = log_determinant(rows[:training], theirs[:training])
            print("mcd (log determinant)", "scikit-learn MinCovDet", data, excess, sep="\t")
        # Rows that were trained on are left out: to ours they are not their own neighbours.
        ours, theirs = ours[training:], theirs[training:]
        print(detector, reference, data, np.abs(ours - theirs).max() / theirs.std(), sep="\t")


def write_streams(folder, module):
    references = importlib.import_module(module)
    for name, (times, values) in references.series().items():
        with open(os.path.join(folder, name + ".series"), "wb") as out:
            out.write(struct.pack(">ii", *values.shape))
            out.write(times.astype(">i8").tobytes())
            out.write(np.ascontiguousarray(values, ">f8").tobytes())
        for detector, cases in references.CASES.items():
            for number, parameters in enumerate(cases):
                given = ",".join(f"{key}={value}".lower() for key, value in parameters.items())
                print(name, detector, number, given, sep="\t")


def compare_streams(folder, module):
    references = importlib.import_module(module)
    for name, (times, values) in references.series().items():
        for detector, cases in references.CASES.items():
            for number, parameters in enumerate(cases):
                said = np.fromfile(os.path.join(folder, f"{name}.{detector}.{number}.said"), ">f8")
                ours = said.astype("f8").reshape(len(values), -1)
                theirs = references.reference(detector, parameters, times, values)
                deviations = np.nanstd(theirs, 0)
                difference = np.abs(ours - theirs) / np.where(deviations > 0, deviations, 1)
                difference[np.isnan(ours) & np.isnan(theirs)] = 0
                # What only one of them knows differs as much as can be.
                worst = np.where(np.isnan(difference), np.inf, difference).max()
                print(f"{detector} {parameters or ''}".strip(), "NumPy", name, worst, sep="\t")


COMMANDS = {"data": write_data, "compare": compare, "streams": write_streams, "compare-streams": compare_streams}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
