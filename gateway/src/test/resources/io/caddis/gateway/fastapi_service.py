# SPDX-License-Identifier: Apache-2.0
# Copyright the Caddis authors
"""An anomaly detection service with FastAPI and scikit-learn, as one is commonly written.

    MODELS=models MODEL_PATH=models/anomaly_detector.joblib python3 -m uvicorn fastapi_service:app

Models are kept in memory and saved by joblib, so there must be one worker: others would not know what it has fitted.
Names of models and all parameters are checked by pydantic; what else is wrong with rows, scikit-learn says.
"""
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Dict, List, Optional, Union

import joblib
from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel, Field, constr, root_validator
from sklearn.ensemble import IsolationForest
from sklearn.feature_extraction import DictVectorizer
from sklearn.pipeline import Pipeline

models_dir = Path(os.environ.get("MODELS", "models"))
model_path = Path(os.environ.get("MODEL_PATH", models_dir / "anomaly_detector.joblib"))
default = model_path.stem
models = {}
app = FastAPI()

Name = constr(regex=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)
Cell = Union[float, str]
Row = Union[Dict[str, Cell], List[Cell]]


class Detector:
    """An isolation forest on rows of numbers and texts."""

    def __init__(self, rows, contamination, n_estimators):
        self.fields = sorted({field for row in rows for field in named(row)})
        self.num_samples = len(rows)
        self.pipeline = Pipeline(
            [
                ("encode", DictVectorizer(sparse=False)),
                (
                    "forest",
                    IsolationForest(n_estimators=n_estimators, contamination=contamination, random_state=42),
                ),
            ]
        )
        self.pipeline.fit([named(row) for row in rows])
        self.threshold = float(-self.pipeline["forest"].offset_)

    def scores(self, rows):
        return [float(-score) for score in self.pipeline.score_samples([self.by_field(row) for row in rows])]

    def by_field(self, row):
        if isinstance(row, dict):
            return row
        if len(row) != len(self.fields):
            raise ValueError(f"a row must have {len(self.fields)} values, had {len(row)}")
        return dict(zip(self.fields, row))


def named(row):
    return row if isinstance(row, dict) else {f"f{i}": value for i, value in enumerate(row)}


class PredictRequest(BaseModel):
    data: Optional[Row]
    values: Optional[Row]
    rows: Optional[List[Row]] = Field(None, min_items=1)
    features: Optional[Union[List[Row], Row]]
    threshold: Optional[float] = Field(None, ge=0, le=1)

    @root_validator
    def one_of_them(cls, given):
        if sum(given.get(name) is not None for name in ("data", "values", "rows", "features")) != 1:
            raise ValueError("one of data, values, rows and features must be given")
        return given


class BatchRequest(BaseModel):
    transactions: List[Row] = Field(min_items=1)
    threshold: Optional[float] = Field(None, ge=0, le=1)


class FitRequest(BaseModel):
    model: Name
    backend: str = "isolation_forest"
    data: List[Row] = Field(min_items=1)
    contamination: float = Field(0.1, gt=0, le=0.5)
    n_estimators: int = Field(100, ge=1, le=1000)


class ScoreRequest(BaseModel):
    model: Name
    data: List[Row] = Field(min_items=1)
    threshold: Optional[float] = Field(None, ge=0, le=1)


class LoadRequest(BaseModel):
    model: Name
    backend: str = "isolation_forest"


@app.on_event("startup")
def load_default():
    models_dir.mkdir(parents=True, exist_ok=True)
    if model_path.exists():
        models[default] = joblib.load(model_path)


def path_of(name):
    return models_dir / f"{name}.joblib"


def model_of(name):
    if name not in models:
        raise HTTPException(status_code=404, detail=f"no model {name}")
    return models[name]


def fit(name, rows, contamination, n_estimators):
    try:
        model = Detector(rows, contamination, n_estimators)
    except ValueError as e:
        raise HTTPException(status_code=400, detail=str(e))
    joblib.dump(model, path_of(name))
    models[name] = model
    return model


def scored(name, rows, threshold):
    model = model_of(name)
    try:
        scores = model.scores(rows)
    except ValueError as e:
        raise HTTPException(status_code=400, detail=str(e))
    limit = model.threshold if threshold is None else threshold
    return limit, [{"index": i, "score": s, "is_anomaly": s > limit} for i, s in enumerate(scores)]


@app.get("/health")
def health():
    return {"status": "healthy", "model_loaded": default in models}


@app.get("/model/info")
def info(model: str = default):
    known = model_of(model)
    return {
        "name": model,
        "backend": "isolation_forest",
        "features": known.fields,
        "num_features": len(known.fields),
        "num_samples": known.num_samples,
        "threshold": known.threshold,
    }


@app.post("/train")
def train(
    request: BatchRequest,
    model: Name = default,
    contamination: float = Query(0.1, gt=0, le=0.5),
    n_estimators: int = Query(100, ge=1, le=1000),
):
    fitted = fit(model, request.transactions, contamination, n_estimators)
    return {
        "message": "Model trained successfully",
        "num_samples": fitted.num_samples,
        "num_features": len(fitted.fields),
        "features": fitted.fields,
        "timestamp": datetime.now(timezone.utc).isoformat(),
    }


@app.post("/predict")
def predict(request: PredictRequest, model: str = default):
    if request.rows is not None:
        limit, results = scored(model, request.rows, request.threshold)
        return {"results": results, "threshold": limit}
    row = next(given for given in (request.data, request.values, request.features) if given is not None)
    if isinstance(row, list) and row and isinstance(row[0], (list, dict)):
        limit, results = scored(model, row, request.threshold)
        return {"results": results, "threshold": limit}
    limit, results = scored(model, [row], request.threshold)
    return {
        "is_anomaly": results[0]["is_anomaly"],
        "anomaly_score": results[0]["score"],
        "prediction": -1 if results[0]["is_anomaly"] else 1,
        "threshold": limit,
        "timestamp": datetime.now(timezone.utc).isoformat(),
    }


@app.post("/predict/batch")
def predict_batch(request: BatchRequest, model: str = default):
    limit, results = scored(model, request.transactions, request.threshold)
    return {
        "predictions": results,
        "total_transactions": len(results),
        "anomalies_detected": sum(result["is_anomaly"] for result in results),
        "threshold": limit,
    }


@app.post("/v1/anomaly/fit")
def fit_named(request: FitRequest):
    fitted = fit(request.model, request.data, request.contamination, request.n_estimators)
    return {
        "object": "fit_result",
        "model": request.model,
        "backend": request.backend,
        "samples_fitted": fitted.num_samples,
        "threshold": fitted.threshold,
        "status": "fitted",
    }


@app.post("/v1/anomaly/score")
def score_named(request: ScoreRequest):
    limit, results = scored(request.model, request.data, request.threshold)
    anomalies = sum(result["is_anomaly"] for result in results)
    summary = {"total_points": len(results), "anomaly_count": anomalies, "threshold": limit}
    return {"object": "list", "data": results, "summary": summary}


@app.post("/v1/anomaly/detect")
def detect_named(request: ScoreRequest):
    limit, results = scored(request.model, request.data, request.threshold)
    anomalies = [result for result in results if result["is_anomaly"]]
    return {
        "object": "list",
        "data": anomalies,
        "total_count": len(anomalies),
        "summary": {"anomalies_detected": len(anomalies), "threshold": limit},
    }


@app.post("/v1/anomaly/load")
def load_named(request: LoadRequest):
    try:
        models[request.model] = joblib.load(path_of(request.model))
    except FileNotFoundError:
        raise HTTPException(status_code=404, detail=f"no saved model {request.model}")
    return {"object": "load_result", "model": request.model, "backend": request.backend, "status": "loaded"}
