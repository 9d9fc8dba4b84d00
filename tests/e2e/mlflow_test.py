"""MLflow itself loads what we write, and numpy and scikit-learn agree with our metrics."""

import csv
import json
import os
import random
import struct
import subprocess
import unittest
from pathlib import Path

from demand import DemandTest
from sandbox import DEADLINE, SandboxTest, main

HERE = Path(__file__).resolve().parent
MLFLOW = HERE.parent.parent / "build/mlflow"
needs_mlflow = unittest.skipUnless(
    (MLFLOW / "installed").exists(), "SKIPPED: MLflow is not here to compare with (./dev mlflow installs it from PyPI into build/mlflow)")


def oracle(*arguments):
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    done = subprocess.run([MLFLOW / "bin/python", "-B", HERE / "mlflow_oracle.py", *map(str, arguments)], env=environment, capture_output=True,
                          text=True, timeout=3 * DEADLINE, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{arguments[0]}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def as_float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


@needs_mlflow
class Models(DemandTest):
    def test_a_registered_model_loads_in_mlflow_and_predicts_the_same(self):
        self.must("train", "train.yml")
        self.must("model", "register", "model", "--name", "demand")
        folder = self.sandbox.json("model", "show", "demand/1")["folder"]
        said = oracle("predict", folder, self.sandbox.repository / "test.csv")
        self.assertEqual(["python_function", "xgboost"], said["flavors"])
        with open(self.sandbox.repository / "test.csv", newline="") as file:
            rows = [[float(row[name]) for name in said["columns"]] for row in csv.DictReader(file)]
        ours = [as_float32(value) for value in self.ask("demand/1", {"columns": said["columns"], "data": rows})]
        self.assertEqual(400, len(ours))
        self.assertGreater(len(set(ours)), 50)
        self.assertEqual(said["booster"], said["pyfunc"])
        for mine, theirs in zip(ours, said["booster"], strict=True):
            self.assertAlmostEqual(mine, theirs, delta=1e-6 * abs(theirs))
        same = sum(mine == theirs for mine, theirs in zip(ours, said["booster"], strict=True))
        print(f"{same} of {len(ours)} predictions equal bit by bit; {said['versions']}", flush=True)
        remembered = json.loads((Path(folder) / "input_example.json").read_text())
        self.assertEqual(remembered["data"], said["example"])


@needs_mlflow
class Metrics(SandboxTest):
    def test_they_are_those_of_numpy_and_scikit_learn(self):
        self.sandbox.commit({"readme.txt": "rows"})
        numbers = random.Random(11)
        file = self.sandbox.repository / "judged.csv"
        with open(file, "w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["shop", "units", "predicted"])
            for row in range(5000):
                units = numbers.lognormvariate(4, 2) + (1e6 if row % 7 == 0 else 0)
                writer.writerow([f"s{row % 6}", repr(units), repr(units * numbers.gauss(1, 0.3))])
        ours = self.sandbox.json("evaluate", "--prediction-column", "predicted", "--data", file, "--target", "units",
                                 "--slice", "shop")
        theirs = oracle("metrics", file, "units", "predicted", "shop")
        found = {"": ours["metrics"], **{part["value"]: part["metrics"] for part in ours["slices"]}}
        self.assertEqual(sorted(theirs), sorted(found))
        for name, expected in theirs.items():
            for metric, value in expected.items():
                self.assertAlmostEqual(found[name][metric], value, delta=1e-9 * max(1, abs(value)), msg=f"{name} {metric}")


if __name__ == "__main__":
    main()
