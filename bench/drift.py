#!/usr/bin/env python3
"""usage: drift.py [BUILD]

`sluice data drift` of 100 columns × 1 million rows from two stored profiles, beside Evidently's drift report of their
first 50,000 rows, which are in memory already when its clock starts (fewer, so that the benchmark ends soon).
SLUICE_BENCH_DRIFT_ROWS sets the number of rows.
"""

import json
import os
import subprocess

import measure
import peers

ROWS = int(os.environ.get("SLUICE_BENCH_DRIFT_ROWS", "1000000"))
NUMBERS, CATEGORIES, BLOCK = 80, 20, 5000
TARGET = 0.050
ROUNDS = 9
PEER_ROWS = 50_000
SECONDS_FOR_PEER = 900
SHIFTED = (3, 40)  # columns of numbers that move by one standard deviation

# Prints seconds of wall clock for the report alone, and the number of columns that drifted.
EVIDENTLY = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import pandas
from evidently import Report
from evidently.presets import DataDriftPreset
before, now = (pandas.read_csv(path, nrows=int(sys.argv[3])) for path in sys.argv[1:3])
begin = time.monotonic()
told = Report([DataDriftPreset()]).run(now, before).json()
seconds = time.monotonic() - begin
count = next(m["value"]["count"] for m in json.loads(told)["metrics"] if "DriftedColumnsCount" in str(m.get("metric_name", m)))
print(json.dumps({"seconds": seconds, "drifted": count}))
"""


def generate(path, seed, shifted):
    """The same bytes every time: blocks of the same random rows."""
    random, lines = seed, []
    for _ in range(BLOCK):
        fields = []
        for column in range(NUMBERS):
            total = 0
            for _ in range(4):
                random = (random * 6364136223846793005 + 1442695040888963407) % 2**64
                total += random >> 40
            fields.append(f"{total / 2**24 + (0.58 if column in shifted else 0):.4f}")
        for _ in range(CATEGORIES):
            random = (random * 6364136223846793005 + 1442695040888963407) % 2**64
            fields.append("abcdefgh"[random >> 61])
        lines.append(",".join(fields) + "\n")
    block = "".join(lines).encode()
    with open(path, "wb") as out:
        out.write(",".join([f"n{i}" for i in range(NUMBERS)] + [f"c{i}" for i in range(CATEGORIES)]).encode() + b"\n")
        for _ in range(ROWS // BLOCK):
            out.write(block)
    return os.path.getsize(path) / 1e6


def with_evidently(before, now):
    """(seconds, drifted, reason why not)"""
    python = peers.python_with("evidently==0.7.14", "pandas<3")
    if python.reason:
        return None, None, python.reason
    try:
        ran = subprocess.run([python.program, "-c", EVIDENTLY, before, now, str(PEER_ROWS)], capture_output=True, text=True, check=False,
                             timeout=SECONDS_FOR_PEER)
    except subprocess.TimeoutExpired:
        return None, None, f"did not end within {SECONDS_FOR_PEER} s"
    if ran.returncode != 0:
        return None, None, (ran.stderr.strip().splitlines() or ["no message"])[-1][:160]
    said = json.loads(ran.stdout.splitlines()[-1])
    return said["seconds"], int(said["drifted"]), ""


def main():
    build = measure.build_from_arguments()
    with measure.Workplace() as place:
        before, now = place.path("before.csv"), place.path("now.csv")
        megabytes = generate(before, 1, ())
        generate(now, 2, SHIFTED)
        for path in (before, now):
            made = measure.run([build.sluice, "data", "profile", path, "--out", f"{path}.json"], place.environment)
        drift = [build.sluice, "data", "drift", f"{before}.json", f"{now}.json", "--json"]
        said = json.loads(measure.run(drift, place.environment, output=subprocess.PIPE, expect=1).output)
        runs = [measure.run(drift, place.environment, expect=1) for _ in range(ROUNDS)]
        seconds, drifted, reason = with_evidently(before, now)
    wall = measure.median([run.wall for run in runs])
    what = f"drift of {NUMBERS + CATEGORIES} columns × {ROWS:,} rows"
    measure.add_row(f"{what}: from stored profiles, whole command", measure.milliseconds(wall),
                    f"{said['drifted']} of {len(SHIFTED)} shifted columns found, "
                    f"making a profile {made.wall:.1f} s ({megabytes / made.wall:.0f} MB/s)",
                    target="< 50 ms", met=wall < TARGET)
    if reason:
        measure.add_row(f"{what}: Evidently", "not measured", reason)
    else:
        measure.add_row(f"the same columns × {min(ROWS, PEER_ROWS):,} rows: Evidently 0.7.14, report alone", f"{seconds:.1f} s",
                        f"{drifted} columns drifted", f"{seconds / wall:.0f}× as long")


if __name__ == "__main__":
    main()
