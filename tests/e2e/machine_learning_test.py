"""The ML commands chained once, from a data file to an answer over HTTP, and what stops the chain."""

import json

from demand import DemandTest
from sandbox import main


class MachineLearning(DemandTest):
    def test_from_data_to_an_answer(self):
        self.must("data", "infer", "train.csv", "--out", "proposed.yml")
        self.must("data", "validate", "train.csv", "--schema", "proposed.yml")
        self.must("data", "validate", "train.csv", "--schema", "schema.yml")
        self.must("data", "profile", "train.csv", "--out", "profile.json")
        self.must("train", "train.yml")
        self.must("evaluate", "--model", "model", "--data", "test.csv", "--target", "units", "--slice", "shop",
                  "--min-n", "5", "--out", "evaluation.json")
        evaluation = json.loads((self.sandbox.repository / "evaluation.json").read_text())
        self.assertEqual(400, evaluation["rows"])
        self.assertLess(evaluation["metrics"]["wape"], 0.2)
        self.must("gate", "gate.yml", "--model", "model", "--data", "test.csv", "--out", "verdict.json")
        self.must("model", "register", "model", "--name", "demand", "--verdict", "verdict.json", "--evaluation",
                  "evaluation.json", "--data-profile", "profile.json", "--approve-if-passed", "--alias", "champion")
        self.assertEqual(1, len(self.sandbox.json("model", "list")))
        self.must("gate", "gate.yml", "--model", "demand/1", "--data", "test.csv")  # no worse than itself
        low, high = self.ask("demand@champion", {"columns": ["shop", "week", "price"],
                                                 "data": [[5, 45, 1.2], [5, 45, 3.8]]})
        self.assertGreater(low, high)
        self.assertAlmostEqual(low, 150 / 1.2, delta=30)

    def test_a_back_test_trains_again_at_each_origin_and_leaves_nothing_behind(self):
        self.must("evaluate", "--backtest", "train.yml", "--data", "train.csv", "--target", "units", "--time", "week",
                  "--origins", "3", "--horizon", "2", "--gap", "1", "--min-n", "5", "--out", "back.json")
        told = json.loads((self.sandbox.repository / "back.json").read_text())
        self.assertEqual(6 * 20, told["rows"])
        self.assertEqual(["35", "37", "39"], sorted(row["value"] for row in told["slices"] if row["column"] == "origin"))
        self.assertLess(told["metrics"]["wape"], 0.2)
        self.assertEqual([], [folder for folder in (self.sandbox.home / "training").iterdir() if "backtest" in folder.name])
        said = self.must("evaluate", "--backtest", "train.yml", "--data", "train.csv", "--target", "units", "--time", "week",
                         "--origins", "30", "--horizon", "2", status=2)
        self.assertIn("week", said)
        self.assertIn("--time", self.must("evaluate", "--backtest", "train.yml", "--data", "train.csv", "--target", "units",
                                          status=2))

    def test_what_stops_the_chain(self):
        self.write_rows("cents.csv", range(1, 41), 7, lambda r: [r[0], r[1], r[2] * 100 if r[0] == 3 else r[2], r[3]])
        said = self.must("data", "validate", "cents.csv", "--schema", "schema.yml", status=1)
        self.assertIn("price", said)
        self.assertIn("40", said)  # rows of the one shop
        self.must("data", "validate", "absent.csv", "--schema", "schema.yml", status=2)
        (self.sandbox.repository / "ragged.csv").write_text("shop,week,price,units\n1,1,2.0\n")
        self.must("data", "validate", "ragged.csv", "--schema", "schema.yml", status=1)
        self.must("train", "train.yml", "--hyperparameter", "monotone_constraints={\"price\": 1}", "--output", "worse")
        said = self.must("gate", "gate.yml", "--model", "worse", "--data", "test.csv", "--out", "verdict.json", status=1)
        self.assertIn("accurate", said)
        self.must("model", "register", "worse", "--name", "demand", "--verdict", "verdict.json", "--approve-if-passed")
        self.must("model", "approve", "demand/1", status=2)
        self.must("train", "train.yml", "--hyperparameter", "target=unist", status=1)
        files = [file for file in (self.sandbox.repository / "worse").rglob("*") if file.is_file()]
        trees = max(files, key=lambda file: file.stat().st_size)
        trees.write_bytes(trees.read_bytes()[:200])
        said = self.must("evaluate", "--model", "worse", "--data", "test.csv", "--target", "units", status=2)
        self.assertIn(trees.name, said)


if __name__ == "__main__":
    main()
