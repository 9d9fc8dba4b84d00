"""Run by build/mlflow/bin/python: what MLflow, numpy and scikit-learn say about our files, as JSON.

usage: mlflow_oracle.py predict MODEL_FOLDER CSV | mlflow_oracle.py metrics CSV TRUTH PREDICTION [SLICE]
"""

import json
import sys

import numpy
import pandas


def predict(folder, path):
    import mlflow
    import mlflow.pyfunc
    import mlflow.xgboost
    import xgboost

    model = mlflow.models.Model.load(folder)
    columns = model.signature.inputs.input_names()
    rows = pandas.read_csv(path)[columns].astype("float64")
    booster = mlflow.xgboost.load_model(folder)
    return {
        "flavors": sorted(model.flavors), "columns": columns, "example": model.load_input_example(folder).values.tolist(),
        "versions": {"mlflow": mlflow.__version__, "xgboost": xgboost.__version__},
        "pyfunc": [float(value) for value in mlflow.pyfunc.load_model(folder).predict(rows)],
        "booster": [float(value) for value in booster.predict(xgboost.DMatrix(rows))]}


def metrics(path, truth, prediction, by=None):
    rows = pandas.read_csv(path)
    judged = {"": judge(rows[truth].to_numpy(), rows[prediction].to_numpy())}
    for value, part in rows.groupby(by) if by else []:
        judged[str(value)] = judge(part[truth].to_numpy(), part[prediction].to_numpy())
    return judged


def judge(truth, prediction):
    from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

    error = prediction - truth
    return {"rmse": float(numpy.sqrt(mean_squared_error(truth, prediction))),
            "mae": float(mean_absolute_error(truth, prediction)),
            "wape": float(numpy.abs(error).sum() / numpy.abs(truth).sum()),
            "r2": float(r2_score(truth, prediction)),
            "bias": float(error.mean())}


if __name__ == "__main__":
    print(json.dumps({"predict": predict, "metrics": metrics}[sys.argv[1]](*sys.argv[2:])))
