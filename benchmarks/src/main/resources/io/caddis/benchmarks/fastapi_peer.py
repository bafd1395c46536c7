# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
"""FastAPI's and scikit-learn's side of the gateway's benchmark, as a service is commonly written.

    TRAINING=FILE FEATURES=N python3 -m uvicorn fastapi_peer:app

TRAINING has little-endian doubles, FEATURES a row. Each worker fits the same forest.
"""
import os
from datetime import datetime, timezone
from typing import List

import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel
from sklearn.ensemble import IsolationForest

features = int(os.environ["FEATURES"])
training = np.fromfile(os.environ["TRAINING"], "<f8").reshape(-1, features)
model = IsolationForest(n_estimators=100, max_samples=256, contamination=0.01, random_state=42)
model.fit(training)
names = [f"f{i}" for i in range(features)]
app = FastAPI()


class Row(BaseModel):
    values: List[float]


class Rows(BaseModel):
    model: str
    data: List[List[float]]


def scored(rows):
    raw = -model.score_samples(np.asarray(rows))
    return raw, raw > -model.offset_


@app.post("/predict")
def predict(row: Row):
    raw, anomaly = scored([row.values])
    return {
        "is_anomaly": bool(anomaly[0]),
        "score": float(raw[0]),
        "anomaly_score": float(raw[0]),
        "raw_score": float(raw[0]),
        "prediction": -1 if anomaly[0] else 1,
        "threshold": float(-model.offset_),
        "timestamp": datetime.now(timezone.utc).isoformat(),
        "model_version": "1",
        "features_used": names,
        "features_imputed": [],
        "features_ignored": [],
    }


@app.post("/v1/anomaly/score")
def score(rows: Rows):
    raw, anomaly = scored(rows.data)
    worst = int(raw.argmax())
    return {
        "object": "list",
        "data": [
            {"index": i, "score": float(s), "is_anomaly": bool(a), "raw_score": float(s)}
            for i, (s, a) in enumerate(zip(raw, anomaly))
        ],
        "summary": {
            "total_points": len(raw),
            "anomaly_count": int(anomaly.sum()),
            "anomaly_rate": float(anomaly.mean()),
            "threshold": float(-model.offset_),
            "score_min": float(raw.min()),
            "score_max": float(raw.max()),
            "worst": {"index": worst, "score": float(raw[worst]), "values": rows.data[worst]},
        },
    }
