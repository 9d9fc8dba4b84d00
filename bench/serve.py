#!/usr/bin/env python3
"""usage: serve.py [BUILD]

`sluice serve` with a model of 150 trees of depth 6 on 10 features: requests of one row for each second, p99 and processor
time for each request, over 1 and 8 keep-alive connections, beside the same HTTP server with a handler that answers a
constant. Every body is checked. The load generator shares the machine.
"""

import json
import random
import re
import subprocess
import sys

import measure

FEATURES = 10
ROWS = 4000
REQUESTS = 30_000
ROUNDS = 5
SPEC = """name: bench
algorithm: xgboost
channels:
  train: train.csv
hyperparameters:
  target: units
  objective: reg:squarederror
  num_round: 150
  max_depth: 6
  nthread: 1
output: model
"""


def training_data():
    numbers = random.Random(1)
    lines = [",".join([f"f{i}" for i in range(FEATURES)] + ["units"])]
    for _ in range(ROWS):
        row = [numbers.random() for _ in range(FEATURES)]
        units = 10 * row[0] * row[1] + 5 * row[2] - 3 * row[3] ** 2 + numbers.gauss(0, 1)
        lines.append(",".join(f"{v:.4f}" for v in row + [units]))
    return "\n".join(lines) + "\n"


class Served:
    """A server that says where it listens; ended by SIGTERM or the end of its input."""

    def __init__(self, arguments, environment):
        self.child = subprocess.Popen(arguments, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL)
        line = self.child.stdout.readline().decode()
        found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
        if not found:
            sys.exit(f"bench: {' '.join(arguments)} does not listen: {line}")
        self.port = found.group(1)

    def stop(self):
        self.child.stdin.close()
        self.child.terminate()
        self.child.wait()


def load(build, server, connections, body, expected):
    """One round: the report of the load generator with the server's processor time for each request."""
    before = measure.processor_of_process(server.child.pid)
    command = [build.program("http_load"), server.port, str(connections), str(REQUESTS), "/predict", body]
    ran = subprocess.run(command + ([expected] if expected else []), capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        sys.exit(f"bench: the load on {server.child.args[0]} ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
    report = json.loads(ran.stdout)
    report["processor_us"] = (measure.processor_of_process(server.child.pid) - before) / REQUESTS * 1e6
    return report


def report(connections, ours, bare):
    def middle(reports, name):
        return measure.median([r[name] for r in reports])

    what = f"serve, one row, {connections} connection{'s' if connections > 1 else ''}"
    for name, title, unit in (("per_second", "requests/s", ""), ("p99_us", "p99", " µs"),
                              ("processor_us", "processor of the server for each request", " µs")):
        mine, theirs = middle(ours, name), middle(bare, name)
        digits = 0 if name == "per_second" else 1
        measure.add_row(f"{what}: {title}", f"{mine:,.{digits}f}{unit}", f"bare server {theirs:,.{digits}f}{unit}",
                        f"{mine / theirs:.2f}")


def main():
    build = measure.build_from_arguments()
    body = json.dumps({f"f{i}": round(0.05 + 0.09 * i, 4) for i in range(FEATURES)})
    with measure.Workplace() as place:
        place.write("train.csv", training_data())
        place.write("train.yml", SPEC)
        measure.run([build.sluice, "train", "train.yml", "--output", "model"], place.environment, place.folder)
        model = Served([build.sluice, "serve", place.path("model"), "--port", "0", "--name", "bench"], place.environment)
        servers = [model]
        try:
            first = load(build, model, 1, body, None)["answer"]
            if not isinstance(json.loads(first).get("prediction"), float):
                sys.exit(f"bench: the model did not answer a prediction but {first}")
            bare = Served([build.program("constant_server"), first], place.environment)
            servers.append(bare)
            for connections in (1, 8):
                ours, least = measure.alternate(ROUNDS, lambda n=connections: load(build, model, n, body, first),
                                                lambda n=connections: load(build, bare, n, body, first))
                report(connections, ours, least)
        finally:
            for server in servers:
                server.stop()


if __name__ == "__main__":
    main()
