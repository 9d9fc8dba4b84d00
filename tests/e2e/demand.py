"""A small shop: rows of a demand that falls with the price, the specifications to train and judge a model of it, and
a server of that model."""

import csv
import ctypes
import ctypes.util
import json
import os
import random
import re
import select
import signal
import time
import unittest
import urllib.request

from sandbox import DEADLINE, SandboxTest

SCHEMA = """\
    version: 1
    rows: {min: 100}
    keys: [[shop, week]]
    columns:
      shop: {type: integer, min: 1, max: 20}
      week: {type: integer, min: 1, max: 60}
      price: {type: number, min: 0.5, max: 5}
      units: {type: number, min: 0}
    """
TRAINING = """\
    name: demand
    algorithm: xgboost
    channels: {train: train.csv}
    hyperparameters:
      target: units
      num_round: 30
      max_depth: 4
      nthread: 1
      monotone_constraints: {price: -1}
    output: model
    """
GATE = """\
    model: demand
    target: units
    checks:
      - {name: accurate, kind: value, metric: wape, max: 0.2}
      - {name: no_worse, kind: change, metric: wape, max_worse: 0.02, block: week, allow_first: true}
      - {name: price_effect, kind: behaviour, feature: price, multiply: 1.2, prediction: not_increases}
    """


def has_xgboost():
    for name in ("libxgboost.so.0", "libxgboost.so", ctypes.util.find_library("xgboost")):
        try:
            if name and ctypes.CDLL(name):
                return True
        except OSError:
            continue
    return False


@unittest.skipUnless(has_xgboost(), "SKIPPED: libxgboost is not installed (apt install libxgboost-dev)")
class DemandTest(SandboxTest):
    def setUp(self):
        super().setUp()
        self.sandbox.commit({"schema.yml": SCHEMA, "train.yml": TRAINING, "gate.yml": GATE})
        self.write_rows("train.csv", range(1, 41), 7)
        self.write_rows("test.csv", range(41, 61), 8)

    def write_rows(self, name, weeks, start, change=lambda row: row):
        numbers = random.Random(start)
        with open(self.sandbox.repository / name, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["shop", "week", "price", "units"])
            for week in weeks:
                for shop in range(1, 21):
                    price = round(numbers.uniform(1, 4), 2)
                    units = round((100 + 10 * shop) / price + numbers.gauss(0, 2), 2)
                    writer.writerow(change([shop, week, price, max(units, 0)]))

    def must(self, *arguments, status=0):
        answer = self.sandbox.sluice(*arguments)
        self.assert_status(status, answer)
        return answer[1] + answer[2]

    def ask(self, model, rows):
        """What `sluice serve` answers on a port that the system picks."""
        server = self.sandbox.start("serve", model, "--port", "0")
        said, end = b"", time.monotonic() + DEADLINE
        while not (found := re.search(rb"127\.0\.0\.1:(\d+)", said)):
            self.assertLess(time.monotonic(), end, said)
            for stream in select.select([server.stdout, server.stderr], [], [], 1)[0]:
                said += os.read(stream.fileno(), 4096)
            self.assertIsNone(server.poll(), said)
        url = f"http://127.0.0.1:{int(found[1])}"
        request = urllib.request.Request(f"{url}/invocations", json.dumps({"dataframe_split": rows}).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            predictions = json.load(answer)["predictions"]
        with urllib.request.urlopen(f"{url}/health", timeout=DEADLINE) as health:
            self.assertEqual(200, health.status)
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=DEADLINE)
        return predictions
