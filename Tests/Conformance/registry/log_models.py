"""Saves models as MLflow does, with what they answer: run by MLflow's own Python.

log_models.py FOLDER: writes FOLDER/<name>/ (an MLflow model) and FOLDER/expected.json.
"""

import json
import pathlib
import sys

import lightgbm
import mlflow
import numpy
import pandas
import skl2onnx
import xgboost
from sklearn.linear_model import LogisticRegression

folder = pathlib.Path(sys.argv[1])
random = numpy.random.default_rng(11)
names = ["age", "income", "debt ratio"]
rows = pandas.DataFrame(random.normal(size=(400, 3)), columns=names)
target = (rows["age"] + rows["income"] * 0.5 - rows["debt ratio"] > 0).astype(int)
signature = mlflow.models.infer_signature(rows, numpy.array([0.5]))
asked = rows.head(20)
expected = {"rows": asked.to_numpy().tolist()}
more = {"signature": signature, "pip_requirements": ["mlflow"]}

trees = xgboost.XGBClassifier(n_estimators=20, max_depth=3).fit(rows, target)
mlflow.xgboost.save_model(trees, folder / "xgboost", model_format="ubj", **more)
expected["xgboost"] = trees.predict_proba(asked)[:, 1].tolist()

data = xgboost.DMatrix(rows, label=target)
booster = xgboost.train({"objective": "binary:logistic", "max_depth": 2}, data, 10)
mlflow.xgboost.save_model(booster, folder / "xgboost-json", model_format="json", **more)
expected["xgboost-json"] = booster.predict(xgboost.DMatrix(asked)).tolist()

light = lightgbm.LGBMClassifier(n_estimators=20, num_leaves=7, verbose=-1).fit(rows, target)
mlflow.lightgbm.save_model(light.booster_, folder / "lightgbm", **more)
expected["lightgbm"] = light.booster_.predict(asked).tolist()

linear = LogisticRegression().fit(rows, target)
mlflow.sklearn.save_model(linear, folder / "sklearn", **more)
graph = skl2onnx.to_onnx(
    linear, rows.to_numpy().astype(numpy.float32)[:1], options={"zipmap": False}
)
mlflow.onnx.save_model(graph, folder / "onnx", **more)
expected["onnx"] = linear.predict_proba(asked)[:, 1].tolist()

(folder / "expected.json").write_text(json.dumps(expected))
